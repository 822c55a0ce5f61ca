//! Why a chart was not made, and what the status says of it. Pure.

use rheostat_api::{ConditionType, Reason};

use crate::helm_repository::AccessError;
use crate::source::{Halt, Mark, Retry, Told};

/// What of a chart failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The reference names no chart.
    Reference,
    /// The chart could not be downloaded.
    Pull,
    /// The version could not be changed.
    Metadata,
    /// Values files are missing or broken.
    Values,
    /// A dependency could not be had.
    Dependencies,
    /// The chart could not be packaged.
    Package,
}

impl Step {
    /// The failure of the step for a reason.
    pub(super) fn failed(self, cause: impl std::fmt::Display) -> Halt {
        let (condition, reason, retry, summary) = match self {
            Self::Reference => (
                ConditionType::FetchFailed,
                Reason::InvalidChartReference,
                Retry::Never,
                "invalid chart reference",
            ),
            Self::Pull => (
                ConditionType::FetchFailed,
                Reason::ChartPullError,
                Retry::Backoff,
                "chart pull error",
            ),
            Self::Metadata => (
                ConditionType::BuildFailed,
                Reason::MetadataPatchError,
                Retry::Never,
                "chart metadata patch error",
            ),
            Self::Values => (
                ConditionType::BuildFailed,
                Reason::ValuesFilesError,
                Retry::Never,
                "values files merge error",
            ),
            Self::Dependencies => (
                ConditionType::BuildFailed,
                Reason::DependencyBuildError,
                Retry::Backoff,
                "dependency build error",
            ),
            Self::Package => (
                ConditionType::BuildFailed,
                Reason::ChartPackageError,
                Retry::Backoff,
                "chart package error",
            ),
        };
        Halt {
            retry,
            ..Halt::failed(condition, reason, format!("{summary}: {cause}"))
        }
    }
}

/// The condition of a failure that has no name among charts says so.
pub(super) fn unknown(halt: Halt) -> Halt {
    let message = format!("unknown build error: {}", halt.told.message);
    Halt {
        condition: Some(Box::new(Mark {
            condition: ConditionType::FetchFailed,
            told: Told::new(Reason::Unknown, message),
        })),
        ..halt
    }
}

/// A repository cannot be reached as its spec has it.
pub(super) fn no_access(error: AccessError) -> Halt {
    unknown(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_repositories_keep_their_reason_where_they_stall() {
        let halt = no_access(AccessError::Url("no host".to_owned()));
        assert_eq!(halt.retry, Retry::Never);
        assert_eq!(halt.told.reason, Reason::UrlInvalid);
        let mark = halt.condition.expect("it is told");
        assert_eq!(mark.told.reason, Reason::Unknown);
        let message = "unknown build error: invalid Helm repository URL: no host";
        assert_eq!(mark.told.message, message);
    }
}

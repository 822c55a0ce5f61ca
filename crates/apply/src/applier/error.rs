//! Why objects were not applied, in the words of the reference.

use rheostat_cluster::{AccessError, MapperError, TargetError};

use crate::object::Object;
use crate::wait::WaitError;

/// Why objects were not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The server, asked beforehand, refused an object; nothing of its stage was applied.
    #[error("{subject} {}", dry_run(.cause))]
    Refused {
        /// `Kind/namespace/name`.
        subject: String,
        /// Why.
        #[source]
        cause: RefusalCause,
    },
    /// An object that cannot be changed could not be deleted to make room for a new one.
    #[error("{subject} deletion for recreation failed: {cause}")]
    Recreation {
        /// `Kind/namespace/name`.
        subject: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The server refused an object that it had accepted when asked beforehand.
    #[error("{subject} apply failed: {cause}")]
    Write {
        /// `Kind/namespace/name`.
        subject: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The fields of another manager could not be taken over.
    #[error("{subject} metadata patch failed: {cause}")]
    Takeover {
        /// `Kind/namespace/name`.
        subject: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// What other objects need is not in effect.
    #[error("{0}")]
    Settle(#[source] WaitError),
}

/// Why a question was refused.
#[derive(Debug, thiserror::Error)]
pub enum RefusalCause {
    /// By the server.
    #[error("{0}")]
    Access(#[from] AccessError),
    /// The cluster does not serve the kind.
    #[error("{0}")]
    Kind(#[from] MapperError),
    /// The object has no address.
    #[error("{0}")]
    Target(#[from] TargetError),
}

impl ApplyError {
    pub(super) fn refused(object: &Object, cause: RefusalCause) -> Self {
        Self::Refused {
            subject: object.to_string(),
            cause,
        }
    }
}

impl RefusalCause {
    /// Whether the server refuses what can only be changed by recreating the object. Like the
    /// reference, it takes every conflict and every invalid object for that.
    pub(super) fn may_be_immutable(&self) -> bool {
        let Self::Access(error) = self else {
            return false;
        };
        let text = error.to_string();
        error.status().is_some_and(|s| matches!(s.code, 409 | 422))
            || text.contains("is immutable")
            || text.contains("immutable field")
    }
}

fn dry_run(cause: &RefusalCause) -> String {
    match cause {
        RefusalCause::Target(TargetError::NamespaceMissing) => cause.to_string(),
        RefusalCause::Access(error) if error.is_not_found() => format!("not found: {error}"),
        RefusalCause::Access(error) => match error.status() {
            Some(status) if !status.reason.is_empty() => {
                format!("dry-run failed ({}): {error}", status.reason)
            }
            _ => format!("dry-run failed: {error}"),
        },
        RefusalCause::Kind(_) | RefusalCause::Target(_) => format!("dry-run failed: {cause}"),
    }
}

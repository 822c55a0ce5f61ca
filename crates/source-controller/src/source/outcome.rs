//! How a pass over a source ended, as values.

use rheostat_api::{Artifact, ConditionType, Reason};

use super::stored::Stored;

/// How a pass ended.
#[derive(Debug)]
pub enum Outcome {
    /// The object is suspended.
    Suspended,
    /// The controller stops. The shell drops the outcome, and the next
    /// controller begins anew.
    Interrupted,
    /// The object is being deleted and its files are gone.
    Removed {
        /// Whether there were any.
        had_files: bool,
    },
    /// The object is being deleted and its files cannot be.
    NotRemoved {
        /// Why, in words.
        error: String,
    },
    /// The source was worked on.
    Ran(Box<Run>),
}

/// What a pass over a living source found and did.
#[derive(Debug)]
pub struct Run {
    /// What was stored when it began.
    pub stored: Stored,
    /// What came of it.
    pub result: Result<Produced, Halt>,
}

/// What a pass that succeeded has to show.
#[derive(Debug)]
pub enum Produced {
    /// A listing sufficed to see that nothing is new.
    Unchanged {
        /// The revision that upstream and the artifact have.
        revision: String,
        /// What is said where a failure ended.
        announcement: String,
    },
    /// The artifact is up to date.
    UpToDate {
        /// The revision that upstream and the artifact have.
        revision: String,
        /// What is said where a failure ended.
        announcement: String,
    },
    /// An artifact was stored.
    New {
        /// The artifact.
        artifact: Artifact,
        /// What the event says.
        announcement: String,
    },
}

/// Why a pass did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// The condition that tells it; none where `Stalled` and `Ready` suffice.
    pub condition: Option<ConditionType>,
    /// Why, for programs.
    pub reason: Reason,
    /// Why, for people.
    pub message: String,
    /// What helps.
    pub retry: Retry,
    /// The revision that upstream is known to have, where the failure came
    /// after it was learned.
    pub revision: Option<String>,
}

/// What helps after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Another try, after a delay that grows.
    Backoff,
    /// Only a change of the object.
    Never,
}

impl Halt {
    /// Upstream could not be read; another try may succeed.
    pub fn fetch_failed(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            condition: Some(ConditionType::FetchFailed),
            reason,
            message: message.into(),
            retry: Retry::Backoff,
            revision: None,
        }
    }

    /// Upstream cannot be read until the object changes.
    pub fn stalled(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            retry: Retry::Never,
            ..Self::fetch_failed(reason, message)
        }
    }

    /// The spec asks for what is not supported yet.
    pub fn not_supported(field: &str) -> Self {
        Self {
            condition: None,
            ..Self::stalled(Reason::NotSupported, format!("{field} is not supported"))
        }
    }

    /// The storage failed; another try may succeed.
    pub fn storage_failed(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            condition: Some(ConditionType::StorageOperationFailed),
            ..Self::fetch_failed(reason, message)
        }
    }
}

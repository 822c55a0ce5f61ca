//! How a pass over a source ended, as values.

use rheostat_api::{Artifact, ConditionType, Reason};
use rheostat_runtime::EventType;

use super::stored::Stored;
use super::{Found, Told};

/// How a pass ended.
#[derive(Debug)]
pub enum Outcome<N> {
    /// The object is suspended.
    Suspended,
    /// The controller stops. The shell drops the outcome, and the next
    /// controller begins anew.
    Interrupted,
    /// The object only stands for something, and nothing is stored of it.
    Static,
    /// The object is being deleted and its files are gone.
    Removed {
        /// Whether there were any.
        had_files: bool,
    },
    /// The object is being deleted, or static now, and its files cannot be
    /// removed.
    NotRemoved {
        /// Why, in words.
        error: String,
    },
    /// The source was worked on.
    Ran(Box<Run<N>>),
}

/// What a pass over a living source found and did.
#[derive(Debug)]
pub struct Run<N> {
    /// What was stored when it began.
    pub stored: Stored,
    /// What the status remembers, in the order in which it is written.
    pub notes: Vec<N>,
    /// What came of it.
    pub result: Result<Produced, Halt>,
}

/// What a pass that succeeded has to show.
#[derive(Debug)]
pub enum Produced {
    /// A listing sufficed to see that nothing is new.
    Unchanged(Found),
    /// The artifact is up to date.
    UpToDate(Found),
    /// An artifact was stored.
    New {
        /// What it was made of.
        found: Found,
        /// The artifact.
        artifact: Box<Artifact>,
        /// The address of the link to it, or why it was not set; nothing for
        /// a kind without one.
        link: Option<Result<String, String>>,
        /// What else is told.
        remarks: Vec<Told>,
    },
}

/// Why a pass did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// The condition that tells it; none where `Stalled` and `Ready` suffice.
    pub condition: Option<Box<Mark>>,
    /// Why, in the event, the log and, where only a change helps, `Stalled`.
    pub told: Told,
    /// The type of the event.
    pub event: EventType,
    /// What is told quietly before it.
    pub trace: Option<Box<Told>>,
    /// What helps.
    pub retry: Retry,
    /// What upstream is known to have, where the failure came after it was
    /// learned.
    pub news: Option<Box<News>>,
}

/// A condition that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its type.
    pub condition: ConditionType,
    /// Why it holds.
    pub told: Told,
}

/// What upstream has and the storage has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The revision.
    pub revision: String,
    /// What the status says of it.
    pub told: Told,
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
    /// Something failed, as a condition tells; another try may succeed.
    pub fn failed(condition: ConditionType, reason: Reason, message: impl Into<String>) -> Self {
        let told = Told::new(reason, message);
        Self {
            condition: Some(Box::new(Mark {
                condition,
                told: told.clone(),
            })),
            told,
            event: EventType::Warning,
            trace: None,
            retry: Retry::Backoff,
            news: None,
        }
    }

    /// Upstream could not be read; another try may succeed.
    pub fn fetch_failed(reason: Reason, message: impl Into<String>) -> Self {
        Self::failed(ConditionType::FetchFailed, reason, message)
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
        Self::failed(ConditionType::StorageOperationFailed, reason, message)
    }
}

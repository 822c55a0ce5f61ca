//! What can be said of the health of an object.

use std::fmt;

use thiserror::Error;

/// The state of an object on its way to what is asked of it, in the words of kstatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is not there yet.
    InProgress,
    /// It will not get there by itself.
    Failed,
    /// It is there.
    Current,
    /// It is being deleted.
    Terminating,
    /// It does not exist.
    NotFound,
    /// It could not be found out.
    Unknown,
}

impl Status {
    /// The word that stands in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Current => "Current",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A status and why it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The status.
    pub status: Status,
    /// What is missing, in a few words for people. May be empty where the object gives no message.
    pub message: String,
}

impl Health {
    /// Healthy, because of `message`.
    pub fn current(message: impl Into<String>) -> Self {
        Self::new(Status::Current, message)
    }

    /// Not there yet, because of `message`.
    pub fn in_progress(message: impl Into<String>) -> Self {
        Self::new(Status::InProgress, message)
    }

    /// Failed, because of `message`.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message)
    }

    /// What is to be said of an object that does not exist.
    pub fn not_found() -> Self {
        Self::new(Status::NotFound, "the object does not exist")
    }

    /// Any status with its message.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

/// Why the health of an object cannot be told: a field does not have the form that every controller gives it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HealthError {
    /// A field has another type than it must have.
    #[error("read {field} of the object: not {expected}")]
    FieldType {
        /// The path of the field, with dots.
        field: String,
        /// The type that it must have, with its article.
        expected: &'static str,
    },
    /// A Pod is in a phase that Kubernetes does not have.
    #[error("read status.phase of the Pod: unknown phase {0:?}")]
    PodPhase(String),
}

//! How a pass ended, as a value. What it means for conditions, events and the next pass is decided
//! in [`report`](crate::report) alone.

use std::time::Duration;

use rheostat_api::{HelmReleaseStatus, Reason};

/// How a pass ended, and what is known then.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The status with all that was done and found out.
    pub status: HelmReleaseStatus,
    /// How the pass ended.
    pub end: End,
}

/// How a pass ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The release is what is wanted, or nothing more is to be done about it.
    Settled,
    /// The action failed and is tried again after this long.
    Retry(Duration),
    /// There is more to do, in another pass.
    Unfinished,
    /// The release failed, and nothing more is done about it.
    Stalled {
        /// Why.
        reason: Reason,
        /// In words.
        message: String,
    },
    /// Something failed before it changed anything; status says what.
    Failed {
        /// The error.
        error: String,
    },
    /// The pass stopped short of the release.
    Halted(Halt),
    /// The spec is none that the schema admits.
    Refused,
    /// The object is suspended.
    Suspended,
    /// The object may go.
    Finalized,
    /// The controller stops; nothing is to be said.
    Stopped,
}

/// Why a pass stopped short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// The reason of `Ready`.
    pub reason: Reason,
    /// The message of `Ready`.
    pub message: String,
    /// What follows.
    pub verdict: Verdict,
    /// Which event is sent.
    pub notice: Notice,
}

/// What follows a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another try after exactly this long, unless something wakes the object before.
    After(Duration),
    /// Another try after about this long, unless something wakes the object before.
    About(Duration),
    /// Another try, later each time.
    Backoff,
    /// Nothing, until the object or what it refers to changes.
    Stalled,
}

/// Which event tells of a halt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// None.
    Silent,
    /// A note with the message.
    Note,
    /// A warning with this text.
    Warning(String),
}

/// Why work on a release stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The pass ended so.
    Ended(End),
    /// The controller stops.
    Stopping,
}

impl Halt {
    /// A failure that is tried again, later each time, and tells of itself by a warning.
    pub fn failed(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            reason,
            notice: Notice::Warning(message.clone()),
            message,
            verdict: Verdict::Backoff,
        }
    }

    /// A failure that nobody needs to be told of besides.
    pub fn silent(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            notice: Notice::Silent,
            ..Self::failed(reason, message)
        }
    }

    /// A state that no retry helps.
    pub fn stalled(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Stalled,
            ..Self::failed(reason, message)
        }
    }
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self::Ended(End::Halted(halt))
    }
}

impl From<End> for Stop {
    fn from(end: End) -> Self {
        Self::Ended(end)
    }
}

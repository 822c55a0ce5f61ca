//! How a pass ended, as a value. What it means for conditions, events and the next pass is decided
//! in [`report`](crate::report) alone.

use std::time::Duration;

use rheostat_api::Reason;
use rheostat_apply::Inventory;

/// How a pass ended, and what it learnt on the way.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is true however it ended.
    pub facts: Facts,
    /// How it ended.
    pub end: End,
}

/// What a pass learnt.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The revision that was worked on.
    pub revision: Option<Revision>,
    /// The step that was begun last.
    pub step: Option<Step>,
    /// Whether the artifact was there with the path in it, so that the revision counts as attempted.
    pub is_attempted: bool,
    /// The digest of the manifests, once something was done with them.
    pub digest: Option<String>,
    /// The inventory as it is to be stored from now on.
    pub inventory: Option<Inventory>,
    /// What the health checks said.
    pub health: Health,
}

/// A revision of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// As the source names it.
    pub name: String,
    /// That of what the source was made from.
    pub origin: Option<String>,
}

/// The steps that status and failures tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The artifact is fetched.
    Fetching,
    /// Manifests are built.
    Building,
    /// Objects are applied.
    Applying,
    /// Health is waited for.
    CheckingHealth,
}

/// What is known of health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Health {
    /// It was not asked for yet: what was known before holds.
    #[default]
    Unasked,
    /// Nobody wants to know.
    Unwanted,
    /// It is being waited for, or the wait was given up.
    Pending,
    /// All is well, after this long.
    Passed(Duration),
    /// Something is not, as this says.
    Failed(String),
}

/// How a pass ended.
#[derive(Clone, Debug)]
pub enum End {
    /// Everything is as wanted.
    Applied,
    /// Its source woke the object for a revision that it had applied meanwhile; nothing was done.
    Known,
    /// The object is suspended.
    Suspended,
    /// The object may go.
    Finalized,
    /// The pass stopped short.
    Halted(Halt),
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
    pub verdict: HaltVerdict,
    /// Which event is sent.
    pub notice: Notice,
}

/// What follows a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HaltVerdict {
    /// Another try after this long, unless something wakes the object before.
    Retry(Duration),
    /// Another try, later each time.
    Backoff,
    /// Nothing, until the object or what it refers to changes. `is_observed` says that this
    /// generation is done with.
    Stalled {
        /// Whether this counts as having seen the generation.
        is_observed: bool,
    },
    /// A pass is queued already.
    Superseded,
}

/// Which event tells of a halt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// None.
    Silent,
    /// A warning with the message.
    Warning,
    /// A note with this text.
    Note(String),
}

impl Revision {
    /// `origin`, or nothing.
    pub fn origin(&self) -> &str {
        self.origin.as_deref().unwrap_or_default()
    }
}

impl Step {
    /// What is being done, as status tells it.
    pub fn describe(self, revision: &str, timeout: Duration) -> String {
        let timeout = rheostat_gocompat::duration::Duration::from_std(timeout);
        let doing = match self {
            Self::Fetching => "Fetching manifests",
            Self::Building => "Building manifests",
            Self::Applying => "Detecting drift",
            Self::CheckingHealth => "Running health checks",
        };
        format!("{doing} for revision {revision} with a timeout of {timeout}")
    }
}

impl Halt {
    /// A failure that is tried again after `retry` and tells of itself by a warning.
    pub fn failed(reason: Reason, message: impl Into<String>, retry: Duration) -> Self {
        Self {
            reason,
            message: message.into(),
            verdict: HaltVerdict::Retry(retry),
            notice: Notice::Warning,
        }
    }

    /// A wait for something that is not there yet, which nobody needs to be told of.
    pub fn waiting(reason: Reason, message: impl Into<String>, retry: Duration) -> Self {
        Self {
            notice: Notice::Silent,
            ..Self::failed(reason, message, retry)
        }
    }

    /// A state that no retry helps.
    pub fn stalled(reason: Reason, message: impl Into<String>, is_observed: bool) -> Self {
        Self {
            verdict: HaltVerdict::Stalled { is_observed },
            ..Self::failed(reason, message, Duration::ZERO)
        }
    }
}

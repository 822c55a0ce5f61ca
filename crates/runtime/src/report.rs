//! What a reconcile answers: values that the shell turns into writes.
//!
//! Nothing here acts. The mapping from an outcome to a [`Report`] is each controller's own pure function.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

/// When a pass ended, for messages and conditions that tell it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The wall clock.
    pub now: Timestamp,
    /// How long the pass took, waits included.
    pub took: Duration,
}

/// Everything that follows from the outcome of one pass.
#[derive(Debug, Clone)]
pub struct Report<S> {
    /// The whole status as it is to be. `lastHandledReconcileAt` is the shell's: what stands there is replaced.
    pub status: S,
    /// Whether the object may go, once it is being deleted, or goes on without us.
    pub finalizer: Finalizer,
    /// Events, in the order in which they are sent.
    pub events: Vec<Event>,
    /// When the object is looked at again without being asked to.
    pub requeue: Requeue,
    /// The one line that the log gets.
    pub log: LogLine,
}

/// What becomes of our finalizer on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finalizer {
    /// It stays: the object is not being deleted, or its clean-up is not finished.
    Keep,
    /// It goes, and with it the object.
    Release,
    /// It goes, and the object stays: the controller has no part in it any more. The status is written as the
    /// report has it, and no request counts as handled.
    Disown,
}

/// When an object is looked at again without being woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requeue {
    /// Not before something changes.
    Never,
    /// After exactly this long; zero means never, as it does in the reference.
    After(Duration),
    /// After this long give or take the share that `--interval-jitter-percentage` states; zero means never.
    Interval(Duration),
    /// After a delay that doubles with each consecutive pass that asks for it, from `--min-retry-delay` up to
    /// `--max-retry-delay`. Every other answer resets the doubling.
    Backoff,
}

/// The line in the log that ends a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogLine {
    /// The message.
    pub message: String,
    /// The error, which makes it a line of level `error`.
    pub error: Option<String>,
    /// The source revision that was worked on, if one was known.
    pub revision: Option<String>,
}

/// How an event is typed and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// Severity `info`.
    Normal,
    /// Severity `error`.
    Warning,
    /// Written to the cluster as `Normal`, and not forwarded to `--events-addr`.
    Trace,
}

/// One event about the object under reconciliation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Type and destination.
    pub r#type: EventType,
    /// The reason, in `PascalCase`.
    pub reason: String,
    /// The message; it may have several lines.
    pub message: String,
    /// Annotations of the event, with full keys such as `kustomize.toolkit.fluxcd.io/revision`.
    pub metadata: BTreeMap<String, String>,
}

impl Event {
    /// An event of type `Normal`, without metadata.
    pub fn normal(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(EventType::Normal, reason, message)
    }

    /// An event of type `Warning`, without metadata.
    pub fn warning(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(EventType::Warning, reason, message)
    }

    /// An event that stays in the cluster, without metadata.
    pub fn trace(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(EventType::Trace, reason, message)
    }

    /// The same event with one annotation more; an empty value adds none.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.metadata.insert(key.into(), value);
        }
        self
    }

    fn new(r#type: EventType, reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            r#type,
            reason: reason.into(),
            message: message.into(),
            metadata: BTreeMap::new(),
        }
    }
}

//! The driver that all kinds of sources share.
//!
//! A pass over a source goes: what is stored ([`stored`](self::stored)) →
//! observe (client) → plan (pure) → fetch → archive → report (pure). The
//! kind implements the three in the middle as a [`Source`].

mod archive;
mod content;
mod filtered;
mod outcome;
mod reconcile;
mod report;
mod status;
mod stored;
mod summary;

use std::collections::BTreeMap;
use std::fmt;

use rheostat_api::resource::ReconciledSpec;
use rheostat_api::{ConditionType, Kind, Object, Reason};

pub use content::{Content, Verbatim};
pub use filtered::{Filtered, Item, Listing};
pub use outcome::{Halt, Mark, News, Outcome, Produced, Retry, Run};
pub use reconcile::SourceReconciler;
pub(crate) use reconcile::blocking;
pub(crate) use report::has_failed;
pub use status::SourceStatus;
pub use stored::Stored;

/// What one kind of source does differently.
pub trait Source: Send + Sync + 'static {
    /// The kind.
    type Kind: Kind<Spec: ReconciledSpec, Status: SourceStatus>;
    /// What is read from the cluster before anything is decided.
    type Observed: Send;
    /// What is to be done, as a value.
    type Plan: Send;
    /// What the status says besides artifact, link and conditions.
    type Note: fmt::Debug + Send + Sync;

    /// Conditions whose end is announced as a recovery.
    const FAILURES: &'static [ConditionType];
    /// The reason of the event of a pass that a listing ended.
    const UNCHANGED: Reason;
    /// The name of the link to the newest artifact, for kinds that have one.
    const LINK: Option<&'static str>;

    /// Whether the object only stands for something that others read: it gets
    /// neither finalizer nor status, and nothing is stored of it.
    fn is_static(_object: &Object<Self::Kind>) -> bool {
        false
    }

    /// Reads what the object refers to.
    fn observe(
        &self,
        object: &Object<Self::Kind>,
    ) -> impl Future<Output = Result<Self::Observed, Halt>> + Send;

    /// What of that the status remembers, however the pass ends. Pure.
    fn note(_observed: &Self::Observed) -> Option<Self::Note> {
        None
    }

    /// Decides what is to be done. Pure.
    ///
    /// # Errors
    /// When the spec asks for what cannot be, or is not supported.
    fn plan(
        &self,
        object: &Object<Self::Kind>,
        observed: Self::Observed,
        stored: &Stored,
    ) -> Result<Self::Plan, Halt>;

    /// Does it, as far as upstream is concerned.
    fn fetch(
        &self,
        plan: Self::Plan,
    ) -> impl Future<Output = Result<Fetched<Self::Note>, Halt>> + Send;

    /// Writes a note into the status. Pure.
    fn write(
        note: &Self::Note,
        object: &Object<Self::Kind>,
        status: &mut <Self::Kind as Kind>::Status,
    );
}

/// Why, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// For programs.
    pub reason: Reason,
    /// For people.
    pub message: String,
}

impl Told {
    /// Both of them.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }
}

/// What upstream has, and how it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its revision.
    pub revision: String,
    /// What the status says once it is stored. A reason of its own, which is
    /// not `Succeeded`, is also that of the event.
    pub success: Told,
    /// What the status says before it is stored.
    pub news: Told,
    /// What the event says about a new artifact, or where a failure ended.
    pub announcement: String,
}

/// What came of asking upstream.
pub enum Fetched<N> {
    /// A listing sufficed to see that nothing is new.
    Unchanged(Found),
    /// The content was looked at, and the artifact is up to date.
    UpToDate(Found),
    /// Something to store.
    New(New<N>),
}

/// Something to store.
pub struct New<N> {
    /// What it is.
    pub found: Found,
    /// The name of its file.
    pub file_name: String,
    /// What the artifact says of it beside the contract's fields.
    pub metadata: BTreeMap<String, String>,
    /// What is stored.
    pub content: Box<dyn Content>,
    /// What the status remembers of it.
    pub note: N,
    /// What else is told once it is stored, in events that stay in the
    /// cluster.
    pub remarks: Vec<Told>,
}

impl<N> fmt::Debug for Fetched<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, found) = match self {
            Self::Unchanged(found) => ("Unchanged", found),
            Self::UpToDate(found) => ("UpToDate", found),
            Self::New(new) => ("New", &new.found),
        };
        f.debug_tuple(name).field(found).finish()
    }
}

impl<N> fmt::Debug for New<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("New")
            .field("found", &self.found)
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

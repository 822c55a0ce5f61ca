//! The driver that all kinds of sources share.
//!
//! A pass over a source goes: what is stored ([`stored`](self::stored)) →
//! observe (client) → plan (pure) → fetch → archive → report (pure). The
//! kind implements the three in the middle as a [`Source`].

mod archive;
mod outcome;
mod reconcile;
mod report;
mod stored;
mod summary;

use std::io::Write;

use rheostat_api::resource::{ReconciledSpec, ReconciledStatus};
use rheostat_api::{Artifact, ConditionType, Kind, Object, Reason};
use rheostat_artifact::archive::Written;
use rheostat_artifact::digest::Algorithm;

pub use outcome::{Halt, Outcome, Produced, Retry, Run};
pub use reconcile::SourceReconciler;
pub(crate) use report::has_failed;
pub use stored::Stored;

/// What the status of every source holds besides conditions.
pub trait SourceStatus: ReconciledStatus {
    /// The last artifact that was made.
    fn artifact(&self) -> Option<&Artifact>;
    /// Sets or clears it.
    fn set_artifact(&mut self, artifact: Option<Artifact>);
}

/// What one kind of source does differently.
pub trait Source: Send + Sync + 'static {
    /// The kind.
    type Kind: Kind<Spec: ReconciledSpec, Status: SourceStatus>;
    /// What is read from the cluster before anything is decided.
    type Observed: Send;
    /// What is to be done, as a value.
    type Plan: Send;

    /// Conditions whose end is announced as a recovery.
    const FAILURES: &'static [ConditionType];
    /// The reason of the event of a pass that a listing ended.
    const UNCHANGED: Reason;

    /// Reads what the object refers to.
    fn observe(
        &self,
        object: &Object<Self::Kind>,
    ) -> impl Future<Output = Result<Self::Observed, Halt>> + Send;

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
    fn fetch(&self, plan: Self::Plan) -> impl Future<Output = Result<Fetched, Halt>> + Send;

    /// Writes into the status what of the spec went into a new artifact.
    fn record(object: &Object<Self::Kind>, status: &mut <Self::Kind as Kind>::Status);

    /// The message of success for a revision.
    fn stored_message(revision: &str) -> String;
}

/// What came of asking upstream.
pub enum Fetched {
    /// A listing sufficed to see that nothing is new.
    Unchanged {
        /// The revision that upstream and the artifact have.
        revision: String,
        /// What is said where a failure ended.
        announcement: String,
    },
    /// The content was looked at, and the artifact is up to date.
    UpToDate {
        /// The revision that upstream and the artifact have.
        revision: String,
        /// What is said where a failure ended.
        announcement: String,
    },
    /// Something to archive.
    New {
        /// Its revision.
        revision: String,
        /// The name of its file.
        file_name: String,
        /// What the event says.
        announcement: String,
        /// What is archived.
        content: Box<dyn Content>,
    },
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, revision) = match self {
            Self::Unchanged { revision, .. } => ("Unchanged", revision),
            Self::UpToDate { revision, .. } => ("UpToDate", revision),
            Self::New { revision, .. } => ("New", revision),
        };
        f.debug_struct(name)
            .field("revision", revision)
            .finish_non_exhaustive()
    }
}

/// Content that has been fetched and is not archived yet.
pub trait Content: Send + 'static {
    /// Writes the archive. It blocks.
    ///
    /// # Errors
    /// What of the content or the output failed, in words.
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String>;
}

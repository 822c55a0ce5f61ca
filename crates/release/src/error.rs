//! Why an action failed, in Helm's words.

use rheostat_apply::wait::{TerminationError, WaitError};
use rheostat_cluster::{AccessError, MapperError};
use rheostat_helm::release::{Release, name::NameError};

use crate::hooks::HookError;
use crate::objects::BuildError;
use crate::ownership::OwnershipError;
use crate::storage::StorageError;
use crate::writer::WriteError;

/// An action failed.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ActionError {
    /// The revision as it was last recorded; nothing if the action failed before it recorded anything.
    pub release: Option<Box<Release>>,
    /// Why.
    #[source]
    pub cause: Cause,
}

/// Why an action failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The action was to stop, as [`Configuration::abort`](crate::Configuration::abort) said.
    #[error("context canceled")]
    Aborted,
    /// The observer stopped it.
    #[error("{0}")]
    Stopped(String),
    /// The server does not answer.
    #[error("kubernetes cluster unreachable: {0}")]
    Unreachable(#[source] AccessError),
    /// The release cannot be called so.
    #[error("release name {name:?}: {problem}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        #[source]
        problem: NameError,
    },
    /// There is a release of that name.
    #[error("cannot reuse a name that is still in use")]
    NameInUse,
    /// Another action is under way, or was when it was interrupted.
    #[error("another operation (install/upgrade/rollback) is in progress")]
    Pending,
    /// There is nothing to upgrade.
    #[error("{0:?} has no deployed releases")]
    NoDeployed(String),
    /// There is no such revision to go back to.
    #[error("release has no {0} version")]
    NoRevision(i64),
    /// The release was uninstalled before, and its history is to stay.
    #[error("the release named {0:?} is already deleted")]
    AlreadyDeleted(String),
    /// A label of the record would be one of Helm's own.
    #[error(
        "user supplied labels contains system reserved label name. System labels: [name owner status version createdAt modifiedAt]"
    )]
    SystemLabel,
    /// The records cannot be read or written.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// What the cluster can do cannot be told.
    #[error("could not get apiVersions from Kubernetes: {0}")]
    Capabilities(#[source] MapperError),
    /// Definitions of custom resources cannot be applied.
    #[error("failed to install CRD {file}: {problem}")]
    Definition {
        /// The file of the chart.
        file: String,
        /// Why.
        problem: String,
    },
    /// The chart cannot be rendered, or not remembered.
    #[error("{0}")]
    Render(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A manifest is not made of objects that the cluster knows.
    #[error("unable to build kubernetes objects from {manifest}: {problem}")]
    Build {
        /// Which manifest.
        manifest: &'static str,
        /// Why.
        #[source]
        problem: BuildError,
    },
    /// An object belongs to somebody else.
    #[error("unable to continue with {action}: {problem}")]
    Ownership {
        /// What was to be done.
        action: &'static str,
        /// Why.
        #[source]
        problem: OwnershipError,
    },
    /// Hooks failed.
    #[error("{moment}{problem}")]
    Hooks {
        /// In which phase, with what separates it from the problem; empty where Helm does not say.
        moment: &'static str,
        /// Why.
        #[source]
        problem: Box<HookError>,
    },
    /// Objects cannot be written.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// Objects do not become healthy.
    #[error("{0}")]
    Wait(#[from] WaitError),
    /// Objects do not go away.
    #[error("{0}")]
    Termination(#[from] TerminationError),
    /// Something failed, and clearing up failed too.
    #[error(
        "an error occurred while cleaning up resources. original {action} error: {original}: unable to cleanup resources: {cleanup}"
    )]
    CleanUp {
        /// What was done.
        action: &'static str,
        /// Why it failed.
        #[source]
        original: Box<Self>,
        /// Why clearing up failed.
        cleanup: WriteError,
    },
    /// An action failed in a phase that Helm names.
    #[error("{context}: {problem}")]
    Within {
        /// The phase.
        context: String,
        /// Why.
        #[source]
        problem: Box<Self>,
    },
    /// A release was uninstalled but for these.
    #[error("uninstallation completed with {} error(s): {}", .0.len(), joined(.0))]
    Uninstallation(Vec<Self>),
}

impl Cause {
    /// An error of an action that had recorded nothing.
    pub(crate) fn before_record(self) -> ActionError {
        ActionError {
            release: None,
            cause: self,
        }
    }

    /// An error of an action that had recorded a revision.
    pub(crate) fn after_record(self, release: Release) -> ActionError {
        ActionError {
            release: Some(Box::new(release)),
            cause: self,
        }
    }

    /// The error with the phase in which it occurred.
    pub(crate) fn within(self, context: impl Into<String>) -> Self {
        Self::Within {
            context: context.into(),
            problem: Box::new(self),
        }
    }
}

fn joined(causes: &[Cause]) -> String {
    let texts: Vec<String> = causes.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

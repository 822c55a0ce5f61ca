//! Being told what an action does: for status checkpoints, logs, and tests that stop it anywhere.

use std::fmt;

use futures::future::{BoxFuture, FutureExt, ready};
use rheostat_helm::release::Release;

/// What an action is about to do. Every write is a step of its own, and so is every wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub kind: StepKind,
    /// To what: the name of a record, or `Kind/namespace/name`.
    pub subject: String,
}

/// What is done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The namespace of the release is created.
    CreateNamespace,
    /// The record of a new revision is written.
    CreateRecord,
    /// What became of a revision is written.
    UpdateRecord,
    /// A record is deleted.
    DeleteRecord,
    /// An object that was not there is written.
    Create,
    /// An object that may be there is brought to what is wanted.
    Update,
    /// An object is deleted.
    Delete,
    /// The object of a hook is written.
    CreateHook,
    /// The object of a hook is deleted.
    DeleteHook,
    /// Objects are waited for until they are healthy, done or gone.
    Wait,
}

/// Is told what an action does.
pub trait Observer: Send + Sync {
    /// Is told before a step, which is taken when the future has ended. What must be known before the first object is written
    /// is to be written down here, at [`StepKind::CreateRecord`].
    ///
    /// # Errors
    /// The text of an error ends the action before the step.
    fn before<'a>(&'a self, _step: &'a Step) -> BoxFuture<'a, Result<(), String>> {
        ready(Ok(())).boxed()
    }

    /// Is told of every record that was created, updated or deleted, as it then is, or was.
    fn recorded(&self, _release: &Release) {}
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Unobserved;

impl Observer for Unobserved {}

impl StepKind {
    /// What is done, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateNamespace => "create namespace",
            Self::CreateRecord => "create record",
            Self::UpdateRecord => "update record",
            Self::DeleteRecord => "delete record",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::CreateHook => "create hook",
            Self::DeleteHook => "delete hook",
            Self::Wait => "wait for",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.subject)
    }
}

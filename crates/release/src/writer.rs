//! Writing objects as Helm does: by server-side apply, or by creating and patching.

mod client;
mod removal;
mod server;

use futures::{FutureExt, StreamExt, stream};
use rheostat_cluster::AccessError;
use serde_json::Value;

use crate::configuration::Configuration;
use crate::error::Cause;
use crate::objects::Object;
use crate::observer::StepKind;

pub(crate) use removal::{KEEP, RESOURCE_POLICY};

/// Objects of one kind that are written, or deleted, at a time. Helm does all of them at once; a server of two cores is busy
/// with eight.
const CONCURRENCY: usize = 8;

/// Objects cannot be written; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Another manager owns a field.
    #[error("conflict occurred while applying object {object}: {cause}")]
    Conflict {
        /// The object.
        object: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The server refused an object, or cannot be reached.
    #[error("server-side apply failed for object {object}: {cause}")]
    Apply {
        /// The object.
        object: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The server refused an object that the client created, replaced or deleted.
    #[error("{context}{cause}")]
    Access {
        /// What was tried, with what separates it from the cause; empty where Helm does not say.
        context: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// An object that was not there cannot be created.
    #[error("failed to create resource: {0}")]
    Create(#[source] Box<Self>),
    /// Several objects cannot be written.
    #[error("{}", .errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(.separator))]
    Several {
        /// One for each.
        errors: Vec<Self>,
        /// What stands between them.
        separator: &'static str,
    },
}

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// By server-side apply; with force, fields of other managers are taken from them.
    Server { is_forced: bool },
    /// By the client.
    Client(ClientWrite),
}

/// How the client brings an object to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientWrite {
    /// It puts another in its place.
    Replace,
    /// It patches it: what left the manifest goes, what others added stays. What others changed stays too in objects of
    /// custom kinds, unless all three versions of them are compared.
    Patch { is_three_way_for_custom: bool },
}

impl ClientWrite {
    /// Helm's usual way.
    pub(crate) const PATCH: Self = Self::Patch {
        is_three_way_for_custom: false,
    };
}

/// What an update did to the objects of a release.
#[derive(Debug, Default)]
pub(crate) struct Updated {
    /// Whether it matters which of them were not there.
    pub(crate) is_asked: bool,
    /// Those that were not there. Objects of the revision before are among them only if that matters.
    pub(crate) created: Vec<Object>,
}

/// Writes the objects of a release.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) configuration: &'a Configuration,
    pub(crate) method: Method,
    /// Whether the server's answers are kept with the objects, because their health will be asked for.
    pub(crate) keeps_answers: bool,
}

impl Writer<'_> {
    /// Writes objects that are not there: kind after kind, those of one kind at a time. All are tried, although some fail.
    /// Server-side apply is not forced.
    pub(crate) async fn create(&self, kind: StepKind, objects: &mut [Object]) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for run in objects.chunk_by_mut(|left, right| left.kind() == right.kind()) {
            let mut writes = Vec::with_capacity(run.len());
            for object in run {
                writes.push(self.announce_and_create(kind, object).boxed());
            }
            let mut written = stream::iter(writes).buffered(CONCURRENCY);
            while let Some(written) = written.next().await {
                errors.extend(unless_stopped(written)?);
            }
        }
        joined(errors, "\n").map_err(Cause::Write)
    }

    /// Brings objects to what is wanted, one after the other, then deletes the originals that are not wanted any more. Ends
    /// at the first object that cannot be created; what cannot be updated is told at the end, and nothing is deleted then.
    pub(crate) async fn update(
        &self,
        originals: &[Object],
        wanted: &mut [Object],
        is_migrated: bool,
        updated: &mut Updated,
    ) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for object in wanted.iter_mut() {
            self.configuration
                .announce(StepKind::Update, object.to_string())
                .await?;
            let original = originals.iter().find(|original| original.is_same(object));
            if original.is_some() && self.is_blind(is_migrated, updated) {
                errors.extend(self.apply_again(object).await?);
                continue;
            }
            let Some(live) = self.live(object).await? else {
                updated.created.push(object.clone());
                self.create_one(object, self.is_forced())
                    .await
                    .map_err(|error| WriteError::Create(Box::new(error)))?;
                continue;
            };
            let original = original.map_or(&live, |original| &original.value);
            if let Err(error) = self.update_one(original, &live, object, is_migrated).await {
                errors.push(error);
            }
        }
        joined(errors, " && ")?;
        let is_dropped = |original: &&Object| !wanted.iter().any(|object| object.is_same(original));
        let dropped: Vec<&Object> = originals.iter().filter(is_dropped).collect();
        self.drop_all(&dropped).await
    }

    /// Whether objects of the revision before are written without a look at what is there: server-side apply creates what is
    /// not.
    fn is_blind(&self, is_migrated: bool, updated: &Updated) -> bool {
        matches!(self.method, Method::Server { .. }) && !is_migrated && !updated.is_asked
    }

    /// Applies an object of the revision before. If that fails, an object that is not there any more ends the update, as one
    /// that cannot be created.
    async fn apply_again(&self, object: &mut Object) -> Result<Option<WriteError>, WriteError> {
        let Err(error) = self.apply(object, self.is_forced()).await else {
            return Ok(None);
        };
        match self.live(object).await? {
            Some(_) => Ok(Some(error)),
            None => Err(WriteError::Create(Box::new(error))),
        }
    }

    async fn live(&self, object: &Object) -> Result<Option<Value>, WriteError> {
        let live = self.configuration.cluster.get(&object.target).await;
        live.map_err(|cause| access("could not get information about the resource: ", cause))
    }

    async fn announce_and_create(&self, kind: StepKind, object: &mut Object) -> Result<(), Cause> {
        self.configuration
            .announce(kind, object.to_string())
            .await?;
        Ok(self.create_one(object, false).await?)
    }

    async fn create_one(&self, object: &mut Object, is_forced: bool) -> Result<(), WriteError> {
        match self.method {
            Method::Server { .. } => self.apply(object, is_forced).await,
            Method::Client(_) => self.post(object).await,
        }
    }

    async fn update_one(
        &self,
        original: &Value,
        live: &Value,
        object: &mut Object,
        is_migrated: bool,
    ) -> Result<(), WriteError> {
        match self.method {
            Method::Server { is_forced } => {
                if is_migrated {
                    self.migrate(object, live).await?;
                }
                self.apply(object, is_forced).await
            }
            Method::Client(ClientWrite::Replace) => self.replace(object, live).await,
            Method::Client(ClientWrite::Patch {
                is_three_way_for_custom,
            }) => {
                self.merge(object, [original, live], is_three_way_for_custom)
                    .await
            }
        }
    }

    fn is_forced(&self) -> bool {
        matches!(self.method, Method::Server { is_forced: true })
    }
}

impl WriteError {
    /// Whether there is an object of that name already.
    pub(crate) fn is_already_exists(&self) -> bool {
        match self {
            Self::Access { cause, .. } => cause.is_already_exists(),
            _ => false,
        }
    }
}

impl Method {
    /// How the objects of hooks are written: never with force.
    pub(crate) fn of_hooks(is_server: bool) -> Self {
        if is_server {
            Self::Server { is_forced: false }
        } else {
            Self::Client(ClientWrite::PATCH)
        }
    }
}

fn access(context: impl Into<String>, cause: AccessError) -> WriteError {
    WriteError::Access {
        context: context.into(),
        cause,
    }
}

fn joined(mut errors: Vec<WriteError>, separator: &'static str) -> Result<(), WriteError> {
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(WriteError::Several { errors, separator }),
    }
}

/// The error of a write, after which others are tried; all else ends the action.
fn unless_stopped(written: Result<(), Cause>) -> Result<Option<WriteError>, Cause> {
    match written {
        Ok(()) => Ok(None),
        Err(Cause::Write(error)) => Ok(Some(error)),
        Err(cause) => Err(cause),
    }
}

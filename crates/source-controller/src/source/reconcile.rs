//! One pass over one source.

use std::sync::Arc;

use rheostat_api::resource::ReconciledSpec as _;
use rheostat_api::{ConditionType, Kind, Object};
use rheostat_artifact::storage::Folder;
use rheostat_runtime::{Managed, Moment, Pass, Reconciler, Report, Wait};
use tokio::time::Instant;

use super::outcome::{Halt, Outcome, Produced, Run};
use super::stored::{self, Stored};
use super::{Fetched, Source, SourceStatus as _, archive, report};
use crate::context::SourceContext;

/// Reconciles the objects of one kind of source.
#[derive(Debug)]
pub struct SourceReconciler<S> {
    source: S,
    context: SourceContext,
}

impl<S: Source> SourceReconciler<S> {
    /// A reconciler for one kind.
    pub fn new(source: S, context: SourceContext) -> Self {
        Self { source, context }
    }

    /// Removes what is stored of an object that is being deleted.
    async fn remove(&self, object: &Object<S::Kind>) -> Outcome {
        let folder = match folder(object) {
            Ok(folder) => folder,
            Err(halt) => {
                return Outcome::NotRemoved {
                    error: halt.message,
                };
            }
        };
        let storage = self.context.storage.clone();
        let removed = blocking(move || {
            storage
                .remove_all(&folder)
                .map_err(|error| stored::told(&error))
        });
        match removed.await {
            Ok(had_files) => Outcome::Removed { had_files },
            Err(error) => Outcome::NotRemoved { error },
        }
    }

    async fn look(&self, object: &Object<S::Kind>) -> Result<Stored, Halt> {
        let artifact = object.status.as_ref().and_then(|status| status.artifact());
        let (storage, retention) = (self.context.storage.clone(), self.context.retention);
        let (folder, artifact) = (folder(object)?, artifact.cloned());
        blocking(move || stored::look(&storage, retention, &folder, artifact.as_ref())).await
    }

    /// Brings the artifact up to date.
    async fn produce(&self, object: &Object<S::Kind>, stored: &Stored) -> Result<Produced, Halt> {
        let observed = self.source.observe(object).await?; //    (client)
        let plan = self.source.plan(object, observed, stored)?; // (pure)
        match self.source.fetch(plan).await? {
            Fetched::Unchanged {
                revision,
                announcement,
            } => Ok(Produced::Unchanged {
                revision,
                announcement,
            }),
            Fetched::UpToDate {
                revision,
                announcement,
            } => Ok(Produced::UpToDate {
                revision,
                announcement,
            }),
            Fetched::New {
                revision,
                file_name,
                announcement,
                content,
            } => {
                let (context, folder) = (self.context.clone(), folder(object)?);
                let artifact = blocking(move || {
                    archive::archive(&context, &folder, &file_name, &revision, &*content)
                })
                .await?;
                Ok(Produced::New {
                    artifact,
                    announcement,
                })
            }
        }
    }
}

impl<S: Source> Reconciler for SourceReconciler<S> {
    type Object = Object<S::Kind>;
    type Status = <S::Kind as Kind>::Status;
    type Outcome = Outcome;

    const OWNED_CONDITIONS: &'static [ConditionType] = report::OWNED_CONDITIONS;

    async fn reconcile(&self, object: Arc<Self::Object>, pass: &Pass<Self::Object>) -> Outcome {
        if object.is_being_deleted() {
            return self.remove(&object).await;
        }
        if object.spec.is_suspended() {
            return Outcome::Suspended;
        }
        let stored = match self.look(&object).await {
            Ok(stored) => stored,
            Err(halt) => {
                return Outcome::Ran(Box::new(Run {
                    stored: Stored::default(),
                    result: Err(halt),
                }));
            }
        };
        let progress = || report::progress(&object, &stored, pass.now());
        tokio::select! {
            result = pass.step(progress, self.produce(&object, &stored)) => {
                Outcome::Ran(Box::new(Run { stored: stored.clone(), result }))
            }
            () = interrupted(pass) => Outcome::Interrupted,
        }
    }

    fn report(
        &self,
        object: &Self::Object,
        outcome: &Outcome,
        moment: Moment,
    ) -> Report<Self::Status> {
        report::report::<S>(object, outcome, moment)
    }
}

fn folder<K: Kind>(object: &Object<K>) -> Result<Folder, Halt> {
    Folder::new(K::KIND, object.namespace(), object.name())
        .map_err(|error| Halt::storage_failed(rheostat_api::Reason::InvalidPath, error.to_string()))
}

/// Resolves once the controller stops, with the permit given back, by which
/// the shell knows that the pass was given up: an upstream that hangs must not
/// hold up the end.
async fn interrupted<O: Managed>(pass: &Pass<O>) {
    pass.stopping().cancelled().await;
    let wait = Wait {
        until: Instant::now(),
        is_cancelled_by_newer: false,
    };
    // The answer is known: the controller stops.
    let _ = pass.wait(wait, std::future::pending::<()>()).await;
}

/// Runs work that blocks off the event loop. A panic goes on to the pass.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime stops: nobody looks at the answer any more.
            Err(_) => std::future::pending().await,
        },
    }
}

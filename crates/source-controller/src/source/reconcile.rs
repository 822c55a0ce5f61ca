//! One pass over one source.

use std::sync::Arc;

use rheostat_api::resource::ReconciledSpec as _;
use rheostat_api::{ConditionType, Kind, Object, metadata};
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
    async fn remove(&self, object: &Object<S::Kind>) -> Outcome<S::Note> {
        match self.remove_files(object).await {
            Ok(had_files) => Outcome::Removed { had_files },
            Err(error) => Outcome::NotRemoved { error },
        }
    }

    /// Makes sure that nothing is stored of an object that stands for
    /// something. One without our finalizer has been looked at before.
    async fn let_go(&self, object: &Object<S::Kind>) -> Outcome<S::Note> {
        let finalizers = object.metadata.finalizers.as_deref().unwrap_or_default();
        if !finalizers.iter().any(|name| name == metadata::FINALIZER) {
            return Outcome::Static;
        }
        match self.remove_files(object).await {
            Ok(_) => Outcome::Static,
            Err(error) => Outcome::NotRemoved { error },
        }
    }

    /// Removes what is stored. Whether there was anything.
    async fn remove_files(&self, object: &Object<S::Kind>) -> Result<bool, String> {
        let folder = folder(object).map_err(|halt| halt.told.message)?;
        let storage = self.context.storage.clone();
        blocking(move || {
            storage
                .remove_all(&folder)
                .map_err(|error| stored::told(&error))
        })
        .await
    }

    async fn look(&self, object: &Object<S::Kind>) -> Result<Stored, Halt> {
        let status = object.status.as_ref();
        let artifact = status.and_then(|status| status.artifact()).cloned();
        let (storage, retention) = (self.context.storage.clone(), self.context.retention);
        let folder = folder(object)?;
        blocking(move || stored::look(&storage, retention, &folder, (artifact.as_ref(), S::LINK)))
            .await
    }

    /// Brings the artifact up to date. What the status is to remember is
    /// added to `notes` as it becomes known.
    async fn produce(
        &self,
        object: &Object<S::Kind>,
        stored: &Stored,
        notes: &mut Vec<S::Note>,
    ) -> Result<Produced, Halt> {
        let observed = self.source.observe(object).await?; //    (client)
        notes.extend(S::note(&observed)); //                    (pure)
        let plan = self.source.plan(object, observed, stored)?; // (pure)
        match self.source.fetch(plan).await? {
            Fetched::Unchanged(found) => Ok(Produced::Unchanged(found)),
            Fetched::UpToDate(found) => Ok(Produced::UpToDate(found)),
            Fetched::New(new) => {
                let (context, folder) = (self.context.clone(), folder(object)?);
                let (archived, new) = blocking(move || {
                    let archived = archive::archive(&context, &folder, S::LINK, &new);
                    (archived, new)
                })
                .await;
                let (artifact, link) = archived?;
                notes.push(new.note);
                Ok(Produced::New {
                    found: new.found,
                    artifact: Box::new(artifact),
                    link,
                    remarks: new.remarks,
                })
            }
        }
    }
}

impl<S: Source> Reconciler for SourceReconciler<S> {
    type Object = Object<S::Kind>;
    type Status = <S::Kind as Kind>::Status;
    type Outcome = Outcome<S::Note>;

    const OWNED_CONDITIONS: &'static [ConditionType] = report::OWNED_CONDITIONS;

    async fn reconcile(
        &self,
        object: Arc<Self::Object>,
        pass: &Pass<Self::Object>,
    ) -> Self::Outcome {
        if object.is_being_deleted() {
            return self.remove(&object).await;
        }
        if object.spec.is_suspended() {
            return Outcome::Suspended;
        }
        if S::is_static(&object) {
            return self.let_go(&object).await;
        }
        let stored = match self.look(&object).await {
            Ok(stored) => stored,
            Err(halt) => {
                return Outcome::Ran(Box::new(Run {
                    stored: Stored::default(),
                    notes: Vec::new(),
                    result: Err(halt),
                }));
            }
        };
        let progress = || report::progress::<S>(&object, &stored, pass.now());
        let mut notes = Vec::new();
        let result = tokio::select! {
            result = pass.step(progress, self.produce(&object, &stored, &mut notes)) => result,
            () = interrupted(pass) => return Outcome::Interrupted,
        };
        Outcome::Ran(Box::new(Run {
            stored,
            notes,
            result,
        }))
    }

    fn wants_finalizer(&self, object: &Self::Object) -> bool {
        !S::is_static(object)
    }

    fn report(
        &self,
        object: &Self::Object,
        outcome: &Self::Outcome,
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
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime stops: nobody looks at the answer any more.
            Err(_) => std::future::pending().await,
        },
    }
}

//! What all actions share: the cluster, the identity, the records, and who is told.

use std::sync::Arc;

use rheostat_cluster::Cluster;
use rheostat_helm::release::{Release, Time, name};
use tokio_util::sync::CancellationToken;

use crate::error::Cause;
use crate::observer::{Observer, Step, StepKind, Unobserved};
use crate::renderer::{HelmRenderer, Renderer};
use crate::storage::{Storage, StorageError};

/// What all actions share. Cheap to clone.
#[derive(Clone)]
pub struct Configuration {
    /// The cluster, under the identity that writes records and objects.
    pub cluster: Cluster,
    /// The namespace of the records.
    pub storage_namespace: String,
    /// The field manager. Helm's is the name of its program: `helm`.
    pub manager: String,
    /// Makes manifests of a chart. [`HelmRenderer`] by default.
    pub renderer: Arc<dyn Renderer>,
    /// Is told of every step. Nobody by default.
    pub observer: Arc<dyn Observer>,
    /// Stops actions in good order once it is cancelled: what was begun is recorded as failed.
    pub abort: CancellationToken,
    /// Whether templates may resolve names in the DNS. Off by default.
    pub resolves_names: bool,
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configuration")
            .field("storage_namespace", &self.storage_namespace)
            .field("manager", &self.manager)
            .finish_non_exhaustive()
    }
}

impl Configuration {
    /// Actions on a cluster, with records in a namespace, as a field manager.
    pub fn new(
        cluster: Cluster,
        storage_namespace: impl Into<String>,
        manager: impl Into<String>,
    ) -> Self {
        Self {
            cluster,
            storage_namespace: storage_namespace.into(),
            manager: manager.into(),
            renderer: Arc::new(HelmRenderer),
            observer: Arc::new(Unobserved),
            abort: CancellationToken::new(),
            resolves_names: false,
        }
    }

    /// The records.
    pub fn storage(&self) -> Storage {
        Storage::new(self.cluster.clone(), &self.storage_namespace, &self.manager)
    }

    /// Announces a step of an action, which is not taken if the action is to stop.
    pub(crate) async fn announce(
        &self,
        kind: StepKind,
        subject: impl Into<String>,
    ) -> Result<(), Cause> {
        if self.abort.is_cancelled() {
            return Err(Cause::Aborted);
        }
        self.tell(kind, subject).await
    }

    /// Writes down a revision that is new, after making room for it where `max_history` bounds the number of records; 0 does
    /// not.
    pub(crate) async fn create_record(
        &self,
        release: &Release,
        max_history: usize,
    ) -> Result<(), Cause> {
        self.announce(StepKind::CreateRecord, release.record_name())
            .await?;
        let storage = self.storage();
        for forgotten in storage.surplus(&release.name, max_history).await? {
            let record = name::record(&release.name, forgotten);
            self.tell(StepKind::DeleteRecord, record).await?;
            storage.delete(&release.name, forgotten).await?;
        }
        storage.create(release).await?;
        self.observer.recorded(release);
        Ok(())
    }

    /// Writes down what became of a revision, even if the action is to stop.
    pub(crate) async fn update_record(&self, release: &Release) -> Result<(), Cause> {
        self.tell(StepKind::UpdateRecord, release.record_name())
            .await?;
        self.storage().update(release).await?;
        self.observer.recorded(release);
        Ok(())
    }

    /// The same where Helm goes on without the record.
    pub(crate) async fn try_update_record(&self, release: &Release) {
        if let Err(error) = self.update_record(release).await {
            tracing::warn!(record = release.record_name(), %error, "the record cannot be updated");
        }
    }

    /// Deletes the record of a revision.
    pub(crate) async fn delete_record(&self, release: &Release) -> Result<(), Cause> {
        self.tell(StepKind::DeleteRecord, release.record_name())
            .await?;
        match self.storage().delete(&release.name, release.version).await {
            // It was deleted by somebody else, which is what was wanted.
            Ok(()) | Err(StorageError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        self.observer.recorded(release);
        Ok(())
    }

    async fn tell(&self, kind: StepKind, subject: impl Into<String>) -> Result<(), Cause> {
        let step = Step {
            kind,
            subject: subject.into(),
        };
        self.observer.before(&step).await.map_err(Cause::Stopped)
    }
}

/// This moment.
pub(crate) fn now() -> Time {
    Time::from_unix_nanoseconds(jiff::Timestamp::now().as_nanosecond())
}

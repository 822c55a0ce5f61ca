//! What an attempt asks Helm's storage.

use std::sync::Arc;

use rheostat_api::metadata::helm::CONTROLLER;
use rheostat_cluster::{Resource, Target};
use rheostat_release::{Release, Storage, StorageError};

use super::{Attempt, Witness};
use crate::draft::Draft;
use crate::outcome::Stop;

impl Attempt<'_> {
    /// The records.
    pub(super) fn storage(&self) -> Storage {
        let nobody = Arc::new(Witness::default());
        self.execution.configuration(&nobody).storage()
    }

    /// The last revision in storage.
    pub(super) async fn last(&self, draft: &mut Draft) -> Result<Option<Release>, Stop> {
        let name = &self.execution.desired.release_name;
        match self.storage().last(name).await {
            Ok(last) => Ok(Some(last)),
            Err(StorageError::NotFound) => Ok(None),
            Err(error) => {
                let error = format!("failed to retrieve last release from storage: {error}");
                Err(self.undetermined(draft, &error))
            }
        }
    }

    /// Whether the record of a revision was last written by this controller: then nobody is at work on it.
    pub(super) async fn is_ours(&self, release: &Release) -> bool {
        let secrets = Resource {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Secret".to_owned(),
            plural: "secrets".to_owned(),
            namespaced: true,
        };
        let namespace = Some(self.execution.storage_namespace.as_str());
        let Ok(target) = Target::new(Arc::new(secrets), namespace, &release.record_name()) else {
            return false;
        };
        let found = self.execution.cluster.get_metadata(&target).await;
        let Ok(Some(head)) = found else {
            return false;
        };
        let entries = &head.metadata.managed_fields;
        entries.iter().any(|entry| entry.manager == CONTROLLER)
    }
}

//! Starting and stopping: what a controller's `main` hands over to.

use std::{fmt, sync::Arc, time::Duration};

use kube::{Api, Client, core::DeserializeGuard};
use tokio_util::sync::CancellationToken;

use crate::{event::Recorder, metrics::Metrics, object::Managed, queue::Backoff, role::Role};

/// What the flags decide for every controller alike.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Passes that run at the same time, for each kind (`--concurrent`).
    pub concurrent: usize,
    /// Pause before a dependency is looked at again where no watch tells (`--requeue-dependency`).
    pub requeue_dependency: Duration,
    /// The share by which intervals vary (`--interval-jitter-percentage`), 0 to 99.
    pub jitter_percentage: u8,
    /// How retries are spaced.
    pub backoff: Backoff,
    /// The only namespace that is watched; nothing for all (`--watch-all-namespaces`).
    pub namespace: Option<String>,
    /// The objects that this instance reconciles (`--watch-label-selector`); empty for all.
    pub label_selector: String,
    /// The namespace that the controller runs in (`RUNTIME_NAMESPACE`), empty if unknown.
    pub runtime_namespace: String,
}

/// What every part of a controller works with. Clones share it.
#[derive(Clone)]
pub struct Context {
    /// The controller's names.
    pub role: Role,
    /// A client whose write access ends with the lease.
    pub client: Client,
    /// Sends events.
    pub recorder: Recorder,
    /// Counts.
    pub metrics: Metrics,
    /// What the flags decide.
    pub settings: Arc<Settings>,
    /// Cancelled when the controller stops.
    pub stop: CancellationToken,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("role", &self.role)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// The objects of a kind in one namespace.
    pub fn namespaced<K: Managed>(&self, namespace: &str) -> Api<K> {
        Api::namespaced(self.client.clone(), namespace)
    }

    pub(crate) fn watched<K: Managed>(&self) -> Api<DeserializeGuard<K>> {
        match &self.settings.namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        }
    }
}

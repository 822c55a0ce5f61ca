//! What all sources work with.

use std::path::PathBuf;

use kube::Client as KubeClient;
use rheostat_artifact::digest::Algorithm;
use rheostat_artifact::storage::{Retention, Storage};
use rheostat_upstream::Client;

/// Names and clients that every source shares. Clones share the clients.
#[derive(Clone)]
pub struct SourceContext {
    /// Reads Secrets.
    pub cluster: KubeClient,
    /// Talks to upstreams that need no certificate authority of their own.
    pub upstream: Client,
    /// Keeps artifacts.
    pub storage: Storage,
    /// How long older artifacts are kept.
    pub retention: Retention,
    /// How artifacts are digested.
    pub algorithm: Algorithm,
    /// Where packs and other unfinished things lie.
    pub work: PathBuf,
}

impl std::fmt::Debug for SourceContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceContext")
            .field("storage", &self.storage)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

//! What all sources work with.

use std::path::PathBuf;

use kube::Client as KubeClient;
use rheostat_artifact::digest::Algorithm;
use rheostat_artifact::storage::{Retention, Storage};
use rheostat_helm::chart::ArchiveLimits;
use rheostat_upstream::client::{self, ClientError};
use rheostat_upstream::{Client, Destination, Tls};

/// Names and clients that every source shares. Clones share the clients.
#[derive(Clone)]
pub struct SourceContext {
    /// Reads Secrets.
    pub cluster: KubeClient,
    /// Talks to upstreams that need no certificate authority of their own.
    pub upstream: Client,
    /// Talk to registries that need nothing of their own for TLS.
    pub registries: RegistryClients,
    /// Keeps artifacts.
    pub storage: Storage,
    /// How long older artifacts are kept.
    pub retention: Retention,
    /// How artifacts are digested.
    pub algorithm: Algorithm,
    /// How large things of Helm may be.
    pub helm: HelmLimits,
    /// Where packs and other unfinished things lie.
    pub work: PathBuf,
}

/// Clients for registries.
#[derive(Debug, Clone)]
pub struct RegistryClients {
    /// Takes certificates that somebody vouches for.
    pub verified: Client,
    /// Takes any certificate, for those who ask for it.
    pub unverified: Client,
}

impl RegistryClients {
    /// Makes both.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        let unverified = Tls {
            is_unverified: true,
            ..Tls::default()
        };
        Ok(Self {
            verified: client::client(Destination::Registry, None)?,
            unverified: client::client_with(Destination::Registry, &unverified)?,
        })
    }
}

/// How large things of Helm may be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelmLimits {
    /// The index of a repository.
    pub index_bytes: u64,
    /// The archive of a chart.
    pub chart_bytes: u64,
    /// A file of a chart.
    pub file_bytes: u64,
}

impl HelmLimits {
    /// The bounds on a chart's archive once it is unpacked.
    pub(crate) fn archive_limits(self) -> ArchiveLimits {
        ArchiveLimits {
            file_bytes: self.file_bytes,
            ..ArchiveLimits::default()
        }
    }
}

impl std::fmt::Debug for SourceContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceContext")
            .field("storage", &self.storage)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

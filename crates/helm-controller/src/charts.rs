//! The charts in memory: each is fetched and read once, however many HelmReleases release it.

use rheostat_api::Artifact;
use rheostat_artifact::client::{FetchError, Fetcher, Keeper, KeeperLimits};
use rheostat_helm::Chart;
use rheostat_helm::chart::{ArchiveLimits, LoadError};
use tokio::task::JoinError;

use crate::metrics::Counts;

/// Bytes are those of archives: a tenth of what a controller may have by default.
const LIMITS: KeeperLimits = KeeperLimits {
    artifacts: 256,
    bytes: 100 * 1024 * 1024,
};

/// Why there is no chart.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The artifact could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The artifact is no chart.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Reading it panicked.
    #[error("failed to read the chart: {0}")]
    Panic(#[from] JoinError),
}

/// Fetches and keeps charts.
#[derive(Debug)]
pub struct Charts {
    keeper: Keeper<Chart>,
    counts: Counts,
}

impl ChartError {
    /// Whether the server has the artifact no more, or not yet.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::NotFound { .. }))
    }
}

impl Charts {
    /// An empty keeper that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher, counts: Counts) -> Self {
        Self {
            keeper: Keeper::new(fetcher, LIMITS),
            counts,
        }
    }

    /// The chart of an artifact that was fetched before.
    pub fn known(&self, artifact: &Artifact) -> Option<Chart> {
        self.keeper.known(&artifact.url, &artifact.digest)
    }

    /// The chart of an artifact.
    ///
    /// # Errors
    /// When the artifact cannot be fetched, is not what the status says, or is no chart.
    pub async fn get(&self, artifact: &Artifact) -> Result<Chart, ChartError> {
        let counts = self.counts.clone();
        let read = move |archive: &[u8]| {
            counts.charts_read.inc();
            Ok(Chart::from_archive(archive, ArchiveLimits::default())?)
        };
        self.keeper.get(&artifact.url, &artifact.digest, read).await
    }
}

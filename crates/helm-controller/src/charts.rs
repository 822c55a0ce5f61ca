//! The charts in memory: each is fetched and read once, however many HelmReleases release it.
//!
//! A chart is handed out only for the URL from which it was fetched and verified, so that a status that merely claims a
//! digest gives access to nothing.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rheostat_api::Artifact;
use rheostat_artifact::client::{FetchError, Fetcher};
use rheostat_helm::Chart;
use rheostat_helm::chart::{ArchiveLimits, LoadError};
use tokio::sync::OnceCell;
use tokio::task::JoinError;

/// Charts kept at a time. What goes is fetched again when it is asked for.
const MAX_CHARTS: usize = 256;

/// Bytes of archives whose charts are kept at a time: a tenth of what a controller may have by default.
const MAX_BYTES: usize = 100 * 1024 * 1024;

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
    fetcher: Fetcher,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    by_place: HashMap<Place, Slot>,
    /// Counts uses, to tell which slot was not used the longest.
    clock: u64,
}

/// Where a chart was fetched from, and what its archive's digest is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    url: String,
    digest: String,
}

#[derive(Debug, Default)]
struct Slot {
    cell: Arc<OnceCell<Kept>>,
    used: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    chart: Chart,
    archive_bytes: usize,
}

impl ChartError {
    /// Whether the server has the artifact no more, or not yet.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::NotFound { .. }))
    }
}

impl Charts {
    /// An empty keeper that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            slots: Mutex::default(),
        }
    }

    /// The chart of an artifact. Those who ask for the same at the same time wait for one fetch.
    ///
    /// # Errors
    /// When the artifact cannot be fetched, is not what the status says, or is no chart.
    pub async fn get(&self, artifact: &Artifact) -> Result<Chart, ChartError> {
        let place = Place {
            url: artifact.url.clone(),
            digest: artifact.digest.clone(),
        };
        let cell = self.slots.lock().cell(&place);
        let kept = cell.get_or_try_init(|| self.fetch(&place)).await?;
        let chart = kept.chart.clone();
        self.slots.lock().shrink();
        Ok(chart)
    }

    async fn fetch(&self, place: &Place) -> Result<Kept, ChartError> {
        let archive = self.fetcher.fetch(&place.url, &place.digest).await?;
        let archive_bytes = archive.len();
        let read = move || Chart::from_archive(&archive, ArchiveLimits::default());
        let chart = tokio::task::spawn_blocking(read).await??;
        Ok(Kept {
            chart,
            archive_bytes,
        })
    }
}

impl Slots {
    fn cell(&mut self, place: &Place) -> Arc<OnceCell<Kept>> {
        self.clock += 1;
        let slot = self.by_place.entry(place.clone()).or_default();
        slot.used = self.clock;
        Arc::clone(&slot.cell)
    }

    /// Lets go of what was not used the longest, down to the limits.
    fn shrink(&mut self) {
        while self.by_place.len() > MAX_CHARTS || self.bytes() > MAX_BYTES {
            let oldest = self.by_place.iter().min_by_key(|(_, slot)| slot.used);
            let Some(oldest) = oldest.map(|(place, _)| place.clone()) else {
                return;
            };
            self.by_place.remove(&oldest);
        }
    }

    fn bytes(&self) -> usize {
        let kept = self.by_place.values().filter_map(|slot| slot.cell.get());
        kept.map(|kept| kept.archive_bytes).sum()
    }
}

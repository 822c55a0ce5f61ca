//! The unpacked artifacts: each is fetched and unpacked once, however many Kustomizations build from
//! it.
//!
//! A tree is handed out only for the URL from which it was fetched and verified; bytes of the same
//! digest behind another URL are fetched, too, and then share the memory. So a status that merely
//! claims a digest gives access to nothing.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rheostat_api::Artifact;
use rheostat_artifact::client::{FetchError, Fetcher};
use rheostat_artifact::extract::{self, ExtractError};
use rheostat_tree::Tree;
use tokio::sync::OnceCell;
use tokio::task::JoinError;

/// Trees kept at a time. Sources that Kustomizations follow are few; what goes is fetched again.
const MAX_TREES: usize = 64;

/// Bytes of archives whose trees are kept at a time; one archive has at most half of that.
const MAX_BYTES: usize = 512 * 1024 * 1024;

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The artifact could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The artifact could not be unpacked.
    #[error("failed to unpack artifact: {}", unpacking(.0))]
    Extract(#[from] ExtractError),
    /// Unpacking panicked.
    #[error("failed to unpack artifact: {0}")]
    Panic(#[from] JoinError),
}

/// Fetches and keeps trees.
#[derive(Debug)]
pub struct Trees {
    fetcher: Fetcher,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    by_place: HashMap<Place, Slot>,
    /// Counts uses, to tell which slot was not used the longest.
    clock: u64,
}

/// Where a tree was fetched from, and what its archive's digest is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    url: String,
    digest: String,
}

#[derive(Debug, Default)]
struct Slot {
    cell: Arc<OnceCell<Unpacked>>,
    used: u64,
}

#[derive(Clone, Debug)]
struct Unpacked {
    tree: Tree,
    archive_bytes: usize,
}

impl TreeError {
    /// Whether the server has the artifact no more, or not yet.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::NotFound { .. }))
    }
}

impl Trees {
    /// An empty keeper that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            slots: Mutex::default(),
        }
    }

    /// The tree of an artifact. Those who ask for the same at the same time wait for one fetch.
    ///
    /// # Errors
    /// When the artifact cannot be fetched, is not what the status says, or cannot be unpacked.
    pub async fn get(&self, artifact: &Artifact) -> Result<Tree, TreeError> {
        let place = Place {
            url: artifact.url.clone(),
            digest: artifact.digest.clone(),
        };
        let cell = self.slots.lock().cell(&place);
        let unpacked = cell.get_or_try_init(|| self.fetch(&place)).await?;
        let tree = unpacked.tree.clone();
        self.slots.lock().shrink();
        Ok(tree)
    }

    /// Lets go of an artifact that no source offers any more.
    pub fn forget(&self, artifact: &Artifact) {
        let place = Place {
            url: artifact.url.clone(),
            digest: artifact.digest.clone(),
        };
        self.slots.lock().by_place.remove(&place);
    }

    async fn fetch(&self, place: &Place) -> Result<Unpacked, TreeError> {
        let archive = self.fetcher.fetch(&place.url, &place.digest).await?;
        if let Some(known) = self.slots.lock().same_bytes(&place.digest) {
            return Ok(known);
        }
        let archive_bytes = archive.len();
        let limits = extract::Limits::default();
        let unpack = move || extract::tar_gz(archive.as_slice(), &limits);
        let tree = tokio::task::spawn_blocking(unpack).await??;
        Ok(Unpacked {
            tree,
            archive_bytes,
        })
    }
}

impl Slots {
    fn cell(&mut self, place: &Place) -> Arc<OnceCell<Unpacked>> {
        self.clock += 1;
        let slot = self.by_place.entry(place.clone()).or_default();
        slot.used = self.clock;
        Arc::clone(&slot.cell)
    }

    /// The tree of verified bytes of that digest, wherever they came from.
    fn same_bytes(&self, digest: &str) -> Option<Unpacked> {
        let is_same = |place: &Place| place.digest == digest;
        self.by_place
            .iter()
            .filter(|(place, _)| is_same(place))
            .find_map(|(_, slot)| slot.cell.get().cloned())
    }

    /// Lets go of what was not used the longest, down to the limits.
    fn shrink(&mut self) {
        while self.by_place.len() > MAX_TREES || self.bytes() > MAX_BYTES {
            let oldest = self.by_place.iter().min_by_key(|(_, slot)| slot.used);
            let Some((oldest, _)) = oldest.map(|(place, slot)| (place.clone(), slot.used)) else {
                return;
            };
            self.by_place.remove(&oldest);
        }
    }

    fn bytes(&self) -> usize {
        let unpacked = self.by_place.values().filter_map(|slot| slot.cell.get());
        unpacked.map(|unpacked| unpacked.archive_bytes).sum()
    }
}

/// The error with its causes.
fn unpacking(error: &ExtractError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

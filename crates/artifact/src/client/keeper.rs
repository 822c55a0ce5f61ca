//! What was made of artifacts, in memory: each is fetched and read once,
//! however many objects ask for it.
//!
//! It is handed out only for the URL from which its artifact was fetched and
//! verified; bytes of the same digest behind another URL are fetched, too,
//! and then share the memory. So a status that merely claims a digest gives
//! access to nothing.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio::task::JoinError;

use super::{FetchError, Fetcher};

/// How much is kept at a time. What goes is fetched again when it is asked
/// for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeeperLimits {
    /// Most artifacts.
    pub artifacts: usize,
    /// Most bytes of archives, all together.
    pub bytes: usize,
}

/// Fetches artifacts and keeps what is made of them.
#[derive(Debug)]
pub struct Keeper<T> {
    fetcher: Fetcher,
    limits: KeeperLimits,
    slots: Mutex<Slots<T>>,
}

#[derive(Debug)]
struct Slots<T> {
    by_place: HashMap<Place, Slot<T>>,
    /// Counts uses, to tell which slot was not used the longest.
    clock: u64,
}

/// Where an artifact was fetched from, and what its digest is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    url: String,
    digest: String,
}

impl Place {
    fn new(url: &str, digest: &str) -> Self {
        Self {
            url: url.to_owned(),
            digest: digest.to_owned(),
        }
    }
}

#[derive(Debug)]
struct Slot<T> {
    cell: Arc<OnceCell<Kept<T>>>,
    used: u64,
}

#[derive(Debug, Clone)]
struct Kept<T> {
    made: T,
    archive_bytes: usize,
}

impl<T: Clone + Send + 'static> Keeper<T> {
    /// One that has fetched nothing yet.
    pub fn new(fetcher: Fetcher, limits: KeeperLimits) -> Self {
        Self {
            fetcher,
            limits,
            slots: Mutex::new(Slots {
                by_place: HashMap::new(),
                clock: 0,
            }),
        }
    }

    /// What was made of the artifact behind a URL, if that is there.
    pub fn known(&self, url: &str, digest: &str) -> Option<T> {
        self.slots.lock().known(&Place::new(url, digest))
    }

    /// What `read` makes of the artifact behind a URL, on a thread on which
    /// it may take its time. Those who ask for the same at the same time wait
    /// for one fetch.
    ///
    /// # Errors
    /// When the artifact cannot be fetched or has another digest; those of
    /// `read`; when it panics.
    pub async fn get<E>(
        &self,
        url: &str,
        digest: &str,
        read: impl FnOnce(&[u8]) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        E: From<FetchError> + From<JoinError> + Send + 'static,
    {
        let place = Place::new(url, digest);
        let cell = self.slots.lock().cell(&place);
        let kept = cell.get_or_try_init(|| self.fetch(&place, read)).await?;
        let made = kept.made.clone();
        self.slots.lock().shrink(self.limits);
        Ok(made)
    }

    /// Lets go of an artifact that nobody offers any more.
    pub fn forget(&self, url: &str, digest: &str) {
        let place = Place::new(url, digest);
        self.slots.lock().by_place.remove(&place);
    }

    async fn fetch<E>(
        &self,
        place: &Place,
        read: impl FnOnce(&[u8]) -> Result<T, E> + Send + 'static,
    ) -> Result<Kept<T>, E>
    where
        E: From<FetchError> + From<JoinError> + Send + 'static,
    {
        let archive = self.fetcher.fetch(&place.url, &place.digest).await?;
        if let Some(known) = self.slots.lock().same_bytes(&place.digest) {
            return Ok(known);
        }
        let archive_bytes = archive.len();
        let made = tokio::task::spawn_blocking(move || read(archive.as_slice())).await??;
        Ok(Kept {
            made,
            archive_bytes,
        })
    }
}

impl<T: Clone> Slots<T> {
    fn cell(&mut self, place: &Place) -> Arc<OnceCell<Kept<T>>> {
        self.clock += 1;
        let slot = self.by_place.entry(place.clone()).or_insert_with(|| Slot {
            cell: Arc::default(),
            used: 0,
        });
        slot.used = self.clock;
        Arc::clone(&slot.cell)
    }

    fn known(&mut self, place: &Place) -> Option<T> {
        self.clock += 1;
        let slot = self.by_place.get_mut(place)?;
        slot.used = self.clock;
        slot.cell.get().map(|kept| kept.made.clone())
    }

    /// What was made of verified bytes of that digest, wherever they came
    /// from.
    fn same_bytes(&self, digest: &str) -> Option<Kept<T>> {
        self.by_place
            .iter()
            .filter(|(place, _)| place.digest == digest)
            .find_map(|(_, slot)| slot.cell.get().cloned())
    }

    /// Lets go of what was not used the longest, down to the limits.
    fn shrink(&mut self, limits: KeeperLimits) {
        while self.by_place.len() > limits.artifacts || self.bytes() > limits.bytes {
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

//! Which kinds the cluster serves: a table from discovery, read again when a kind is not in it.
//!
//! The table is read once for all who miss at the same time, and at most twice a second: a
//! definition that was just accepted appears in discovery a moment later.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use parking_lot::RwLock;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::resource::Resource;

mod discovery;

/// The least time between two readings of discovery: short enough to meet a new definition soon,
/// long enough that a thousand objects of a missing kind do not load the server.
const REREAD_AFTER: Duration = Duration::from_millis(500);

/// Why a kind has no resource.
#[derive(Debug, thiserror::Error)]
pub enum MapperError {
    /// The cluster does not serve the kind in that version.
    #[error("no matches for kind {kind:?} in version {api_version:?}")]
    NoMatch {
        /// The kind.
        kind: String,
        /// `group/version`.
        api_version: String,
    },
    /// The cluster does not serve the kind in any version.
    #[error("no matches for kind {kind:?} in group {group:?}")]
    NoKind {
        /// The kind.
        kind: String,
        /// The group; empty for core.
        group: String,
    },
    /// Discovery could not be read.
    #[error("cannot read which kinds the API server serves: {0}")]
    Discovery(#[source] Box<kube::Error>),
}

/// The kinds that a cluster serves.
pub struct RestMapper {
    client: Client,
    table: RwLock<Arc<Table>>,
    reading: Mutex<()>,
}

/// All versions of each kind, the server's preferred version first.
type Kinds = HashMap<(String, String), Vec<Arc<Resource>>>;

#[derive(Default)]
struct Table {
    kinds: Kinds,
    read_at: Option<Instant>,
}

impl std::fmt::Debug for RestMapper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RestMapper").finish_non_exhaustive()
    }
}

impl RestMapper {
    /// An empty mapper; discovery is read at the first question.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            table: RwLock::default(),
            reading: Mutex::new(()),
        }
    }

    /// The resource of a kind in the version given by `api_version` (`group/version`).
    ///
    /// # Errors
    /// When the cluster does not serve it, or discovery cannot be read.
    pub async fn exact(&self, api_version: &str, kind: &str) -> Result<Arc<Resource>, MapperError> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let found = self
            .find(group, kind, |served| {
                served.iter().find(|r| r.version == version).cloned()
            })
            .await?;
        found.ok_or_else(|| MapperError::NoMatch {
            kind: kind.to_owned(),
            api_version: api_version.to_owned(),
        })
    }

    /// The resource of a kind in the version that the server prefers.
    ///
    /// # Errors
    /// When the cluster does not serve it, or discovery cannot be read.
    pub async fn preferred(&self, group: &str, kind: &str) -> Result<Arc<Resource>, MapperError> {
        let found = self
            .find(group, kind, |served| served.first().cloned())
            .await?;
        found.ok_or_else(|| MapperError::NoKind {
            kind: kind.to_owned(),
            group: group.to_owned(),
        })
    }

    /// Every version of every group as `group/version`, and every kind of each as `group/version/Kind`, sorted. What was read
    /// less than `max_age` ago is not read again.
    ///
    /// # Errors
    /// When discovery cannot be read.
    pub async fn api_versions(&self, max_age: Duration) -> Result<Vec<String>, MapperError> {
        let seen = Arc::clone(&self.table.read());
        let is_fresh = seen.read_at.is_some_and(|at| at.elapsed() < max_age);
        let table = if is_fresh {
            seen
        } else {
            self.read_after(&seen).await?
        };
        let mut versions = BTreeSet::new();
        for resource in table.kinds.values().flatten() {
            let version = resource.api_version();
            versions.insert(format!("{version}/{}", resource.kind));
            versions.insert(version);
        }
        Ok(versions.into_iter().collect())
    }

    async fn find(
        &self,
        group: &str,
        kind: &str,
        choose: impl Fn(&[Arc<Resource>]) -> Option<Arc<Resource>>,
    ) -> Result<Option<Arc<Resource>>, MapperError> {
        let key = (group.to_owned(), kind.to_owned());
        let look_up = |table: &Table| table.kinds.get(&key).and_then(|served| choose(served));
        let seen = Arc::clone(&self.table.read());
        if let Some(found) = look_up(&seen) {
            return Ok(Some(found));
        }
        Ok(look_up(&*self.read_after(&seen).await?))
    }

    /// The table, newer than `seen`.
    async fn read_after(&self, seen: &Arc<Table>) -> Result<Arc<Table>, MapperError> {
        let turn = self.reading.lock().await;
        let current = Arc::clone(&self.table.read());
        if !Arc::ptr_eq(&current, seen) {
            return Ok(current);
        }
        if let Some(read_at) = seen.read_at {
            tokio::time::sleep_until(read_at + REREAD_AFTER).await;
        }
        // Boxed: it is large, and hardly ever needed.
        let kinds = Box::pin(discovery::read(&self.client))
            .await
            .map_err(|error| MapperError::Discovery(Box::new(error)))?;
        let table = Arc::new(Table {
            kinds,
            read_at: Some(Instant::now()),
        });
        *self.table.write() = Arc::clone(&table);
        drop(turn);
        Ok(table)
    }
}

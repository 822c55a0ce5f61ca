//! Deleting what is no longer wanted: in the reverse order of application, only what is still the
//! owner's, and all that can be although some cannot.

use rheostat_cluster::{AccessError, Cluster, MapperError, Metadata, Target, TargetError};

use crate::change::{Action, Change, ChangeLog};
use crate::inventory::{Entry, Inventory};
use crate::order::Place;
use crate::owner::Owner;
use crate::switches::Switches;

/// Deletes objects of one owner.
#[derive(Debug)]
pub struct Pruner<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Whose objects may be deleted.
    pub owner: &'a Owner,
    /// How objects ask to be kept.
    pub switches: &'a Switches,
}

/// What became of the objects.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Those that are gone or going, and those that were left alone.
    pub log: ChangeLog,
    /// Those that are still there.
    pub failures: Vec<PruneFailure>,
}

/// An object that could not be deleted.
#[derive(Debug, thiserror::Error)]
#[error("{} delete failed: {cause}", .entry.id.subject())]
pub struct PruneFailure {
    /// The object.
    pub entry: Entry,
    /// Why.
    #[source]
    pub cause: PruneError,
}

/// Why an object could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The server refused.
    #[error("{0}")]
    Access(#[from] AccessError),
    /// The kind is not served, and it is not certain that its objects are gone.
    #[error("{0}")]
    Kind(#[from] MapperError),
    /// The object has no address.
    #[error("{0}")]
    Target(#[from] TargetError),
}

impl Pruner<'_> {
    /// Deletes the objects of `stale` that are the owner's. The deletion is in the background.
    pub async fn prune(&self, stale: &Inventory) -> Pruned {
        let mut entries: Vec<&Entry> = stale.entries.iter().collect();
        entries.sort_by(|a, b| place(b).compare(&place(a)));
        let mut pruned = Pruned::default();
        for entry in entries {
            match self.delete(entry).await {
                Ok(action) => {
                    let change = Change::new(entry.id.clone(), &entry.version, action);
                    pruned.log.changes.push(change);
                }
                Err(cause) => pruned.failures.push(PruneFailure {
                    entry: entry.clone(),
                    cause,
                }),
            }
        }
        pruned
    }

    async fn delete(&self, entry: &Entry) -> Result<Action, PruneError> {
        let target = target(self.cluster, entry).await?;
        let Some(live) = self.cluster.get_metadata(&target).await? else {
            return Ok(Action::Deleted);
        };
        if !self.may_delete(&live.metadata) {
            return Ok(Action::Skipped);
        }
        // Should another object take its name meanwhile, that one is not ours to delete.
        let uid = live.metadata.uid.as_deref();
        match self.cluster.delete(&target, uid).await {
            Ok(_) => Ok(Action::Deleted),
            Err(error) if error.is_conflict() => Ok(Action::Deleted),
            Err(error) => Err(error.into()),
        }
    }

    fn may_delete(&self, live: &Metadata) -> bool {
        self.owner.owns(&live.labels) && !self.switches.is_kept(live)
    }
}

impl Pruned {
    /// The objects that are not gone although they should be.
    pub fn survivors(&self) -> Inventory {
        self.failures.iter().map(|f| f.entry.clone()).collect()
    }

    /// All failures in one line; empty if there are none.
    pub fn errors(&self) -> String {
        let mut line = String::new();
        for failure in &self.failures {
            line.push_str(&failure.to_string());
            line.push(';');
        }
        line
    }
}

/// The address of an inventory's object: in its own version, else in the one that is served now.
pub(crate) async fn target(cluster: &Cluster, entry: &Entry) -> Result<Target, PruneError> {
    let id = &entry.id;
    let api_version = if id.group.is_empty() {
        entry.version.clone()
    } else {
        format!("{}/{}", id.group, entry.version)
    };
    let resource = match cluster.mapper().exact(&api_version, &id.kind).await {
        Err(MapperError::NoMatch { .. }) => cluster.mapper().preferred(&id.group, &id.kind).await?,
        found => found?,
    };
    Ok(Target::new(resource, Some(&id.namespace), &id.name)?)
}

fn place(entry: &Entry) -> Place<'_> {
    Place {
        group: &entry.id.group,
        kind: &entry.id.kind,
        namespace: &entry.id.namespace,
        name: &entry.id.name,
    }
}

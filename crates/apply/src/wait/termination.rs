//! Waiting for deleted objects to be gone, finalizers and all.

use futures::future::join_all;
use futures::{FutureExt, StreamExt};
use rheostat_cluster::{Change, Cluster, Selection, Target};
use tokio::time::Instant;

use crate::inventory::{Entry, Inventory};
use crate::prune;

/// Objects that are still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|s| format!("{s} termination timeout: still there at the deadline")).collect::<Vec<_>>().join(";"))]
pub struct TerminationError(Vec<String>);

/// Waits until none of the objects is there.
///
/// # Errors
/// Names those that still are at the deadline.
pub async fn until_gone(
    cluster: &Cluster,
    objects: &Inventory,
    until: Instant,
) -> Result<(), TerminationError> {
    let mut waits = Vec::with_capacity(objects.entries.len());
    for entry in &objects.entries {
        waits.push(left_of(cluster, entry, until).boxed());
    }
    let left: Vec<String> = join_all(waits).await.into_iter().flatten().collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(TerminationError(left))
    }
}

/// The object, if it is still there at the deadline.
async fn left_of(cluster: &Cluster, entry: &Entry, until: Instant) -> Option<String> {
    // Of a kind that is not served there are no objects left.
    let target = prune::target(cluster, entry).await.ok()?;
    let gone = tokio::time::timeout_at(until, gone(cluster, &target)).await;
    gone.is_err().then(|| entry.id.subject())
}

async fn gone(cluster: &Cluster, target: &Target) {
    let selection = Selection::Name(target.name().to_owned());
    let mut changes = cluster.subscribe(target.resource(), target.namespace(), &selection);
    let mut is_there = false;
    while let Some(change) = changes.next().await {
        match change {
            Change::Restarted => is_there = false,
            Change::Present(_) => is_there = true,
            Change::Synced if !is_there => return,
            Change::Gone(_) => return,
            Change::Synced | Change::Failed(_) => {}
        }
    }
}

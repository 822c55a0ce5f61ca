//! The requests for a Kustomization.

use anyhow::Result;
use serde_json::{Value, json};

use super::Order;
use super::requests::{Requests, now};
use crate::bench::phase::Phase;
use crate::bench::workload::kustomizations::Kustomizations;
use crate::bench::workload::{Workload as _, target};

/// Does what an order says.
pub(super) async fn follow(requests: &Requests, order: &Order) -> Result<()> {
    match order.phase {
        Phase::Install => {
            requests
                .finalizers(&json!(["finalizers.fluxcd.io"]))
                .await?;
            let inventory = inventory(order.index);
            requests.status(json!({"inventory": inventory})).await?;
            apply(requests, order.index, 1, 0..4).await?;
            requests.event("Progressing", "created").await?;
            finish(requests, order).await
        }
        Phase::Noop => {
            ask(requests, order.index, 1).await?;
            finish(requests, order).await
        }
        Phase::Push => {
            apply(requests, order.index, 2, 1..2).await?;
            requests.event("Progressing", "configured").await?;
            finish(requests, order).await
        }
        Phase::Elsewhere => {
            ask(requests, order.index, 2).await?;
            finish(requests, order).await
        }
        Phase::Prune => prune(requests, order.index).await,
        Phase::Upgrade | Phase::Uninstall => Ok(()),
    }
}

/// A dry-run of each object, and a real apply of those that changed.
async fn apply(
    requests: &Requests,
    index: usize,
    version: u32,
    changed: std::ops::Range<usize>,
) -> Result<()> {
    ask(requests, index, version).await?;
    for (path, object) in &Kustomizations::applied(index, version)[changed] {
        requests.apply(path, object, false).await?;
    }
    Ok(())
}

async fn ask(requests: &Requests, index: usize, version: u32) -> Result<()> {
    for (path, object) in &Kustomizations::applied(index, version) {
        requests.apply(path, object, true).await?;
    }
    Ok(())
}

async fn finish(requests: &Requests, order: &Order) -> Result<()> {
    let revision = &order.revision;
    let status = json!({
        "conditions": [{
            "type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "observedGeneration": 1,
            "message": format!("Applied revision: {revision}"), "lastTransitionTime": now(),
        }],
        "inventory": inventory(order.index),
        "lastAppliedRevision": revision,
        "lastAttemptedRevision": revision,
        "lastHandledReconcileAt": order.token,
        "observedGeneration": 1,
    });
    requests.status(status).await?;
    let message = "Reconciliation finished in 20ms, next run in 1h0m0s";
    requests.event("ReconciliationSucceeded", message).await
}

async fn prune(requests: &Requests, index: usize) -> Result<()> {
    for (path, _) in Kustomizations::applied(index, 2).iter().rev() {
        requests.read(path).await?;
        requests.delete(path).await?;
    }
    requests.event("ReconciliationSucceeded", "deleted").await?;
    requests.finalizers(&json!([])).await
}

fn inventory(index: usize) -> Value {
    let namespace = target(index);
    let entries = [
        "_ServiceAccount",
        "_ConfigMap",
        "_Service",
        "apps_Deployment",
    ];
    let entries = entries
        .map(|kind| json!({"id": format!("{namespace}_a{index}-podinfo_{kind}"), "v": "v1"}));
    json!({"entries": entries})
}

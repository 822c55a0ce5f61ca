//! Simulated nodes, with more room than any test fills.

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Node;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde_json::json;

/// Creates `count` nodes named `node-0`, `node-1` and so on. Their status is kwok's affair but for the capacity.
pub(super) async fn create(client: &Client, count: usize) -> Result<()> {
    let nodes = Api::<Node>::all(client.clone());
    let params = PatchParams::apply("rheostat-test").force();
    for index in 0..count {
        let name = format!("node-{index}");
        let room = json!({"cpu": "64", "memory": "256Gi", "pods": "1000"});
        let node = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}},
        });
        let status = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "status": {"allocatable": room, "capacity": room},
        });
        nodes
            .patch(&name, &params, &Patch::Apply(&node))
            .await
            .with_context(|| format!("creating {name}"))?;
        nodes
            .patch_status(&name, &params, &Patch::Apply(&status))
            .await
            .with_context(|| format!("giving room to {name}"))?;
    }
    Ok(())
}

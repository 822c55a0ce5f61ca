//! The requests for a HelmRelease: Helm's records, the objects, and what status must remember.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::Order;
use super::requests::{Requests, now};
use crate::bench::phase::Phase;
use crate::bench::workload::releases::{self, CHART, Releases, release};
use crate::bench::workload::{Workload as _, target};

/// A digest as status has them; the loop makes none, and nobody compares it.
const DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Does what an order says.
pub(super) async fn follow(requests: &Requests, order: &Order) -> Result<()> {
    let work = Work {
        requests,
        order,
        namespace: target(order.index),
        name: release(order.index),
    };
    match order.phase {
        Phase::Install => work.install().await,
        Phase::Noop => {
            work.read_last(1).await?;
            work.finish(1).await
        }
        Phase::Upgrade => work.upgrade().await,
        Phase::Uninstall => work.uninstall().await,
        Phase::Push | Phase::Elsewhere | Phase::Prune => Ok(()),
    }
}

struct Work<'a> {
    requests: &'a Requests,
    order: &'a Order,
    namespace: String,
    name: String,
}

impl Work<'_> {
    async fn install(&self) -> Result<()> {
        let requests = self.requests;
        requests
            .finalizers(&json!(["finalizers.fluxcd.io"]))
            .await?;
        requests.read(&self.records()).await?;
        // What is there already is taken over, and what is not is created.
        for (path, _) in Releases::applied(self.order.index, 1) {
            requests.read(&path).await?;
        }
        let storage = json!({"storageNamespace": self.namespace});
        requests.status(storage).await?;
        self.create_record(1, "pending-install").await?;
        self.apply(1).await?;
        self.update_record(1, "deployed").await?;
        self.finish(1).await?;
        let message = format!("Helm install succeeded for release {}.v1", self.name);
        requests.event("InstallSucceeded", &message).await
    }

    async fn upgrade(&self) -> Result<()> {
        self.read_last(1).await?;
        self.create_record(2, "pending-upgrade").await?;
        self.apply(2).await?;
        self.update_record(1, "superseded").await?;
        self.update_record(2, "deployed").await?;
        self.finish(2).await?;
        let message = format!("Helm upgrade succeeded for release {}.v2", self.name);
        self.requests.event("UpgradeSucceeded", &message).await
    }

    async fn uninstall(&self) -> Result<()> {
        let requests = self.requests;
        self.read_last(2).await?;
        self.update_record(2, "uninstalling").await?;
        for (path, _) in Releases::applied(self.order.index, 2).iter().rev() {
            requests.delete(path).await?;
        }
        for revision in 1..=2 {
            requests.delete(&self.record_path(revision)).await?;
        }
        let message = format!("Helm uninstall succeeded for release {}.v2", self.name);
        requests.event("UninstallSucceeded", &message).await?;
        requests.finalizers(&json!([])).await
    }

    async fn apply(&self, version: u32) -> Result<()> {
        for (path, object) in Releases::applied(self.order.index, version) {
            self.requests.apply(&path, &object, false).await?;
        }
        Ok(())
    }

    /// Looks which record is the last, and at that record.
    async fn read_last(&self, revision: u32) -> Result<()> {
        self.requests.read(&self.records()).await?;
        self.requests.read(&self.record_path(revision)).await
    }

    async fn create_record(&self, revision: u32, status: &str) -> Result<()> {
        let path = format!("/api/v1/namespaces/{}/secrets", self.namespace);
        let record = self.record(revision, status)?;
        self.requests.create(&path, &record).await
    }

    async fn update_record(&self, revision: u32, status: &str) -> Result<()> {
        let record = self.record(revision, status)?;
        let path = self.record_path(revision);
        self.requests.replace(&path, &record).await
    }

    async fn finish(&self, revision: u32) -> Result<()> {
        let now = now();
        let snapshot = json!({
            "name": self.name, "namespace": self.namespace, "version": revision, "status": "deployed",
            "chartName": CHART, "chartVersion": self.order.revision, "digest": DIGEST,
            "configDigest": DIGEST, "firstDeployed": now, "lastDeployed": now,
        });
        let status = json!({
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "InstallSucceeded", "observedGeneration": 1,
                "message": "Helm install succeeded", "lastTransitionTime": now,
            }],
            "history": [snapshot],
            "lastHandledReconcileAt": self.order.token,
            "observedGeneration": 1,
        });
        self.requests.status(status).await
    }

    fn records(&self) -> String {
        format!(
            "/api/v1/namespaces/{}/secrets?labelSelector=name%3D{},owner%3Dhelm",
            self.namespace, self.name
        )
    }

    fn record_name(&self, revision: u32) -> String {
        format!("sh.helm.release.v1.{}.v{revision}", self.name)
    }

    fn record_path(&self, revision: u32) -> String {
        let name = self.record_name(revision);
        format!("/api/v1/namespaces/{}/secrets/{name}", self.namespace)
    }

    /// A record as Helm writes it.
    fn record(&self, revision: u32, status: &str) -> Result<Value> {
        let index = self.order.index;
        let templates: Vec<Value> = releases::chart(revision)
            .iter()
            .map(|(name, text)| json!({"name": name, "data": STANDARD.encode(text)}))
            .collect();
        let manifest: Vec<String> = releases::rendered(index, revision)
            .iter()
            .map(|object| format!("---\n{object}\n"))
            .collect();
        let now = now();
        let content = json!({
            "name": self.name, "namespace": self.namespace, "version": revision,
            "info": {"status": status, "first_deployed": now, "last_deployed": now},
            "chart": {
                "metadata": {"name": CHART, "version": releases::chart_version(revision), "apiVersion": "v2"},
                "templates": templates,
            },
            "config": releases::values(index),
            "manifest": manifest.concat(),
        });
        let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
        compressed
            .write_all(content.to_string().as_bytes())
            .context("compressing a record")?;
        let compressed = compressed.finish().context("compressing a record")?;
        Ok(json!({
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {"name": self.record_name(revision), "namespace": self.namespace, "labels": {
                "owner": "helm", "name": self.name, "status": status, "version": revision.to_string(),
            }},
            "stringData": {"release": STANDARD.encode(compressed)},
        }))
    }
}

//! The bare loop: the requests that the contract demands, and nothing else.
//!
//! It reads orders from its standard input, a line each, and keeps as many Kustomizations at work as saturate an API
//! server on two cores. What it leaves behind looks like the work of a controller, so that the end of a phase is seen
//! in the same way.

use std::fmt;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use kube::{Client, Config};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::workload;

/// How the loop calls itself to the API server.
pub const USER_AGENT: &str = "bare-loop";

/// From 8 to 16 at a time fill the two cores of an API server; more only wait there.
const CONCURRENT: usize = 16;

const KUSTOMIZATIONS: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces";

/// A phase of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Everything is created.
    Install,
    /// A pass is requested, and nothing has changed.
    Noop,
    /// One object of each has changed.
    Push,
    /// Something outside every path has changed.
    Elsewhere,
    /// All Kustomizations are deleted.
    Prune,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Install,
        Self::Noop,
        Self::Push,
        Self::Elsewhere,
        Self::Prune,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Install => "install",
            Self::Noop => "noop",
            Self::Push => "push",
            Self::Elsewhere => "elsewhere",
            Self::Prune => "prune",
        })
    }
}

/// What there is to do for one Kustomization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The phase.
    pub phase: Phase,
    /// Which Kustomization.
    pub index: usize,
    /// The revision to apply.
    pub revision: String,
    /// The request to answer.
    pub token: String,
}

/// Follows orders until its input ends.
///
/// # Errors
/// A request that failed.
pub async fn run() -> Result<()> {
    let mut config = Config::infer().await.context("finding the API server")?;
    config.headers.push((
        http::header::USER_AGENT,
        http::HeaderValue::from_static(USER_AGENT),
    ));
    let client = Client::try_from(config).context("making a client")?;
    let permits = Arc::new(Semaphore::new(CONCURRENT));
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let mut tasks = JoinSet::new();
    while let Some(line) = orders.next_line().await.context("reading an order")? {
        let order: Order = serde_json::from_str(&line).context("reading an order")?;
        let permit = Arc::clone(&permits)
            .acquire_owned()
            .await
            .context("the loop goes on")?;
        let client = client.clone();
        tasks.spawn(async move {
            let _permit = permit;
            Worker { client, order }.follow().await
        });
        while let Some(done) = tasks.try_join_next() {
            done.context("a worker ended")??;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a worker ended")??;
    }
    Ok(())
}

struct Worker {
    client: Client,
    order: Order,
}

impl Worker {
    async fn follow(&self) -> Result<()> {
        match self.order.phase {
            Phase::Install => {
                self.finalizers(&json!(["finalizers.fluxcd.io"])).await?;
                self.status(json!({"inventory": self.inventory()})).await?;
                self.apply(1, 0..4).await?;
                self.event("Progressing", "created").await?;
                self.finish().await
            }
            Phase::Noop => {
                self.ask(1).await?;
                self.finish().await
            }
            Phase::Push => {
                self.apply(2, 1..2).await?;
                self.event("Progressing", "configured").await?;
                self.finish().await
            }
            Phase::Elsewhere => {
                self.ask(2).await?;
                self.finish().await
            }
            Phase::Prune => self.prune().await,
        }
    }

    /// A dry-run of each object, and a real apply of those that changed.
    async fn apply(&self, version: u32, changed: std::ops::Range<usize>) -> Result<()> {
        self.ask(version).await?;
        for (path, object) in &workload::applied(self.order.index, version)[changed] {
            self.send(
                "PATCH",
                &format!("{path}?fieldManager=kustomize-controller&force=true"),
                APPLY,
                object,
            )
            .await?;
        }
        Ok(())
    }

    async fn ask(&self, version: u32) -> Result<()> {
        for (path, object) in &workload::applied(self.order.index, version) {
            let query = "dryRun=All&fieldManager=kustomize-controller&force=true";
            self.send("PATCH", &format!("{path}?{query}"), APPLY, object)
                .await?;
        }
        Ok(())
    }

    async fn finish(&self) -> Result<()> {
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let revision = &self.order.revision;
        self.status(json!({
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "observedGeneration": 1,
                "message": format!("Applied revision: {revision}"), "lastTransitionTime": now,
            }],
            "inventory": self.inventory(),
            "lastAppliedRevision": revision,
            "lastAttemptedRevision": revision,
            "lastHandledReconcileAt": self.order.token,
            "observedGeneration": 1,
        }))
        .await?;
        self.event(
            "ReconciliationSucceeded",
            "Reconciliation finished in 20ms, next run in 1h0m0s",
        )
        .await
    }

    async fn prune(&self) -> Result<()> {
        for (path, _) in workload::applied(self.order.index, 2).iter().rev() {
            self.send("GET", path, JSON, &Value::Null).await?;
            self.send(
                "DELETE",
                path,
                JSON,
                &json!({"propagationPolicy": "Background"}),
            )
            .await?;
        }
        self.event("ReconciliationSucceeded", "deleted").await?;
        self.finalizers(&json!([])).await
    }

    fn inventory(&self) -> Value {
        let (index, namespace) = (self.order.index, workload::target(self.order.index));
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

    async fn finalizers(&self, finalizers: &Value) -> Result<()> {
        let change = json!({"metadata": {"finalizers": finalizers}});
        self.send("PATCH", &self.object(), MERGE, &change).await
    }

    async fn status(&self, status: Value) -> Result<()> {
        self.send(
            "PATCH",
            &format!("{}/status", self.object()),
            MERGE,
            &json!({"status": status}),
        )
        .await
    }

    async fn event(&self, reason: &str, message: &str) -> Result<()> {
        let (namespace, name) = (workload::NAMESPACE, workload::name(self.order.index));
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let event = json!({
            "metadata": {"generateName": format!("{name}."), "namespace": namespace},
            "involvedObject": {
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "namespace": namespace, "name": name,
            },
            "reason": reason, "message": message, "type": "Normal", "count": 1,
            "firstTimestamp": now, "lastTimestamp": now, "source": {"component": USER_AGENT},
        });
        self.send(
            "POST",
            &format!("/api/v1/namespaces/{namespace}/events"),
            JSON,
            &event,
        )
        .await
    }

    fn object(&self) -> String {
        let (namespace, name) = (workload::NAMESPACE, workload::name(self.order.index));
        format!("{KUSTOMIZATIONS}/{namespace}/kustomizations/{name}")
    }

    async fn send(&self, method: &str, path: &str, content: &str, body: &Value) -> Result<()> {
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(body).context("encoding a request")?
        };
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, content);
        let request = request.body(bytes).context("making a request")?;
        let answer = self.client.request_text(request).await;
        answer.map(drop).with_context(|| format!("{method} {path}"))
    }
}

const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json";

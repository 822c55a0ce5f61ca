//! A namespace with a chart, a HelmRelease and a controller that looks at nothing else.

use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, Client};
use rheostat_api::source::HelmChart;
use rheostat_api::{Condition, ConditionType, HelmRelease, crd, metadata};
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_testing::artifact_server::archived;
use rheostat_testing::process::Scratch;
use rheostat_testing::{ArtifactServer, ControlPlane, Controller, controller, manifest};
use serde_json::{Value, json};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A template that tells which values it was rendered with.
pub(crate) const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n\
                                   data: {k: '{{ .Chart.Version }} {{ .Values.color }}'}\n";

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) controller: Controller,
    artifacts: ArtifactServer,
    // Removed when the test ends.
    _scratch: Scratch,
}

impl World {
    pub(crate) async fn new(name: &str) -> Self {
        let plane = ControlPlane::shared().await.expect("a control plane");
        let client = plane.client().await.expect("a client");
        manifest::define(&client, &crd::manifests())
            .await
            .expect("the definitions are taken");
        let namespace = plane.namespace(name).await.expect("a namespace");
        let scratch = Scratch::new(name).expect("a folder");
        let options = controller::Options {
            kubeconfig: plane.kubeconfig().to_owned(),
            folder: scratch.path().to_owned(),
            namespace: Some(namespace.clone()),
            programs: None,
            storage_bytes: None,
            arguments: vec![
                "--requeue-dependency=1s".to_owned(),
                "--http-retry=1".to_owned(),
            ],
        };
        let controller = Controller::helm(options).await.expect("a controller");
        let artifacts = ArtifactServer::start().await.expect("a server");
        let world = Self {
            client,
            namespace,
            controller,
            artifacts,
            _scratch: scratch,
        };
        world.create(&chart()).await;
        world
    }

    /// A world with the first release of [`TEMPLATE`].
    pub(crate) async fn with_release(name: &str) -> Self {
        let world = Self::new(name).await;
        world.publish("1.0.0", TEMPLATE).await;
        world.release(&json!({})).await;
        world.released("1.0.0 blue").await;
        world
    }

    /// Creates, or changes, an object in the namespace.
    pub(crate) async fn create(&self, object: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = json!(self.namespace);
        manifest::apply(&self.client, [&object])
            .await
            .expect("the object is taken");
    }

    /// Creates the HelmRelease `app` with these fields on top of the usual ones.
    pub(crate) async fn release(&self, spec: &Value) {
        let mut whole = json!({
            "interval": "1h", "timeout": "20s", "chartRef": {"kind": "HelmChart", "name": "demo"},
        });
        for (field, value) in spec.as_object().expect("a mapping") {
            whole[field] = value.clone();
        }
        let object = json!({
            "apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease",
            "metadata": {"name": "app"}, "spec": whole,
        });
        self.create(&object).await;
    }

    /// Offers a version of the chart with this template.
    pub(crate) async fn publish(&self, version: &str, template: &str) {
        let bytes = packed(version, template);
        let digest = Digest::of(Algorithm::Sha256, &bytes).to_string();
        self.offer(version, bytes, &digest).await;
    }

    /// Offers bytes as a revision of the chart, with a digest that may be wrong.
    pub(crate) async fn offer(&self, revision: &str, bytes: Vec<u8>, digest: &str) {
        let url = self.artifacts.offer(&format!("{revision}.tgz"), bytes);
        let charts: Api<HelmChart> = Api::namespaced(self.client.clone(), &self.namespace);
        let generation = charts.get("demo").await.expect("it is there").generation();
        let artifact = json!({
            "digest": digest, "revision": revision, "url": url, "path": "demo.tgz",
            "lastUpdateTime": "2026-01-01T00:00:00Z",
        });
        let status = json!({"status": {"artifact": artifact, "observedGeneration": generation}});
        let params = PatchParams::default();
        charts
            .patch_status("demo", &params, &Patch::Merge(status))
            .await
            .expect("the status is taken");
    }

    /// The HelmRelease as it is.
    pub(crate) async fn object(&self) -> Option<HelmRelease> {
        let objects: Api<HelmRelease> = Api::namespaced(self.client.clone(), &self.namespace);
        objects.get_opt("app").await.expect("the server answers")
    }

    /// Requests a pass and waits until it is over.
    pub(crate) async fn reconcile(&self, token: &str) {
        let objects: Api<HelmRelease> = Api::namespaced(self.client.clone(), &self.namespace);
        let request = json!({"metadata": {"annotations": {metadata::REQUESTED_AT: token}}});
        let params = PatchParams::default();
        objects
            .patch("app", &params, &Patch::Merge(request))
            .await
            .expect("the request is taken");
        self.until(&format!("the pass {token}"), |object| {
            let status = object.and_then(|object| object.status.as_ref());
            let handled = status.and_then(|status| status.last_handled_reconcile_at.as_deref());
            handled == Some(token)
        })
        .await;
    }

    /// How often the controller has done something, by the counter's name between `rheostat_helm_` and `_total`.
    async fn count(&self, what: &str) -> u64 {
        let metrics = self.controller.metrics().await.expect("it answers");
        let name = format!("rheostat_helm_{what}_total ");
        let count = metrics.lines().find_map(|line| line.strip_prefix(&name));
        let count = count.expect("the counter is served");
        count.trim().parse().expect("a number")
    }

    /// How often charts were rendered, and how often they were read.
    pub(crate) async fn renders_and_reads(&self) -> [u64; 2] {
        [self.count("renders").await, self.count("charts_read").await]
    }

    /// Asks for the deletion of the HelmRelease.
    pub(crate) async fn mark_for_deletion(&self) {
        let objects: Api<HelmRelease> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = DeleteParams::default();
        objects.delete("app", &params).await.expect("it may go");
    }

    /// Deletes the HelmRelease and waits until it is gone.
    pub(crate) async fn delete(&self) {
        self.mark_for_deletion().await;
        self.until("gone", |object| object.is_none()).await;
    }

    /// Waits until the HelmRelease is ready with this value in its object, and no action is under way.
    pub(crate) async fn released(&self, value: &str) {
        // The record is looked at after the object: before it, it could be the one of the release before.
        let is_done = async || {
            self.configs().await == [value]
                && self
                    .records()
                    .await
                    .last()
                    .is_some_and(|last| last.ends_with("deployed"))
                && is_ready(self.object().await.as_ref())
        };
        let seen = async {
            while !is_done().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        let status = self.object().await.and_then(|object| object.status);
        let log = self.controller.log_tail(20);
        assert!(
            seen.is_ok(),
            "waited for {value}; status: {status:?}\n{log}"
        );
    }

    /// Waits until `Ready` is False with this reason and words, and returns the object.
    pub(crate) async fn failed(&self, reason: &str, words: &str) -> HelmRelease {
        self.until(&format!("{reason} {words}"), |object| {
            let ready = object.and_then(|o| o.condition(&ConditionType::Ready));
            ready.is_some_and(|ready| {
                ready.is_false() && ready.reason.as_str() == reason && ready.message.contains(words)
            })
        })
        .await;
        self.object().await.expect("it is there")
    }

    /// Waits until something holds for the HelmRelease.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(Option<&HelmRelease>) -> bool) {
        let seen = async {
            while !holds(self.object().await.as_ref()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        let status = self.object().await.and_then(|object| object.status);
        let log = self.controller.log_tail(20);
        assert!(seen.is_ok(), "waited for {what}; status: {status:?}\n{log}");
    }

    /// The values of all `ConfigMap`s but the cluster's own.
    pub(crate) async fn configs(&self) -> Vec<String> {
        let configs: Api<ConfigMap> = Api::namespaced(self.client.clone(), &self.namespace);
        let list = configs
            .list(&ListParams::default())
            .await
            .expect("the server answers");
        let value = |config: ConfigMap| config.data.and_then(|mut data| data.remove("k"));
        list.items.into_iter().filter_map(value).collect()
    }

    /// The records of Helm: revision and status, the oldest first.
    pub(crate) async fn records(&self) -> Vec<String> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = ListParams::default().labels("owner=helm");
        let list = secrets.list(&params).await.expect("the server answers");
        let mut records: Vec<(i64, String)> = list
            .items
            .into_iter()
            .map(|secret| {
                let labels = secret.metadata.labels.unwrap_or_default();
                let version = labels["version"].parse().expect("a number");
                (version, labels["status"].clone())
            })
            .collect();
        records.sort();
        let text = records.into_iter();
        text.map(|(version, status)| format!("{version} {status}"))
            .collect()
    }
}

/// Whether the HelmRelease is ready in its present form.
fn is_ready(object: Option<&HelmRelease>) -> bool {
    let Some(object) = object else {
        return false;
    };
    let observed = object
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    let ready = object.condition(&ConditionType::Ready);
    observed == Some(object.generation()) && ready.is_some_and(Condition::is_true)
}

/// The archive of a chart.
pub(crate) fn packed(version: &str, template: &str) -> Vec<u8> {
    let chart = format!("apiVersion: v2\nname: demo\nversion: {version}\n");
    let files = [
        ("demo/Chart.yaml", chart.as_str()),
        ("demo/values.yaml", "color: blue\n"),
        ("demo/templates/app.yaml", template),
    ];
    archived(files).expect("an archive")
}

fn chart() -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmChart",
        "metadata": {"name": "demo"},
        "spec": {
            "interval": "1h", "chart": "demo",
            "sourceRef": {"kind": "HelmRepository", "name": "charts"},
        },
    })
}

//! A namespace with a source, a Kustomization and a controller that looks at nothing else.

use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, Client};
use rheostat_api::{ConditionType, GitRepository, Kustomization, crd};
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_testing::artifact_server::archived;
use rheostat_testing::process::Scratch;
use rheostat_testing::{ArtifactServer, ControlPlane, Controller, controller, manifest};
use serde_json::{Value, json};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) controller: Controller,
    artifacts: ArtifactServer,
    // Removed when the test ends.
    _scratch: Scratch,
}

impl World {
    /// A world whose controller reaches the cluster by way of `kubeconfig`, if given.
    pub(crate) async fn new(name: &str, kubeconfig: Option<PathBuf>) -> Self {
        Self::with(name, kubeconfig, &["--http-retry=1"]).await
    }

    /// The same whose controller gets these arguments.
    pub(crate) async fn with(name: &str, kubeconfig: Option<PathBuf>, arguments: &[&str]) -> Self {
        let plane = ControlPlane::shared().await.expect("a control plane");
        let client = plane.client().await.expect("a client");
        manifest::define(&client, &crd::manifests())
            .await
            .expect("the definitions are taken");
        let namespace = plane.namespace(name).await.expect("a namespace");
        let scratch = Scratch::new(name).expect("a folder");
        let options = controller::Options {
            kubeconfig: kubeconfig.unwrap_or_else(|| plane.kubeconfig().to_owned()),
            folder: scratch.path().to_owned(),
            namespace: Some(namespace.clone()),
            programs: None,
            storage_bytes: None,
            arguments: [&["--requeue-dependency=1s"], arguments]
                .concat()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        let controller = Controller::kustomize(options).await.expect("a controller");
        let artifacts = ArtifactServer::start().await.expect("a server");
        let world = Self {
            client,
            namespace,
            controller,
            artifacts,
            _scratch: scratch,
        };
        world.create(&source("repo")).await;
        world
    }

    /// Creates an object in the namespace.
    pub(crate) async fn create(&self, object: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = json!(self.namespace);
        manifest::apply(&self.client, [&object])
            .await
            .expect("the object is taken");
    }

    /// Creates the Kustomization `app` with these fields on top of the usual ones.
    pub(crate) async fn kustomization(&self, spec: &Value) {
        self.kustomization_named("app", spec).await;
    }

    /// Creates a Kustomization with these fields on top of the usual ones.
    pub(crate) async fn kustomization_named(&self, name: &str, spec: &Value) {
        let mut whole = json!({
            "interval": "1h", "retryInterval": "1s", "prune": true, "path": "./app",
            "sourceRef": {"kind": "GitRepository", "name": "repo"},
        });
        for (field, value) in spec.as_object().expect("a mapping") {
            whole[field] = value.clone();
        }
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": name}, "spec": whole,
        });
        self.create(&object).await;
    }

    /// Offers `ConfigMap`s of these names and values as a revision of the source.
    pub(crate) async fn publish(&self, revision: &str, configs: &[(&str, &str)]) {
        let files = configs.iter().map(|(name, value)| {
            let namespace = &self.namespace;
            let text = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
                 data: {{k: '{value}'}}\n"
            );
            (format!("app/{name}.yaml"), text)
        });
        let files: Vec<(String, String)> = files.collect();
        let files = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let bytes = archived(files).expect("an archive");
        let digest = Digest::of(Algorithm::Sha256, &bytes).to_string();
        self.offer(revision, bytes, &digest).await;
    }

    /// Offers bytes as a revision of the source, with a digest that may be wrong.
    pub(crate) async fn offer(&self, revision: &str, bytes: Vec<u8>, digest: &str) {
        let url = self.artifacts.offer(&format!("{revision}.tar.gz"), bytes);
        self.claim("repo", revision, &url, digest).await;
    }

    /// Lets a source say that its artifact is there.
    pub(crate) async fn claim(&self, source: &str, revision: &str, url: &str, digest: &str) {
        let artifact = json!({
            "digest": digest, "revision": revision, "url": url, "path": "repo.tar.gz",
            "lastUpdateTime": "2026-01-01T00:00:00Z",
        });
        let status = Patch::Merge(json!({"status": {"artifact": artifact}}));
        let sources: Api<GitRepository> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = PatchParams::default();
        sources
            .patch_status(source, &params, &status)
            .await
            .expect("the status is taken");
    }

    /// The Kustomization as it is.
    pub(crate) async fn object(&self) -> Option<Kustomization> {
        let objects: Api<Kustomization> = Api::namespaced(self.client.clone(), &self.namespace);
        objects.get_opt("app").await.expect("the server answers")
    }

    /// Waits until the Kustomization has applied a revision.
    pub(crate) async fn applied(&self, revision: &str) {
        self.until(&format!("{revision} applied"), |object| {
            let status = object.and_then(|o| o.status.as_ref());
            let is_ready = object
                .and_then(|o| o.condition(&ConditionType::Ready))
                .is_some_and(rheostat_api::Condition::is_true);
            is_ready && status.and_then(|s| s.last_applied_revision.as_deref()) == Some(revision)
        })
        .await;
    }

    /// Waits until `Ready` is False with this reason, and returns its message.
    pub(crate) async fn failed(&self, reason: &str) -> String {
        self.until(reason, |object| {
            let ready = object.and_then(|o| o.condition(&ConditionType::Ready));
            ready.is_some_and(|ready| ready.is_false() && ready.reason.as_str() == reason)
        })
        .await;
        let object = self.object().await.expect("it is there");
        let ready = object.condition(&ConditionType::Ready);
        ready.expect("it is ready or not").message.clone()
    }

    /// Waits until something holds for the Kustomization.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(Option<&Kustomization>) -> bool) {
        let seen = async {
            while !holds(self.object().await.as_ref()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        let status = self.object().await.and_then(|o| o.status);
        let log = self.controller.log_tail(20);
        assert!(seen.is_ok(), "waited for {what}; status: {status:?}\n{log}");
    }

    /// Names and values of all `ConfigMap`s but the cluster's own.
    pub(crate) async fn configs(&self) -> Vec<(String, String)> {
        let configs: Api<ConfigMap> = Api::namespaced(self.client.clone(), &self.namespace);
        let list = configs
            .list(&ListParams::default())
            .await
            .expect("the server answers");
        let pair = |config: ConfigMap| {
            let value = config.data.and_then(|mut data| data.remove("k"))?;
            Some((config.metadata.name?, value))
        };
        list.items.into_iter().filter_map(pair).collect()
    }
}

/// A source that nobody reconciles.
pub(crate) fn source(name: &str) -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
        "metadata": {"name": name},
        "spec": {"interval": "1h", "url": "https://example.com/repo"},
    })
}

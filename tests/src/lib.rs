//! The world of a scenario: a namespace of the shared control plane, a Git repository, source-controller and
//! kustomize-controller as built, and helm-controller where a scenario starts it.
//!
//! Controllers of one scenario watch its namespace only, so that scenarios run side by side. Deliberately absent:
//! anything that looks into a controller. A scenario sees what a user sees.

pub mod helm;
pub mod recorded;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams, PatchParams};
use kube::core::GroupVersionKind;
use kube::runtime::conditions::is_deleted;
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use rheostat_api::crd;
use rheostat_testing::git_server::Repository;
use rheostat_testing::process::Scratch;
use rheostat_testing::{
    Commit, ControlPlane, Controller, FaultProxy, GitServer, controller, manifest, status,
};
use serde_json::{Value, json};
use tokio::time::timeout;

/// The longest that a change may take on a busy machine. Whoever waits longer waits in vain.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The name of the source of every scenario, and of its repository.
pub const SOURCE: &str = "app";

/// What a world is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the namespace is called, before a random suffix.
    pub name: String,
    /// The folders that source-controller and kustomize-controller are taken from; nothing stands for ours as built.
    pub programs: [Option<PathBuf>; 2],
    /// The kinds that the controllers need.
    pub definitions: Vec<Value>,
    /// The size of the disk that artifacts are stored on; nothing stands for that of this machine.
    pub storage_bytes: Option<u64>,
    /// Further flags of both controllers.
    pub arguments: Vec<String>,
}

/// A change by somebody.
#[derive(Clone, Copy, Debug)]
pub struct Patch<'a> {
    /// The field manager; nothing stands for that of the tests.
    pub manager: Option<&'a str>,
    /// Such as `status`.
    pub subresource: Option<&'a str>,
    /// The merge patch.
    pub merge: &'a Value,
}

/// One scenario's world. Dropping it stops the controllers and the Git server.
pub struct World {
    /// source-controller.
    pub source: Controller,
    /// kustomize-controller.
    pub kustomize: Controller,
    /// What stands between the controllers and the API server, to be made to fail.
    pub api_server: FaultProxy,
    /// The Git server, to be made to fail.
    pub git: GitServer,
    /// The repository that the source follows.
    pub repository: Repository,
    /// Where everything happens.
    pub namespace: String,
    client: Client,
    options: controller::Options,
    _folder: Scratch,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            name: "scenario".to_owned(),
            programs: [None, None],
            definitions: crd::manifests(),
            storage_bytes: None,
            arguments: Vec::new(),
        }
    }
}

impl World {
    /// Starts both controllers as they were built, in a world called `name`; see [`Self::begin`].
    ///
    /// # Errors
    /// A program is missing or does not start.
    pub async fn start(name: &str, first: &Commit) -> Result<Self> {
        let setup = Setup {
            name: name.to_owned(),
            ..Setup::default()
        };
        Self::begin(setup, first).await
    }

    /// Starts both controllers for a new namespace, with a repository that has one commit and a source that follows its
    /// branch `main`.
    ///
    /// # Errors
    /// A program is missing or does not start.
    pub async fn begin(setup: Setup, first: &Commit) -> Result<Self> {
        let Setup {
            name,
            programs: [source_from, kustomize_from],
            definitions,
            storage_bytes,
            arguments,
        } = setup;
        let plane = ControlPlane::shared().await?;
        let client = plane.client().await?;
        manifest::define(&client, &definitions).await?;
        let namespace = plane.namespace(&name).await?;
        let git = GitServer::start().await?;
        let repository = git.create(SOURCE)?;
        repository.commit("main", first)?;
        let folder = Scratch::new(&name)?;
        let api_server = FaultProxy::start(plane.address()?).await?;
        let kubeconfig = folder.path().join("kubeconfig");
        plane.write_kubeconfig_for(api_server.address(), &kubeconfig)?;
        let options = controller::Options {
            kubeconfig,
            folder: folder.path().to_owned(),
            namespace: Some(namespace.clone()),
            programs: source_from,
            storage_bytes,
            arguments,
        };
        let source = Controller::source(options.clone()).await?;
        let kustomize = Controller::kustomize(controller::Options {
            programs: kustomize_from,
            ..options.clone()
        });
        let kustomize = kustomize.await?;
        let world = Self {
            source,
            kustomize,
            api_server,
            git,
            repository,
            namespace,
            client,
            options,
            _folder: folder,
        };
        let spec =
            json!({"interval": "1h", "url": world.git.url(SOURCE), "ref": {"branch": "main"}});
        world
            .apply("source.toolkit.fluxcd.io/v1", "GitRepository", SOURCE, spec)
            .await?;
        Ok(world)
    }

    /// A world whose Kustomization `app` follows the folder `app` and has applied its one object: the ConfigMap `settings`
    /// with the color blue.
    ///
    /// # Errors
    /// As [`Self::start`], and when the object does not arrive.
    pub async fn following(name: &str) -> Result<Self> {
        let first =
            Commit::new("first").file("app/settings.yaml", config_map("settings", "color", "blue"));
        let world = Self::start(name, &first).await?;
        world.follow("app", "./app", json!({})).await?;
        world.until_value("settings", "color", "blue").await?;
        Ok(world)
    }

    /// Makes a source of another kind than that of every scenario.
    ///
    /// # Errors
    /// The API server refused it.
    pub async fn source(&self, kind: &str, name: &str, spec: Value) -> Result<()> {
        self.apply("source.toolkit.fluxcd.io/v1", kind, name, spec)
            .await
    }

    /// Makes a Secret.
    ///
    /// # Errors
    /// The API server refused it.
    pub async fn secret(&self, name: &str, r#type: &str, data: &[(&str, &str)]) -> Result<()> {
        let data: BTreeMap<_, _> = data.iter().copied().collect();
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": self.namespace},
            "type": r#type,
            "stringData": data,
        });
        manifest::apply(&self.client, [&secret]).await
    }

    /// Makes a Kustomization of the folder `path`, with `further` fields of its spec.
    ///
    /// # Errors
    /// The API server refused it.
    pub async fn follow(&self, name: &str, path: &str, further: Value) -> Result<()> {
        let mut spec = json!({
            "interval": "1h",
            "retryInterval": "1s",
            "path": path,
            "prune": true,
            "targetNamespace": self.namespace,
            "sourceRef": {"kind": "GitRepository", "name": SOURCE},
        });
        if let (Some(spec), Value::Object(further)) = (spec.as_object_mut(), further) {
            spec.extend(further);
        }
        self.apply(
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            name,
            spec,
        )
        .await
    }

    /// Commits and asks the source to look at once, as a hook of the Git server would; returns the commit's revision.
    ///
    /// # Errors
    /// Git or the API server refused.
    pub async fn push(&self, commit: &Commit) -> Result<String> {
        let id = self.repository.commit("main", commit)?;
        self.request("GitRepository", SOURCE).await?;
        Ok(format!("main@sha1:{id}"))
    }

    /// Requests a reconcile, as `flux reconcile` does; returns what `status.lastHandledReconcileAt` is when it is done.
    ///
    /// # Errors
    /// The object is not there.
    pub async fn request(&self, kind: &str, name: &str) -> Result<String> {
        let count = self.repository.git(&["rev-list", "--all", "--count"])?;
        let token = format!("{count}-{:?}", std::time::SystemTime::now());
        let patch =
            json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}});
        self.patch(kind, name, patch).await?;
        Ok(token)
    }

    /// Merges `patch` into an object.
    ///
    /// # Errors
    /// The API server refused.
    pub async fn patch(&self, kind: &str, name: &str, patch: Value) -> Result<()> {
        let patch = Patch {
            manager: None,
            subresource: None,
            merge: &patch,
        };
        self.patch_as(kind, name, patch).await
    }

    /// Changes an object as somebody else.
    ///
    /// # Errors
    /// The API server refused.
    pub async fn patch_as(&self, kind: &str, name: &str, patch: Patch<'_>) -> Result<()> {
        let objects = self.objects(kind)?;
        let params = PatchParams {
            field_manager: patch.manager.map(str::to_owned),
            ..PatchParams::default()
        };
        let merge = kube::api::Patch::Merge(patch.merge);
        let patched = match patch.subresource {
            Some(part) => objects.patch_subresource(part, name, &params, &merge).await,
            None => objects.patch(name, &params, &merge).await,
        };
        patched.with_context(|| format!("patching {kind} {name}"))?;
        Ok(())
    }

    /// An object as it is.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn object(&self, kind: &str, name: &str) -> Result<Option<Value>> {
        let object = self.objects(kind)?.get_opt(name).await;
        let object = object.with_context(|| format!("reading {kind} {name}"))?;
        object
            .map(|object| serde_json::to_value(object).context("an object is JSON"))
            .transpose()
    }

    /// The events about an object, oldest first.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn events(&self, kind: &str, name: &str) -> Result<Vec<Value>> {
        let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
        let events = self.objects("Event")?;
        let list = events.list(&ListParams::default().fields(&fields)).await;
        let mut items = list.context("listing events")?.items;
        // Recorders put the time in nanoseconds behind the name of the object.
        items.sort_by_cached_key(|event| event.metadata.name.clone());
        items
            .into_iter()
            .map(|event| serde_json::to_value(event).context("an event is JSON"))
            .collect()
    }

    /// Deletes an object; its finalizers run on.
    ///
    /// # Errors
    /// The API server refused.
    pub async fn delete(&self, kind: &str, name: &str) -> Result<()> {
        let outcome = self
            .objects(kind)?
            .delete(name, &DeleteParams::default())
            .await;
        outcome.with_context(|| format!("deleting {kind} {name}"))?;
        Ok(())
    }

    /// Waits until an object satisfies `question`; an error shows what it was instead.
    ///
    /// # Errors
    /// It did not within [`PATIENCE`].
    pub async fn until(
        &self,
        kind: &str,
        name: &str,
        question: impl Fn(&Value) -> bool + Send,
    ) -> Result<Value> {
        let api = self.objects(kind)?;
        let condition =
            |object: Option<&DynamicObject>| object.is_some_and(|object| question(&object.data));
        let outcome = timeout(PATIENCE, await_condition(api.clone(), name, condition)).await;
        if let Ok(object) = outcome {
            let object = object.with_context(|| format!("watching {kind} {name}"))?;
            return Ok(object.map(whole).unwrap_or_default());
        }
        let last = api
            .get_opt(name)
            .await
            .ok()
            .flatten()
            .map(|object| object.data);
        Err(anyhow!(
            "{kind} {name} is not as it should be after {PATIENCE:?}: {last:#?}\n{}",
            self.logs()
        ))
    }

    /// Waits until an object is Ready at `revision`, which is the version of the chart for a HelmRelease.
    ///
    /// # Errors
    /// As [`Self::until`], or its status then breaks a rule of [`status::violations`].
    pub async fn until_ready(&self, kind: &str, name: &str, revision: &str) -> Result<Value> {
        let object = self
            .until(kind, name, |object| {
                let status = &object["status"];
                ready(object)["status"] == "True"
                    && (status["artifact"]["revision"] == revision
                        || status["lastAppliedRevision"] == revision
                        || status["history"][0]["chartVersion"] == revision)
            })
            .await?;
        let wrong = status::violations(&object);
        ensure!(
            wrong.is_empty(),
            "the status of {kind} {name}: {wrong:?}\n{object:#}"
        );
        Ok(object)
    }

    /// Waits until a ConfigMap has this value under this key.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub async fn until_value(&self, name: &str, key: &str, value: &str) -> Result<()> {
        self.until("ConfigMap", name, |object| object["data"][key] == value)
            .await
            .map(drop)
    }

    /// Waits until a ConfigMap is gone.
    ///
    /// # Errors
    /// As [`Self::until_absent`].
    pub async fn until_gone(&self, name: &str) -> Result<()> {
        self.until_absent("ConfigMap", name).await
    }

    /// Waits until an object is gone.
    ///
    /// # Errors
    /// It is still there after [`PATIENCE`].
    pub async fn until_absent(&self, kind: &str, name: &str) -> Result<()> {
        let objects = self.objects(kind)?;
        let found = objects.get_opt(name).await;
        let Some(object) = found.with_context(|| format!("looking for {kind} {name}"))? else {
            return Ok(());
        };
        let uid = object.metadata.uid.unwrap_or_default();
        timeout(PATIENCE, await_condition(objects, name, is_deleted(&uid)))
            .await
            .with_context(|| {
                format!(
                    "{kind} {name} is still there after {PATIENCE:?}\n{}",
                    self.logs()
                )
            })?
            .with_context(|| format!("watching {kind} {name}"))?;
        Ok(())
    }

    /// The ConfigMaps of the namespace.
    pub fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    fn objects(&self, kind: &str) -> Result<Api<DynamicObject>> {
        let (group, version) = match kind {
            "GitRepository" | "OCIRepository" | "HelmRepository" => {
                ("source.toolkit.fluxcd.io", "v1")
            }
            "HelmRelease" => ("helm.toolkit.fluxcd.io", "v2"),
            "Kustomization" => ("kustomize.toolkit.fluxcd.io", "v1"),
            "ConfigMap" | "Event" | "Secret" => ("", "v1"),
            // A kind that scenarios define for themselves.
            "Widget" => ("example.com", "v1"),
            other => return Err(anyhow!("no scenario knows the kind {other}")),
        };
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        Ok(Api::namespaced_with(
            self.client.clone(),
            &self.namespace,
            &resource,
        ))
    }

    async fn apply(&self, version: &str, kind: &str, name: &str, spec: Value) -> Result<()> {
        let object = json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": spec,
        });
        manifest::apply(&self.client, [&object]).await
    }

    fn logs(&self) -> String {
        let logs = [&self.source, &self.kustomize].map(|controller| controller.log_tail(20));
        logs.join("\n")
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// The object as one value, with its metadata.
fn whole(object: DynamicObject) -> Value {
    let mut value = object.data;
    value["metadata"] =
        json!({"generation": object.metadata.generation, "uid": object.metadata.uid});
    value
}

/// The Ready condition of an object, or null.
pub fn ready(object: &Value) -> &Value {
    let conditions = object["status"]["conditions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    conditions
        .iter()
        .find(|condition| condition["type"] == "Ready")
        .unwrap_or(&Value::Null)
}

/// A ConfigMap as a file of a repository.
pub fn config_map(name: &str, key: &str, value: &str) -> String {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {key: value}}).to_string()
}

//! A controller in a namespace of its own, with a Git server for each
//! object.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::runtime::wait::{await_condition, conditions};
use rheostat_api::{ConditionType, GitRepository, crd, metadata};
use rheostat_artifact::client::{FetchOptions, Fetcher};
use rheostat_artifact::extract::{self, Limits};
use rheostat_testing::controller::{Controller, Options};
use rheostat_testing::{ControlPlane, GitServer, manifest};
use rheostat_upstream::Destination;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// A busy machine takes a hundred times the usual pass.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an object is waited for.
#[derive(Debug)]
pub(crate) enum Expected {
    /// It is not ready, for the generation that it has.
    NotReady,
    /// It is ready with a commit.
    Revision(String),
    /// It has answered the last request.
    Handled,
    /// Its status speaks of the generation that it has.
    Observed,
}

pub(crate) struct Stand {
    folder: tempfile::TempDir,
    controller: Controller,
    objects: Api<GitRepository>,
    servers: Mutex<BTreeMap<String, Arc<GitServer>>>,
    fetcher: Fetcher,
}

impl Stand {
    pub(crate) async fn new(name: &str) -> Self {
        let plane = ControlPlane::shared().await.expect("a control plane");
        let client = plane.client().await.expect("a client");
        let definitions: Vec<Value> = crd::source_controller()
            .into_iter()
            .map(|definition| definition.manifest)
            .collect();
        manifest::apply(&client, &definitions)
            .await
            .expect("the definitions are valid");
        let namespace = plane.namespace(name).await.expect("a namespace");
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("storage")).expect("a folder");
        let controller = Controller::source(Options {
            kubeconfig: plane.kubeconfig().to_owned(),
            folder: folder.path().to_owned(),
            namespace: Some(namespace.clone()),
            programs: None,
            storage_bytes: None,
            arguments: vec!["--max-retry-delay=1s".to_owned()],
        })
        .await
        .expect("the controller starts");
        let http = rheostat_upstream::client::client(Destination::ArtifactServer, None);
        Self {
            folder,
            controller,
            objects: Api::namespaced(client, &namespace),
            servers: Mutex::default(),
            fetcher: Fetcher::new(http.expect("a client"), FetchOptions::default()),
        }
    }

    /// The server of an object, whose repository is `app`.
    pub(crate) async fn server(&self, name: &str) -> Arc<GitServer> {
        let mut servers = self.servers.lock().await;
        if let Some(server) = servers.get(name) {
            return Arc::clone(server);
        }
        let server = Arc::new(GitServer::start().await.expect("a server"));
        servers.insert(name.to_owned(), Arc::clone(&server));
        server
    }

    pub(crate) fn storage(&self) -> PathBuf {
        self.folder.path().join("storage")
    }

    /// Creates an object that follows `main` of its server's repository.
    pub(crate) async fn create(&self, name: &str, more: Value) {
        let url = self.server(name).await.url("app");
        let mut object = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": {"name": name},
            "spec": {"interval": "1h", "url": url, "ref": {"branch": "main"}},
        });
        let (spec, more) = (object["spec"].as_object_mut(), more.as_object());
        spec.expect("it is an object")
            .extend(more.expect("it is an object").clone());
        let object = serde_json::from_value(object).expect("a GitRepository");
        self.objects
            .create(&PostParams::default(), &object)
            .await
            .expect("the object is valid");
    }

    pub(crate) async fn patch(&self, name: &str, patch: Value) {
        self.objects
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .expect("the patch is valid");
    }

    /// Asks for a pass.
    pub(crate) async fn request(&self, name: &str) {
        let token = format!("{:?}", Instant::now());
        let annotations = json!({metadata::REQUESTED_AT: token});
        self.patch(name, json!({"metadata": {"annotations": annotations}}))
            .await;
    }

    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub(crate) async fn wait(&self, name: &str, expected: Expected) -> GitRepository {
        let found = await_condition(
            self.objects.clone(),
            name,
            |object: Option<&GitRepository>| object.is_some_and(|object| is_as(object, &expected)),
        );
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(Ok(Some(object))) => object,
            other => {
                let object = self.objects.get(name).await;
                panic!(
                    "{name} is not {expected:?}: {other:?}\n{object:?}\n{}",
                    self.controller.log_tail(20)
                );
            }
        }
    }

    /// Deletes an object and waits until it is gone.
    pub(crate) async fn delete(&self, name: &str) {
        let object = self.objects.get(name).await.expect("it is there");
        let uid = object.metadata.uid.expect("the server gives one");
        self.objects
            .delete(name, &DeleteParams::default())
            .await
            .expect("it may be deleted");
        let gone = await_condition(self.objects.clone(), name, conditions::is_deleted(&uid));
        tokio::time::timeout(PATIENCE, gone)
            .await
            .expect("the finalizer goes")
            .expect("the server answers");
    }

    /// Fetches the artifact as a consumer does, and unpacks it.
    pub(crate) async fn check_artifact(&self, name: &str) {
        let object = self.objects.get(name).await.expect("it is there");
        let artifact = object.status.and_then(|status| status.artifact);
        let artifact = artifact.expect("there is an artifact");
        let bytes = self.fetcher.fetch(&artifact.url, &artifact.digest).await;
        let bytes = bytes.expect("it can be fetched and has its digest");
        assert_eq!(artifact.size, i64::try_from(bytes.len()).ok());
        extract::tar_gz(&bytes[..], &Limits::default()).expect("it can be unpacked");
    }

    /// After the last request is answered, no unfinished file is there.
    pub(crate) async fn check_no_leftovers(&self, name: &str) {
        let object = self.wait(name, Expected::Handled).await;
        let artifact = object.status.and_then(|status| status.artifact);
        let path = self.storage().join(artifact.expect("it is there").path);
        let folder = path.parent().expect("a file is in a folder");
        for entry in fs::read_dir(folder).expect("it is there") {
            let name = entry.expect("an entry").file_name();
            assert!(
                name.to_string_lossy().ends_with(".tar.gz"),
                "{}",
                name.display()
            );
        }
    }

    /// Tells the controller to stop, which it does as containers must.
    pub(crate) fn stop(&mut self) {
        self.controller.stop(PATIENCE).expect("it ends in time");
    }

    pub(crate) async fn kill_and_restart(&mut self) {
        self.controller.kill();
        self.controller.restart().await.expect("it starts again");
    }
}

fn is_as(object: &GitRepository, expected: &Expected) -> bool {
    let generation = object.metadata.generation;
    let ready = object.condition(&ConditionType::Ready);
    let status = object.status.as_ref();
    match expected {
        Expected::NotReady => {
            ready.is_some_and(|ready| ready.is_false() && ready.observed_generation == generation)
        }
        Expected::Revision(commit) => {
            let artifact = status.and_then(|status| status.artifact.as_ref());
            ready.is_some_and(rheostat_api::Condition::is_true)
                && artifact.is_some_and(|artifact| artifact.revision.ends_with(commit))
        }
        Expected::Handled => {
            let handled = status.and_then(|status| status.last_handled_reconcile_at.as_deref());
            handled.is_some() && handled == object.requested_at()
        }
        Expected::Observed => status.and_then(|status| status.observed_generation) == generation,
    }
}

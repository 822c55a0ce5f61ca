//! The operators run beside a real control plane, as programs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Container};
use kube::api::DeleteParams;
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use rheostat_api::crd;
use rheostat_testing::process::{Scratch, free_port};
use rheostat_testing::{
    Commit, ControlPlane, Controller, GitServer, Process, controller, manifest,
};
use serde_json::{Value, json};

/// The time that a change may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running operator with its log.
struct Operator {
    process: Process,
    _folder: Scratch,
}

impl Operator {
    fn start(
        program: &str,
        plane: &ControlPlane,
        namespace: &str,
        arguments: &[String],
    ) -> Result<Self> {
        let folder = Scratch::new("operator")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("KUBECONFIG", plane.kubeconfig())
            .env("RUNTIME_NAMESPACE", namespace);
        let log = folder.path().join("log");
        let process = Process::start(&command, Path::new(&log))?;
        Ok(Self {
            process,
            _folder: folder,
        })
    }

    /// Waits until an object is as asked for; an error shows what the operator said.
    async fn until<K>(&self, api: Api<K>, name: &str, question: fn(&K) -> bool) -> Result<K>
    where
        K: kube::Resource + Clone + std::fmt::Debug + serde::de::DeserializeOwned + Send + 'static,
    {
        let condition = |object: Option<&K>| object.is_some_and(question);
        let found = tokio::time::timeout(PATIENCE, await_condition(api, name, condition)).await;
        let found = found.with_context(|| format!("{name}\n{}", self.process.log_tail(20)))?;
        found?.context("the condition holds for an object only")
    }
}

/// Applies an object of the operators' group once its kind is served.
async fn apply(client: &Client, object: &Value) -> Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match manifest::apply(client, [object]).await {
            Ok(()) => return Ok(()),
            Err(error) if tokio::time::Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[tokio::test]
async fn a_site_gets_its_objects_and_follows_its_spec() -> Result<()> {
    let plane = ControlPlane::shared().await?;
    let client = plane.client().await?;
    let namespace = plane.namespace("site").await?;
    let operator = Operator::start(env!("CARGO_BIN_EXE_site"), plane, &namespace, &[])?;
    let mut site = json!({
        "apiVersion": "example.rheostat.dev/v1",
        "kind": "Site",
        "metadata": {"name": "blog", "namespace": namespace},
        "spec": {"version": "1.28"},
    });
    apply(&client, &site).await?;
    let deployments = Api::<Deployment>::namespaced(client.clone(), &namespace);
    let found = operator
        .until(deployments.clone(), "blog-web", |_| true)
        .await?;
    assert_eq!(image(&found), Some("nginx:1.28"));

    site["spec"]["version"] = json!("1.29");
    apply(&client, &site).await?;
    operator
        .until(deployments, "blog-web", |found| {
            image(found) == Some("nginx:1.29")
        })
        .await?;
    Ok(())
}

fn image(deployment: &Deployment) -> Option<&str> {
    first_container(deployment)?.image.as_deref()
}

fn first_container(deployment: &Deployment) -> Option<&Container> {
    let template = &deployment.spec.template;
    template.spec.as_ref()?.containers.first()
}

#[tokio::test]
async fn a_cache_is_installed_upgraded_and_uninstalled() -> Result<()> {
    let plane = ControlPlane::shared().await?;
    let client = plane.client().await?;
    let namespace = plane.namespace("cache").await?;
    let operator = Operator::start(env!("CARGO_BIN_EXE_cache"), plane, &namespace, &[])?;
    let mut cache = json!({
        "apiVersion": "example.rheostat.dev/v1",
        "kind": "Cache",
        "metadata": {"name": "sessions", "namespace": namespace},
        "spec": {"megabytes": 64},
    });
    apply(&client, &cache).await?;
    let deployments = Api::<Deployment>::namespaced(client.clone(), &namespace);
    operator
        .until(deployments.clone(), "sessions", |_| true)
        .await?;

    cache["spec"]["megabytes"] = json!(128);
    apply(&client, &cache).await?;
    operator
        .until(deployments.clone(), "sessions", |found| {
            first_container(found).and_then(|container| container.args.as_ref())
                == Some(&vec!["--memory-limit=128".to_owned()])
        })
        .await?;

    manifest::api_of(&client, &cache)
        .await?
        .delete("sessions", &DeleteParams::default())
        .await?;
    let gone = await_condition(deployments, "sessions", |found: Option<&Deployment>| {
        found.is_none()
    });
    tokio::time::timeout(PATIENCE, gone)
        .await
        .with_context(|| operator.process.log_tail(20))??;
    Ok(())
}

#[tokio::test]
async fn a_tenant_gets_what_its_repository_holds() -> Result<()> {
    let plane = ControlPlane::shared().await?;
    let client = plane.client().await?;
    let namespace = plane.namespace("tenant").await?;
    manifest::define(&client, &crd::manifests()).await?;
    let git = GitServer::start().await?;
    let settings =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}});
    git.create("tenant")?.commit(
        "main",
        &Commit::new("first").file("config/settings.yaml", settings.to_string()),
    )?;
    let folder = Scratch::new("tenant")?;
    let _source = Controller::source(controller::Options {
        kubeconfig: plane.kubeconfig().to_owned(),
        folder: folder.path().to_owned(),
        namespace: Some(namespace.clone()),
        programs: None,
        storage_bytes: None,
        arguments: Vec::new(),
    })
    .await?;
    // Other tests leave Kustomizations behind whose sources are gone.
    let arguments = [
        "--watch-all-namespaces=false".to_owned(),
        format!("--metrics-addr=127.0.0.1:{}", free_port()?),
        format!("--health-addr=127.0.0.1:{}", free_port()?),
    ];
    let operator = Operator::start(
        env!("CARGO_BIN_EXE_platform"),
        plane,
        &namespace,
        &arguments,
    )?;
    let repository = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": "config", "namespace": namespace},
        "spec": {"interval": "1h", "url": git.url("tenant"), "ref": {"branch": "main"}},
    });
    apply(&client, &repository).await?;
    let tenant = json!({
        "apiVersion": "example.rheostat.dev/v1",
        "kind": "Tenant",
        "metadata": {"name": "acme", "namespace": namespace},
        "spec": {"repository": "config", "path": "./config"},
    });
    apply(&client, &tenant).await?;
    let maps = Api::<ConfigMap>::namespaced(client, &namespace);
    operator.until(maps, "acme-settings", |_| true).await?;
    Ok(())
}

//! `cargo xtask up`: a cluster that follows a Git repository, on this machine, until Ctrl-C.
//!
//! Everything is real but the nodes: a control plane, servers with `examples/payments` and its chart, all
//! controllers. Pods
//! become Ready without running.

mod chart_server;
mod example;
mod follow;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use rheostat_api::crd;
use rheostat_testing::process::Scratch;
use rheostat_testing::{
    Commit, ControlPlane, Controller, GitServer, Program, controller, manifest,
};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

use crate::steps::{cargo, check};
use crate::{repository, tools};
use chart_server::ChartServer;

/// The namespace of the objects that tell the cluster what to follow.
pub(crate) const NAMESPACE: &str = "flux-system";

/// The name of the repository and of its source.
pub(crate) const REPOSITORY: &str = "payments";

/// How often the controllers are looked at.
const PULSE: Duration = Duration::from_secs(1);

/// How long a controller gets to finish what it is doing.
const GRACE: Duration = Duration::from_secs(5);

/// What runs. Fields are dropped in their order: controllers before the servers that they talk to.
struct Demo {
    source: Controller,
    kustomize: Controller,
    helm: Controller,
    git: GitServer,
    _charts: ChartServer,
    client: Client,
    plane: ControlPlane,
    folder: Scratch,
    kubectl: PathBuf,
}

/// Starts everything and follows it.
///
/// # Errors
/// A program is missing or does not start, or a controller ends.
pub async fn run() -> Result<()> {
    let mut programs = Program::CONTROL_PLANE.to_vec();
    programs.extend(Program::NODES);
    programs.push(Program::Kubectl);
    tools::ensure(&programs)?;
    println!("building the controllers");
    let packages = repository::controllers()?
        .into_iter()
        .map(|name| format!("--package=rheostat-{name}"));
    check(cargo(&["build", "--locked", "--bins"]).args(packages))?;
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let outcome = tokio::select! {
        outcome = start_and_follow() => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    println!("\nstopped; nothing is left behind");
    outcome
}

async fn start_and_follow() -> Result<()> {
    let mut demo = start().await?;
    let mut follower = follow::Follower::new(&demo.client);
    let mut pushes = demo.git.pushes();
    let mut pulse = interval(PULSE);
    let mut has_told = false;
    loop {
        tokio::select! {
            change = follower.next() => {
                if let Some(line) = change? {
                    println!("{line}");
                }
                if follower.is_settled() && !has_told {
                    has_told = true;
                    explain(&demo);
                }
            }
            push = pushes.recv() => {
                let name = push.context("listening for pushes")?;
                println!("{name}: a push arrived, requesting a reconcile");
                follow::request_reconcile(&demo.client).await?;
            }
            _ = pulse.tick() => check_alive(&mut demo)?,
        }
    }
}

async fn start() -> Result<Demo> {
    let folder = Scratch::new("up")?;
    println!("starting a control plane with one simulated node");
    let plane = ControlPlane::options().nodes(1).start().await?;
    let client = plane.client().await?;
    let git = GitServer::start().await?;
    let example = example::load()?;
    let repository = git.create(REPOSITORY)?;
    repository.commit(
        "main",
        &Commit::new("Add the payments service").files(&example.files),
    )?;

    manifest::define(&client, &crd::manifests()).await?;
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    manifest::apply(&client, [&namespace]).await?;

    println!("starting source-controller, kustomize-controller and helm-controller");
    let options = controller::Options {
        kubeconfig: plane.kubeconfig().to_owned(),
        folder: folder.path().to_owned(),
        namespace: None,
        programs: None,
        storage_bytes: None,
        arguments: Vec::new(),
    };
    let source = Controller::source(options.clone()).await?;
    let kustomize = Controller::kustomize(options.clone()).await?;
    let helm = Controller::helm(options).await?;
    let charts = ChartServer::start(&repository::root().join("examples/payments/charts")).await?;
    let objects = example.objects_following(&git.url(REPOSITORY), &charts.url());
    manifest::apply(&client, &objects).await?;
    let kubectl = Program::Kubectl.locate()?;
    Ok(Demo {
        source,
        kustomize,
        helm,
        git,
        _charts: charts,
        client,
        plane,
        folder,
        kubectl,
    })
}

fn check_alive(demo: &mut Demo) -> Result<()> {
    for controller in [&mut demo.source, &mut demo.kustomize, &mut demo.helm] {
        let Some(process) = controller.process() else {
            continue;
        };
        if let Some(status) = process.exited()? {
            bail!(
                "{} ended with {status}:\n{}",
                process.name(),
                process.log_tail(20)
            );
        }
    }
    Ok(())
}

/// Prints what to type next.
fn explain(demo: &Demo) {
    println!(
        r#"
The cluster follows the repository. In another terminal, change something and watch it arrive here:

  git clone {url} /tmp/payments && cd /tmp/payments
  sed -i 's/count: 1/count: 2/' environments/staging/apps/payments/kustomization.yaml
  git commit -am "Run two replicas in staging" && git push

  export KUBECONFIG={kubeconfig}
  {kubectl} get deployments --all-namespaces

  git revert --no-edit HEAD && git push        # takes it back

Logs are in {logs}. Ctrl-C stops everything and leaves nothing behind but your clone.
"#,
        url = demo.git.url(REPOSITORY),
        kubeconfig = demo.plane.kubeconfig().display(),
        kubectl = demo.kubectl.display(),
        logs = demo.folder.path().display(),
    );
}

impl Drop for Demo {
    fn drop(&mut self) {
        for controller in [&mut self.source, &mut self.kustomize, &mut self.helm] {
            // Whoever does not stop in time is killed, which is what comes next anyway.
            let _ = controller.stop(GRACE);
        }
    }
}

//! Starts the programs in order and waits for each to do its work.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::{Api, Client};
use tokio::time::sleep;

use super::arguments::{self, Ports};
use super::credentials::Credentials;
use super::{ControlPlane, Options, client_for, nodes};
use crate::process::{Process, Scratch, free_port};
use crate::program::Program;

/// Four seconds are usual; a machine whose cores are all busy takes ten times that.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often the API server is asked whether it is ready.
const POLL: Duration = Duration::from_millis(100);

pub(super) async fn launch(options: &Options) -> Result<ControlPlane> {
    let deadline = Instant::now() + PATIENCE;
    let scratch = Scratch::new("plane")?;
    let folder = scratch.path().to_owned();
    let credentials = Credentials::generate(&folder.join("pki"))?;
    let ports = Ports {
        etcd_client: free_port()?,
        etcd_peer: free_port()?,
        api_server: free_port()?,
    };
    if options.has_audit_log {
        fs::write(arguments::audit_policy(&folder), arguments::AUDIT_POLICY)
            .context("writing the audit policy")?;
    }
    let server = format!("https://127.0.0.1:{}", ports.api_server);
    let kubeconfig = folder.join("kubeconfig");
    fs::write(&kubeconfig, credentials.kubeconfig(&server)).context("writing the kubeconfig")?;

    let start = |program: Program, arguments: Vec<String>| -> Result<Process> {
        let mut command = Command::new(program.locate()?);
        command.args(arguments).current_dir(&folder);
        Process::start(&command, &folder.join(format!("{}.log", program.name())))
    };
    let etcd = start(Program::Etcd, arguments::etcd(&folder, ports))?;
    let api_server = start(
        Program::KubeApiserver,
        arguments::api_server(&folder, ports, &credentials, options.has_audit_log),
    )?;
    let mut plane = ControlPlane {
        server,
        kubeconfig,
        processes: vec![etcd, api_server],
        scratch: Some(scratch),
    };
    let client = client_for(&plane.kubeconfig).await?;
    until_serving(&mut plane, &client, deadline).await?;

    plane.processes.push(start(
        Program::KubeControllerManager,
        arguments::controller_manager(&plane.kubeconfig, free_port()?, &credentials),
    )?);
    if options.nodes > 0 {
        plane.processes.push(start(
            Program::KubeScheduler,
            arguments::scheduler(&plane.kubeconfig, free_port()?),
        )?);
        plane.processes.push(start(
            Program::Kwok,
            arguments::kwok(&plane.kubeconfig, free_port()?),
        )?);
        nodes::create(&client, options.nodes).await?;
    }
    until_controllers_work(&mut plane, &client, deadline).await?;
    Ok(plane)
}

/// Waits for the default service account, which the API server wants before it admits a pod.
pub(super) async fn default_service_account(
    client: &Client,
    namespace: &str,
    deadline: Instant,
) -> Result<()> {
    let accounts = Api::<ServiceAccount>::namespaced(client.clone(), namespace);
    while accounts
        .get_opt("default")
        .await
        .context("looking for a service account")?
        .is_none()
    {
        if Instant::now() > deadline {
            bail!("namespace {namespace} got no service account");
        }
        sleep(POLL).await;
    }
    Ok(())
}

async fn until_serving(plane: &mut ControlPlane, client: &Client, deadline: Instant) -> Result<()> {
    loop {
        let request = http::Request::get("/readyz")
            .body(Vec::new())
            .context("asking for /readyz")?;
        if client
            .request_text(request)
            .await
            .is_ok_and(|answer| answer == "ok")
        {
            return Ok(());
        }
        check_alive(&mut plane.processes)?;
        if Instant::now() > deadline {
            bail!(
                "kube-apiserver is not ready after {PATIENCE:?}:\n{}",
                plane.processes[1].log_tail(20)
            );
        }
        sleep(POLL).await;
    }
}

async fn until_controllers_work(
    plane: &mut ControlPlane,
    client: &Client,
    deadline: Instant,
) -> Result<()> {
    let account = default_service_account(client, "default", deadline);
    tokio::pin!(account);
    loop {
        tokio::select! {
            outcome = &mut account => return outcome,
            () = sleep(POLL) => check_alive(&mut plane.processes)?,
        }
    }
}

fn check_alive(processes: &mut [Process]) -> Result<()> {
    for process in processes {
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

//! Who is measured: source-controller and a controller that applies, or the bare loop.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rheostat_api::crd;
use rheostat_testing::ControlPlane;
use rheostat_testing::process::{Process, Scratch, free_port};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use super::bare::Order;
use super::usage::Usage;

/// How long a controller may take until it is ready.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// Something to measure.
#[derive(Clone, Debug)]
pub(super) enum Contestant {
    /// The requests alone.
    BareLoop,
    /// source-controller and the controller that applies, of one make.
    Controllers {
        /// What the table calls them.
        name: String,
        source: PathBuf,
        applier: PathBuf,
        definitions: Vec<Value>,
    },
}

impl Contestant {
    /// The controllers in a folder.
    ///
    /// # Errors
    /// One of them is not there.
    pub(super) fn controllers(
        name: &str,
        folder: &Path,
        applier: &str,
        definitions: Vec<Value>,
    ) -> Result<Self> {
        let program = |program: &str| {
            let path = folder.join(program);
            path.canonicalize()
                .with_context(|| format!("looking for {}", path.display()))
        };
        Ok(Self::Controllers {
            name: name.to_owned(),
            source: program("source-controller")?,
            applier: program(applier)?,
            definitions,
        })
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::BareLoop => "bare",
            Self::Controllers { name, .. } => name,
        }
    }

    /// The definitions of the kinds that it needs.
    pub(super) fn definitions(&self) -> Vec<Value> {
        match self {
            Self::BareLoop => crd::manifests(),
            Self::Controllers { definitions, .. } => definitions.clone(),
        }
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// It does not start; the text holds the end of its log.
    pub(super) async fn start(
        &self,
        plane: &ControlPlane,
        concurrent: Option<u16>,
    ) -> Result<Running> {
        match self {
            Self::BareLoop => start_bare_loop(plane),
            Self::Controllers {
                source, applier, ..
            } => start_controllers(plane, source, applier, concurrent).await,
        }
    }
}

/// A contestant at work; dropping it ends it.
#[derive(Debug)]
pub(super) enum Running {
    BareLoop(Child),
    Controllers {
        source: Process,
        applier: Process,
        /// The controllers' logs and the storage of artifacts.
        _scratch: Scratch,
    },
}

impl Running {
    /// Tells the bare loop what there is to do; controllers see it for themselves.
    ///
    /// # Errors
    /// The bare loop has ended.
    pub(super) async fn tell(&mut self, order: &Order) -> Result<()> {
        let Self::BareLoop(child) = self else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(order).context("encoding an order")?;
        line.push(b'\n');
        let stdin = child.stdin.as_mut().context("the bare loop has an input")?;
        stdin
            .write_all(&line)
            .await
            .context("telling the bare loop what to do")
    }

    /// CPU and memory of the program that applies, and of source-controller.
    ///
    /// # Errors
    /// A program has ended.
    pub(super) fn usage(&self) -> Result<(Usage, Usage)> {
        match self {
            Self::BareLoop(child) => Ok((
                Usage::of(child.id().context("the bare loop has ended")?)?,
                Usage::default(),
            )),
            Self::Controllers {
                source, applier, ..
            } => Ok((Usage::of(applier.pid())?, Usage::of(source.pid())?)),
        }
    }
}

fn start_bare_loop(plane: &ControlPlane) -> Result<Running> {
    let child = Command::new(env::current_exe().context("finding this program")?)
        .arg("bare-loop")
        .env("KUBECONFIG", plane.kubeconfig())
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("starting the bare loop")?;
    Ok(Running::BareLoop(child))
}

async fn start_controllers(
    plane: &ControlPlane,
    source: &Path,
    applier: &Path,
    concurrent: Option<u16>,
) -> Result<Running> {
    let scratch = Scratch::new("bench")?;
    let storage = scratch.path().join("storage");
    std::fs::create_dir(&storage).context("making the storage")?;
    let address = free_address()?;
    let storage = [
        format!("--storage-path={}", storage.display()),
        format!("--storage-addr={address}"),
        format!("--storage-adv-addr={address}"),
    ];
    let source = start(plane, source, concurrent, &storage, &scratch).await?;
    let applier = start(plane, applier, concurrent, &[], &scratch).await?;
    Ok(Running::Controllers {
        source,
        applier,
        _scratch: scratch,
    })
}

async fn start(
    plane: &ControlPlane,
    program: &Path,
    concurrent: Option<u16>,
    flags: &[String],
    scratch: &Scratch,
) -> Result<Process> {
    let (metrics, health) = (free_address()?, free_address()?);
    let mut command = process::Command::new(program);
    command
        .args([
            format!("--metrics-addr={metrics}"),
            format!("--health-addr={health}"),
        ])
        .args([
            "--log-level=info",
            "--log-encoding=json",
            "--watch-all-namespaces=true",
        ])
        .args(concurrent.map(|concurrent| format!("--concurrent={concurrent}")))
        .args(flags)
        .env("KUBECONFIG", plane.kubeconfig())
        .env("RUNTIME_NAMESPACE", "flux-system")
        .env("HOSTNAME", "bench");
    let name = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut process = Process::start(&command, &scratch.path().join(format!("{name}.log")))?;
    let ready = async {
        let url = format!("http://{health}/readyz");
        while !reqwest::get(&url)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            if process.exited()?.is_some() {
                bail!("{name} ended");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    let ready = tokio::time::timeout(READY_WITHIN, ready)
        .await
        .context("not ready in time")
        .flatten();
    ready.with_context(|| format!("starting {name}\n{}", process.log_tail(20)))?;
    Ok(process)
}

/// An address of the loopback interface that nobody listened on a moment ago.
fn free_address() -> Result<String> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}

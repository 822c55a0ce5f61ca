//! The built controllers as programs beside the control plane, each on free ports and restartable in place.
//!
//! They are found next to the program that starts them, where Cargo puts what it builds, unless another folder is named.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::process::{self, Process, free_port};

/// A busy machine takes a hundred times the usual start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a controller that starts is asked whether it is ready.
const POLL: Duration = Duration::from_millis(50);

/// Mounts a disk of the size `$1` in memory at `$2`, where only the program that follows sees it, and becomes that program.
const ON_SMALL_DISK: &str = r#"mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@""#;

/// What a controller is started with beyond its addresses.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cluster.
    pub kubeconfig: PathBuf,
    /// Where its log and its storage go.
    pub folder: PathBuf,
    /// The only namespace that it watches and in which it lives; nothing means all of them.
    pub namespace: Option<String>,
    /// The folder with the program; nothing means that of the program that starts it, where Cargo puts what it builds.
    pub programs: Option<PathBuf>,
    /// The size of the disk that source-controller stores artifacts on; nothing means that of the folder. The disk is in
    /// memory and goes with the process.
    pub storage_bytes: Option<u64>,
    /// Further flags.
    pub arguments: Vec<String>,
}

/// A running controller, or one between [`Controller::kill`] and [`Controller::restart`].
#[derive(Debug)]
pub struct Controller {
    name: &'static str,
    program: PathBuf,
    options: Options,
    metrics: SocketAddr,
    health: SocketAddr,
    storage: SocketAddr,
    process: Option<Process>,
}

impl Controller {
    /// Starts source-controller and waits until it is ready.
    ///
    /// # Errors
    /// The program was not built, ended, or is not ready after 30 seconds. The text holds the end of its log.
    pub async fn source(options: Options) -> Result<Self> {
        Self::start("source-controller", options).await
    }

    /// Starts kustomize-controller and waits until it is ready.
    ///
    /// # Errors
    /// As [`Self::source`].
    pub async fn kustomize(options: Options) -> Result<Self> {
        Self::start("kustomize-controller", options).await
    }

    /// Starts helm-controller and waits until it is ready.
    ///
    /// # Errors
    /// As [`Self::source`].
    pub async fn helm(options: Options) -> Result<Self> {
        Self::start("helm-controller", options).await
    }

    async fn start(name: &'static str, options: Options) -> Result<Self> {
        let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut controller = Self {
            name,
            program: match &options.programs {
                Some(folder) => folder.join(name),
                None => built(name)?,
            },
            options,
            metrics: loopback(free_port()?),
            health: loopback(free_port()?),
            storage: loopback(free_port()?),
            process: None,
        };
        let storage = controller.storage_folder();
        fs::create_dir_all(&storage).with_context(|| format!("creating {}", storage.display()))?;
        controller.restart().await?;
        Ok(controller)
    }

    /// Starts the controller again, on the addresses and the storage that it had.
    ///
    /// # Errors
    /// As [`Self::source`].
    pub async fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut process = Process::start(&self.command(), &self.log())?;
        let deadline = Instant::now() + PATIENCE;
        while !get(self.health, "/readyz")
            .await
            .is_ok_and(|answer| answer.is_success)
        {
            if let Some(status) = process.exited()? {
                bail!(
                    "{} ended with {status}:\n{}",
                    self.name,
                    process.log_tail(20)
                );
            }
            if Instant::now() > deadline {
                bail!(
                    "{} is not ready after {PATIENCE:?}:\n{}",
                    self.name,
                    process.log_tail(20)
                );
            }
            sleep(POLL).await;
        }
        self.process = Some(process);
        Ok(())
    }

    /// Kills the controller as `kill -9` does, and returns once it is gone.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Asks the controller to stop with `SIGTERM` and waits for its end.
    ///
    /// # Errors
    /// It did not stop within `patience`, or it ended with a failure.
    pub fn stop(&mut self, patience: Duration) -> Result<()> {
        let Some(process) = self.process.take() else {
            return Ok(());
        };
        let status = process.stop(patience)?;
        if !status.success() {
            bail!("{} ended with {status}", self.name);
        }
        Ok(())
    }

    /// The program while it runs.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// The last lines of the log, also after the end.
    pub fn log_tail(&self, lines: usize) -> String {
        process::tail(&self.log(), lines)
    }

    /// The text of `/metrics`.
    ///
    /// # Errors
    /// The controller does not answer.
    pub async fn metrics(&self) -> Result<String> {
        Ok(get(self.metrics, "/metrics").await?.body)
    }

    fn storage_folder(&self) -> PathBuf {
        self.options.folder.join("storage")
    }

    fn log(&self) -> PathBuf {
        self.options.folder.join(format!("{}.log", self.name))
    }

    fn command(&self) -> Command {
        let mut command = match self.options.storage_bytes {
            None => Command::new(&self.program),
            Some(bytes) => {
                let mut command = Command::new("unshare");
                command
                    .args([
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        ON_SMALL_DISK,
                        "sh",
                    ])
                    .arg(format!("size={bytes}"))
                    .arg(self.storage_folder())
                    .arg(&self.program);
                command
            }
        };
        command
            .env("KUBECONFIG", &self.options.kubeconfig)
            .arg(format!("--metrics-addr={}", self.metrics))
            .arg(format!("--health-addr={}", self.health))
            .args(&self.options.arguments);
        if let Some(namespace) = &self.options.namespace {
            command
                .env("RUNTIME_NAMESPACE", namespace)
                .arg("--watch-all-namespaces=false");
        }
        if self.name == "source-controller" {
            command
                .arg(format!(
                    "--storage-path={}",
                    self.storage_folder().display()
                ))
                .arg(format!("--storage-addr={}", self.storage))
                .arg(format!("--storage-adv-addr={}", self.storage));
        }
        command
    }
}

/// An answer over HTTP.
struct Answer {
    is_success: bool,
    body: String,
}

/// Asks once, over a connection of its own.
async fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok::<_, std::io::Error>(text)
    };
    let text = timeout(PATIENCE, exchange)
        .await
        .with_context(|| format!("asking http://{address}{path}"))?
        .with_context(|| format!("asking http://{address}{path}"))?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Ok(Answer {
        is_success: head.starts_with("HTTP/1.1 200 "),
        body: body.to_owned(),
    })
}

/// Where Cargo put a program of this repository: beside this one, or one folder up for a test.
///
/// # Errors
/// It is not there; the text names the command that builds it.
pub fn built(name: &str) -> Result<PathBuf> {
    let own = env::current_exe().context("finding this program")?;
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder: &Path| folder.join(name))
        .find(|candidate| candidate.is_file())
        .with_context(|| {
            format!("{name} was not built; build it with: cargo build --package rheostat-{name}")
        })
}

//! A real control plane: etcd, kube-apiserver, kube-controller-manager and, on request, simulated nodes.
//!
//! It listens on the loopback interface only, keeps its data in a scratch folder, and is gone when its owner is.
//! Deliberately absent: a kubelet, a network, container images. On simulated nodes pods become Ready without running.

mod arguments;
mod credentials;
mod launch;
mod nodes;

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use tokio::sync::OnceCell;

use crate::process::{Process, Scratch};

/// Names a running control plane's kubeconfig that [`ControlPlane::shared`] uses instead of starting one.
pub const SHARED_KUBECONFIG: &str = "RHEOSTAT_TEST_KUBECONFIG";

/// A port may be taken between our choosing it and the program's using it: then everything starts anew.
const TRIES: usize = 3;

/// What a control plane has beside an API server.
#[derive(Clone, Debug, Default)]
pub struct Options {
    nodes: usize,
    has_audit_log: bool,
}

/// A running control plane. Dropping it kills its programs and removes its data.
#[derive(Debug)]
pub struct ControlPlane {
    server: String,
    kubeconfig: PathBuf,
    // The order matters: programs die before the folder that they write to is removed.
    processes: Vec<Process>,
    scratch: Option<Scratch>,
}

impl Options {
    /// Adds a scheduler and simulated nodes, on which pods become Ready.
    #[must_use]
    pub fn nodes(mut self, count: usize) -> Self {
        self.nodes = count;
        self
    }

    /// Writes one JSON line for each request but watches, with the user agent that sent it, to [`ControlPlane::audit_log`].
    #[must_use]
    pub fn audit(mut self) -> Self {
        self.has_audit_log = true;
        self
    }

    /// Starts the control plane and waits until it serves and its controllers work.
    ///
    /// # Errors
    /// A program is not there, or ends, or is not ready after 90 seconds. The text holds the end of its log.
    pub async fn start(self) -> Result<ControlPlane> {
        let mut attempt = 1;
        loop {
            match launch::launch(&self).await {
                Err(error)
                    if attempt < TRIES
                        && format!("{error:#}").contains("address already in use") =>
                {
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

impl ControlPlane {
    /// What to ask for beyond the defaults.
    pub fn options() -> Options {
        Options::default()
    }

    /// Starts a control plane of the caller's own, for tests that break it or count its requests.
    ///
    /// # Errors
    /// As [`Options::start`].
    pub async fn start() -> Result<Self> {
        Options::default().start().await
    }

    /// The control plane that all tests of one run share: the one that `cargo xtask test` started, else one for this
    /// process. Tests keep apart by namespaces and by names.
    ///
    /// # Errors
    /// As [`Options::start`].
    pub async fn shared() -> Result<&'static Self> {
        static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
        SHARED
            .get_or_try_init(|| async {
                match env::var_os(SHARED_KUBECONFIG) {
                    Some(kubeconfig) => Self::at(Path::new(&kubeconfig)),
                    None => Self::start().await,
                }
            })
            .await
    }

    /// A control plane that somebody else keeps running.
    ///
    /// # Errors
    /// The kubeconfig cannot be read or names no server.
    pub fn at(kubeconfig: &Path) -> Result<Self> {
        let config = Kubeconfig::read_from(kubeconfig)
            .with_context(|| format!("reading {}", kubeconfig.display()))?;
        let server = config
            .clusters
            .first()
            .and_then(|named| named.cluster.as_ref())
            .and_then(|cluster| cluster.server.clone())
            .with_context(|| format!("{} names no server", kubeconfig.display()))?;
        Ok(Self {
            server,
            kubeconfig: kubeconfig.to_owned(),
            processes: Vec::new(),
            scratch: None,
        })
    }

    /// A kubeconfig with an administrator's credentials inside; it refers to no other file.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The address of the API server, such as `https://127.0.0.1:34567`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Writes a kubeconfig that reaches the API server at another address, such as that of a
    /// [`FaultProxy`](crate::FaultProxy) on the loopback interface.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_kubeconfig_for(&self, address: SocketAddr, path: &Path) -> Result<()> {
        let text = fs::read_to_string(&self.kubeconfig).context("reading the kubeconfig")?;
        let text = text.replace(&self.server, &format!("https://{address}"));
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))
    }

    /// The socket of the API server.
    ///
    /// # Errors
    /// The control plane is somebody else's and not on this machine's loopback interface.
    pub fn address(&self) -> Result<SocketAddr> {
        let host = self
            .server
            .strip_prefix("https://")
            .context("an API server speaks https")?;
        host.parse()
            .with_context(|| format!("{host} is not an address and a port"))
    }

    /// Where the programs log, or nothing for a control plane of somebody else.
    pub fn folder(&self) -> Option<&Path> {
        self.scratch.as_ref().map(Scratch::path)
    }

    /// The log of requests that [`Options::audit`] asked for.
    pub fn audit_log(&self) -> Option<PathBuf> {
        self.folder()
            .map(|folder| folder.join(arguments::AUDIT_LOG))
            .filter(|path| path.exists())
    }

    /// The programs, to be frozen, thawed or looked at; empty for a control plane of somebody else.
    pub fn processes(&mut self) -> &mut [Process] {
        &mut self.processes
    }

    /// A client with an administrator's rights. Each runtime needs its own: a client's connections live in the runtime
    /// that made it, and every `#[tokio::test]` has one.
    ///
    /// # Errors
    /// The kubeconfig is not valid, which would be a defect of this crate.
    pub async fn client(&self) -> Result<Client> {
        client_for(&self.kubeconfig).await
    }

    /// Makes a namespace of that name and a random suffix, with its default service account, and returns its name.
    ///
    /// # Errors
    /// The API server refused, or the service account did not appear within ten seconds.
    pub async fn namespace(&self, name: &str) -> Result<String> {
        let client = self.client().await?;
        let mut namespace = Namespace::default();
        namespace.metadata.generate_name = Some(format!("{name}-"));
        let made = Api::<Namespace>::all(client.clone())
            .create(&PostParams::default(), &namespace)
            .await
            .with_context(|| format!("creating a namespace for {name}"))?;
        let name = made
            .metadata
            .name
            .context("the API server names what it creates")?;
        launch::default_service_account(&client, &name, Instant::now() + Duration::from_secs(10))
            .await?;
        Ok(name)
    }
}

async fn client_for(kubeconfig: &Path) -> Result<Client> {
    let file = Kubeconfig::read_from(kubeconfig)
        .with_context(|| format!("reading {}", kubeconfig.display()))?;
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
        .await
        .with_context(|| format!("understanding {}", kubeconfig.display()))?;
    Client::try_from(config).context("making a client of the API server")
}

#[cfg(test)]
mod tests;

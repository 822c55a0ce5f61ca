//! A Git server over HTTP or HTTPS: the real `git http-backend`, with access rules and faults in front of it.
//!
//! It speaks what `git` speaks: protocol versions 0 to 2, fetch and push. Deliberately absent: SSH, the dumb protocol,
//! and any opinion on who may push.

mod access;
mod backend;
mod commit;
mod repository;
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

pub use access::{Access, Fault};
pub use commit::Commit;
pub use repository::Repository;

use crate::certificate::Authority;
use crate::process::Scratch;

/// More pushes than any test lets pass unread; later ones push the oldest out.
const REMEMBERED_PUSHES: usize = 256;

/// A running Git server. Dropping it stops it and removes its repositories.
#[derive(Debug)]
pub struct GitServer {
    address: SocketAddr,
    authority: Option<Authority>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
    scratch: Scratch,
}

/// What requests and the owner both look at.
#[derive(Debug)]
struct Shared {
    root: std::path::PathBuf,
    access: Mutex<Access>,
    fault: Mutex<Option<Fault>>,
    pushes: broadcast::Sender<String>,
}

impl GitServer {
    /// Starts a server that anyone may read and write, over plain HTTP on the loopback interface.
    ///
    /// # Errors
    /// No port or no scratch folder was to be had.
    pub async fn start() -> Result<Self> {
        Self::serve(None).await
    }

    /// The same over HTTPS. Its certificate is for `127.0.0.1` and `localhost`, by an authority of its own.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_tls() -> Result<Self> {
        Self::serve(Some(Authority::new()?)).await
    }

    async fn serve(authority: Option<Authority>) -> Result<Self> {
        let scratch = Scratch::new("git")?;
        let shared = Arc::new(Shared {
            root: scratch.path().to_owned(),
            access: Mutex::new(Access::Anyone),
            fault: Mutex::new(None),
            pushes: broadcast::channel(REMEMBERED_PUSHES).0,
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("binding the Git server")?;
        let address = listener.local_addr().context("binding the Git server")?;
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let task = match &authority {
            None => tokio::spawn(async move {
                // It only ends when the task is aborted.
                let _ = axum::serve(listener, router).await;
            }),
            Some(authority) => {
                let listener =
                    tls::Listener::new(listener, &authority.server(&["127.0.0.1", "localhost"])?)?;
                tokio::spawn(async move {
                    let _ = axum::serve(listener, router).await;
                })
            }
        };
        Ok(Self {
            address,
            authority,
            shared,
            task,
            scratch,
        })
    }

    /// Creates an empty repository. `name` may have slashes, as in `team/app`.
    ///
    /// # Errors
    /// `git` could not be run.
    pub fn create(&self, name: &str) -> Result<Repository> {
        Repository::init(self.scratch.path(), name)
    }

    /// The address of a repository, whether it exists or not.
    pub fn url(&self, name: &str) -> String {
        let scheme = if self.authority.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}/{name}.git", self.address)
    }

    /// The certificate that a client has to trust, in PEM; nothing for plain HTTP.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(Authority::pem)
    }

    /// The folder with the bare repositories.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Sets what a request has to present from now on.
    pub fn require(&self, access: Access) {
        *self
            .shared
            .access
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = access;
    }

    /// Makes each request from now on fail in this way, or no longer.
    pub fn fail(&self, fault: Option<Fault>) {
        *self
            .shared
            .fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Names each repository after a push into it, as a post-receive hook would.
    pub fn pushes(&self) -> broadcast::Receiver<String> {
        self.shared.pushes.subscribe()
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let fault = shared
        .fault
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let access = shared
        .access
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let Some(response) = access::before(fault.as_ref(), &access, request.headers()).await {
        return response;
    }
    let pushed = backend::pushed_repository(&request);
    let response = backend::run(
        &shared.root,
        request,
        pushed.map(|name| (name, shared.pushes.clone())),
    )
    .await;
    access::after(fault.as_ref(), response)
}

#[cfg(test)]
mod tests;

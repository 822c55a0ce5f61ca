//! A server of artifacts, for controllers that read them from a status that the test writes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use rheostat_artifact::archive::{Archive, Entry, EntryKind};
use rheostat_artifact::digest::Algorithm;
use rheostat_tree::TreePath;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Offered = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct ArtifactServer {
    address: SocketAddr,
    offered: Offered,
    task: JoinHandle<()>,
}

impl ArtifactServer {
    /// Starts a server that has nothing yet.
    ///
    /// # Errors
    /// No port was to be had.
    pub async fn start() -> Result<Self> {
        let offered = Offered::default();
        let router = Router::new()
            .route("/{name}", get(answer))
            .with_state(Arc::clone(&offered));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("binding the artifact server")?;
        let address = listener
            .local_addr()
            .context("binding the artifact server")?;
        let task = tokio::spawn(async move {
            // It only ends when the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            offered,
            task,
        })
    }

    /// Offers bytes under a file name, and tells their URL.
    pub fn offer(&self, name: &str, bytes: Vec<u8>) -> String {
        let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        offered.insert(name.to_owned(), bytes);
        format!("http://{}/{name}", self.address)
    }
}

impl Drop for ArtifactServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An archive of text files, as source-controller makes them.
///
/// # Errors
/// A path is none that an archive holds.
pub fn archived<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<u8>> {
    let mut archive = Archive::new(Vec::new(), Algorithm::Sha256).context("making an archive")?;
    for (path, text) in files {
        let entry = Entry {
            path: TreePath::new(path).with_context(|| format!("archiving {path}"))?,
            kind: EntryKind::File {
                is_executable: false,
            },
        };
        let appended = archive.append(&entry, text.as_bytes());
        appended.with_context(|| format!("archiving {path}"))?;
    }
    let finished = archive.finish().context("making an archive")?;
    Ok(finished.output)
}

async fn answer(
    State(offered): State<Offered>,
    Path(name): Path<String>,
) -> Result<Vec<u8>, StatusCode> {
    let offered = offered.lock().unwrap_or_else(PoisonError::into_inner);
    offered.get(&name).cloned().ok_or(StatusCode::NOT_FOUND)
}

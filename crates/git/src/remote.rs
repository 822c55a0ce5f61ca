//! A repository on a server.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rheostat_upstream::credentials::CredentialsError;
use rheostat_upstream::{Client, Credentials};
use tokio::runtime::Handle;
use url::Url;

use crate::checkout::{Checkout, CheckoutError};
use crate::conversation::Conversation;
use crate::reference::Reference;
use crate::select::{Found, SelectError};
use crate::transport::{Bounds, Connection, TransportError};

/// A repository and how it is reached.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its URL, http or https. Credentials in it are used where there are
    /// no others.
    pub url: Url,
    /// A client for upstreams.
    pub client: Client,
    /// Sent with the first request already, also over plain http.
    pub credentials: Credentials,
    /// When the conversation ends at the latest.
    pub deadline: Instant,
    /// Most bytes of all answers together.
    pub max_bytes: u64,
}

/// What came of asking for a reference.
#[derive(Debug)]
pub enum Fetched {
    /// The commit is one that the caller has; nothing was fetched.
    Known(Found),
    /// The commit with its tree.
    Checkout(Box<Checkout>),
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The repository has no reference at all.
    #[error("git repository is empty")]
    Empty,
    /// The reference names no commit.
    #[error(transparent)]
    Select(SelectError),
    /// The server gave no usable answer.
    #[error(transparent)]
    Transport(TransportError),
    /// The answer is no Git, or damaged.
    #[error("{0}")]
    Protocol(String),
    /// The credentials cannot be sent.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The commit is not in what was fetched, or cannot be read.
    #[error(transparent)]
    Checkout(#[from] CheckoutError),
    /// The folder for the pack cannot be made.
    #[error("create folder for the pack: {0}")]
    Folder(std::io::Error),
    /// The conversation panicked, or the runtime is shutting down.
    #[error("fetch was interrupted")]
    Interrupted,
}

impl Remote {
    /// Fetches the commit that `reference` names, unless `is_known` says
    /// that the caller has it. The pack lies below `work` until the checkout
    /// is dropped.
    ///
    /// # Errors
    /// When the server, the reference or the disk fails.
    ///
    /// # Guarantees
    /// May be dropped at any moment: the conversation then ends with the
    /// next bytes that arrive, at its deadline at the latest.
    pub async fn fetch(
        self,
        reference: Reference,
        work: &Path,
        is_known: impl FnOnce(&Found) -> bool + Send + 'static,
    ) -> Result<Fetched, FetchError> {
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let _guard = CancelOnDrop(Arc::clone(&is_cancelled));
        let (work, runtime) = (work.to_owned(), Handle::current());
        let conversation = move || {
            let bounds = Bounds {
                runtime,
                deadline: self.deadline,
                max_bytes: self.max_bytes,
                received: AtomicU64::new(0),
                is_cancelled: Arc::clone(&is_cancelled),
            };
            self.converse(&reference, &work, bounds, is_known)
        };
        match tokio::task::spawn_blocking(conversation).await {
            Ok(fetched) => fetched,
            Err(_) => Err(FetchError::Interrupted),
        }
    }

    fn converse(
        &self,
        reference: &Reference,
        work: &Path,
        bounds: Bounds,
        is_known: impl FnOnce(&Found) -> bool,
    ) -> Result<Fetched, FetchError> {
        let is_cancelled = Arc::clone(&bounds.is_cancelled);
        let credentials = match &self.credentials {
            Credentials::Anonymous => Credentials::from_url(&self.url),
            given => given.clone(),
        };
        let url = without_credentials(&self.url);
        let connection = Connection::new(
            self.client.clone(),
            &url,
            credentials.header()?,
            Arc::new(bounds),
        );
        let mut conversation = Conversation::open(connection, url.as_str())?;
        let selection = conversation.select(reference)?;
        if let [only] = &selection.candidates[..] {
            let found = only.found();
            if selection.wants.is_empty() {
                // There is no branch that the commit could be on.
                return Err(CheckoutError::NoSuchCommit(found.commit).into());
            }
            if is_known(&found) {
                return Ok(Fetched::Known(found));
            }
        }
        let folder = tempfile::Builder::new()
            .prefix("git-")
            .tempdir_in(work)
            .map_err(FetchError::Folder)?;
        let pack = conversation.fetch(&selection, folder.path(), &is_cancelled)?;
        let checkout = Checkout::new(pack, folder, &selection.candidates)?;
        Ok(Fetched::Checkout(Box::new(checkout)))
    }
}

/// The library would send them on its own, or refuse to.
fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // A URL with a host, as http and https have, may have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;

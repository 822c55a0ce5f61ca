//! The unpacked artifacts: each is fetched and unpacked once, however many Kustomizations build from
//! it.

use rheostat_api::Artifact;
use rheostat_artifact::client::{FetchError, Fetcher, Keeper, KeeperLimits};
use rheostat_artifact::extract::{self, ExtractError};
use rheostat_tree::Tree;
use tokio::task::JoinError;

/// Sources that Kustomizations follow are few. Bytes are those of archives; one has at most half of that.
const LIMITS: KeeperLimits = KeeperLimits {
    artifacts: 64,
    bytes: 512 * 1024 * 1024,
};

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The artifact could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The artifact could not be unpacked.
    #[error("failed to unpack artifact: {}", unpacking(.0))]
    Extract(#[from] ExtractError),
    /// Unpacking panicked.
    #[error("failed to unpack artifact: {0}")]
    Panic(#[from] JoinError),
}

/// Fetches and keeps trees.
#[derive(Debug)]
pub struct Trees {
    keeper: Keeper<Tree>,
}

impl TreeError {
    /// Whether the server has the artifact no more, or not yet.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::NotFound { .. }))
    }
}

impl Trees {
    /// An empty keeper that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        Self {
            keeper: Keeper::new(fetcher, LIMITS),
        }
    }

    /// The tree of an artifact that was fetched before.
    pub fn known(&self, artifact: &Artifact) -> Option<Tree> {
        self.keeper.known(&artifact.url, &artifact.digest)
    }

    /// The tree of an artifact.
    ///
    /// # Errors
    /// When the artifact cannot be fetched, is not what the status says, or cannot be unpacked.
    pub async fn get(&self, artifact: &Artifact) -> Result<Tree, TreeError> {
        let unpack = |archive: &[u8]| Ok(extract::tar_gz(archive, &extract::Limits::default())?);
        self.keeper
            .get(&artifact.url, &artifact.digest, unpack)
            .await
    }

    /// Lets go of an artifact that no source offers any more.
    pub fn forget(&self, artifact: &Artifact) {
        self.keeper.forget(&artifact.url, &artifact.digest);
    }
}

/// The error with its causes.
fn unpacking(error: &ExtractError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

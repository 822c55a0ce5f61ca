//! Verified fetch: the bytes behind an artifact's URL, if they have the
//! digest that its status names.
//!
//! The digest is checked before anybody looks at the bytes. A status may
//! name any URL: link-local addresses, redirects to other hosts and bodies
//! without end are refused.

mod keeper;

use std::sync::Arc;
use std::time::Duration;

use rheostat_upstream::link_local::{self, LinkLocal};
use rheostat_upstream::{Client, failure};
use tokio::sync::Semaphore;
use url::Url;

use crate::digest::{Digest, DigestError, Hasher};

pub use keeper::{Keeper, KeeperLimits};

/// How artifacts are fetched.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// How often a fetch is tried again after a failed connection, 429, or a
    /// server error other than 501.
    pub retries: u32,
    /// Delay before the second try. It doubles with each.
    pub first_delay: Duration,
    /// The delay grows no longer than this.
    pub longest_delay: Duration,
    /// Most bytes of an artifact.
    pub max_bytes: u64,
    /// Takes the place of the URL's host and port, for controllers that run
    /// outside of the cluster.
    pub host: Option<String>,
}

/// Why an artifact was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL is none, or none that artifacts have.
    #[error("invalid artifact URL '{url}': {problem}")]
    Url {
        /// What the status names.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The host is one that artifacts are not fetched from.
    #[error("fetch artifact from '{url}'")]
    LinkLocal {
        /// What the status names.
        url: String,
        /// The address.
        #[source]
        cause: LinkLocal,
    },
    /// The digest is none that can be checked.
    #[error("check artifact digest")]
    Digest(#[from] DigestError),
    /// The server says 404: it has the artifact no more, or not yet.
    #[error("artifact not found at '{url}'")]
    NotFound {
        /// Where it was asked for.
        url: String,
    },
    /// The server says something else.
    #[error("failed to download artifact from '{url}', status: {status}")]
    Status {
        /// Where it was asked for.
        url: String,
        /// Number and name of the status.
        status: String,
    },
    /// The server did not answer to the end.
    #[error("failed to download artifact from '{url}': {cause}")]
    Request {
        /// Where it was asked for.
        url: String,
        /// What went wrong.
        cause: String,
    },
    /// The artifact is too large.
    #[error("artifact at '{url}' is larger than the limit of {limit} bytes")]
    TooLarge {
        /// Where it was asked for.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// The bytes are not those that the status speaks of.
    #[error("failed to verify artifact: computed digest '{found}' does not match '{expected}'")]
    DigestMismatch {
        /// The digest in the status.
        expected: Digest,
        /// The digest of the bytes.
        found: Digest,
    },
}

/// Fetches artifacts. A clone shares the connections.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    options: FetchOptions,
    bodies: Arc<Semaphore>,
}

/// The reference's default of `--http-retry`.
const DEFAULT_RETRIES: u32 = 9;
/// The reference's bounds of the delay between tries.
const DEFAULT_FIRST_DELAY: Duration = Duration::from_secs(5);
const DEFAULT_LONGEST_DELAY: Duration = Duration::from_secs(30);
/// 256 MiB compressed: half of what unpacking allows by default.
const DEFAULT_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Artifacts that are received at a time. Who waits holds no memory.
const MAX_BODIES: usize = 16;
/// Longest wait for the next bytes of a body, or for an answer.
const STALL_TIMEOUT: Duration = Duration::from_mins(1);

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            retries: DEFAULT_RETRIES,
            first_delay: DEFAULT_FIRST_DELAY,
            longest_delay: DEFAULT_LONGEST_DELAY,
            max_bytes: DEFAULT_MAX_BYTES,
            host: None,
        }
    }
}

impl Fetcher {
    /// Fetches with `client`, which must have been made for artifact servers.
    pub fn new(client: Client, options: FetchOptions) -> Self {
        Self {
            client,
            options,
            bodies: Arc::new(Semaphore::new(MAX_BODIES)),
        }
    }

    /// The bytes behind `url`, verified against `digest`.
    ///
    /// # Errors
    /// [`FetchError::NotFound`] at once where the server says so; other
    /// failures of the server after the retries; and whatever makes a retry
    /// pointless, such as a wrong digest.
    ///
    /// # Guarantees
    /// May be dropped at any moment.
    pub async fn fetch(&self, url: &str, digest: &str) -> Result<Vec<u8>, FetchError> {
        let expected: Digest = digest.parse()?;
        let url = self.target(url)?;
        let mut delay = self.options.first_delay;
        let mut tries_left = self.options.retries;
        loop {
            match self.try_fetch(&url, &expected).await {
                Err(Attempt::Transient(_)) if tries_left > 0 => {
                    tries_left -= 1;
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(self.options.longest_delay);
                }
                Err(Attempt::Transient(error) | Attempt::Final(error)) => return Err(error),
                Ok(bytes) => return Ok(bytes),
            }
        }
    }

    fn target(&self, text: &str) -> Result<Url, FetchError> {
        let invalid = |problem: String| FetchError::Url {
            url: text.to_owned(),
            problem,
        };
        let mut url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(format!(
                "scheme '{}' is neither http nor https",
                url.scheme()
            )));
        }
        if let Some(host) = &self.options.host {
            let (name, port) = split_port(host);
            url.set_host(Some(name))
                .map_err(|error| invalid(format!("host '{host}': {error}")))?;
            url.set_port(port)
                .map_err(|()| invalid(format!("host '{host}' cannot have a port")))?;
        }
        link_local::check_url(&url).map_err(|cause| FetchError::LinkLocal {
            url: text.to_owned(),
            cause,
        })?;
        Ok(url)
    }

    async fn try_fetch(&self, url: &Url, expected: &Digest) -> Result<Vec<u8>, Attempt> {
        let transient = |cause: String| {
            Attempt::Transient(FetchError::Request {
                url: failure::redacted(url),
                cause,
            })
        };
        let sent = stalled(self.client.get(url.clone()).send()).await;
        let mut response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_redirect() => {
                return Err(Attempt::Final(FetchError::Request {
                    url: failure::redacted(url),
                    cause: failure::request(error),
                }));
            }
            Ok(Err(error)) => return Err(transient(failure::request(error))),
            Err(stall) => return Err(transient(stall)),
        };
        check_status(url, &response)?;
        let too_large = || {
            Attempt::Final(FetchError::TooLarge {
                url: failure::redacted(url),
                limit: self.options.max_bytes,
            })
        };
        if response.content_length() > Some(self.options.max_bytes) {
            return Err(too_large());
        }
        // Nobody closes it.
        let _turn = self.bodies.acquire().await;
        let mut hasher = Hasher::new(expected.algorithm());
        let mut bytes = Vec::new();
        loop {
            let chunk = match stalled(response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(transient(failure::request(error))),
                Err(stall) => return Err(transient(stall)),
            };
            if (bytes.len() + chunk.len()) as u64 > self.options.max_bytes {
                return Err(too_large());
            }
            hasher.update(&chunk);
            bytes.extend_from_slice(&chunk);
        }
        let found = hasher.finish();
        if found != *expected {
            return Err(Attempt::Final(FetchError::DigestMismatch {
                expected: expected.clone(),
                found,
            }));
        }
        Ok(bytes)
    }
}

/// A failed try.
enum Attempt {
    /// Another one may succeed.
    Transient(FetchError),
    /// No other one will.
    Final(FetchError),
}

fn check_status(url: &Url, response: &rheostat_upstream::Response) -> Result<(), Attempt> {
    let status = response.status();
    let url = failure::redacted(url);
    let is_transient =
        status.as_u16() == 429 || (status.is_server_error() && status.as_u16() != 501);
    match status.as_u16() {
        200 => Ok(()),
        404 => Err(Attempt::Final(FetchError::NotFound { url })),
        _ => {
            let error = FetchError::Status {
                url,
                status: status.to_string(),
            };
            Err(if is_transient {
                Attempt::Transient(error)
            } else {
                Attempt::Final(error)
            })
        }
    }
}

async fn stalled<T>(step: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(STALL_TIMEOUT, step)
        .await
        .map_err(|_| format!("nothing received for {} s", STALL_TIMEOUT.as_secs()))
}

/// Host and port of `host:port`, `[v6]:port` or a host alone.
fn split_port(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (host, None),
        },
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests;

//! Asking a repository.

use std::fmt::Write as _;
use std::time::Duration;

use http::header::AUTHORIZATION;
use rheostat_helm::index::ChartVersion;
use rheostat_upstream::credentials::CredentialsError;
use rheostat_upstream::{Client, Credentials, Response, failure};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::address::{self, AddressError};

/// A repository, and how it is reached.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its address.
    pub url: Url,
    /// The connections, made for upstreams.
    pub client: Client,
    /// Who asks.
    pub credentials: Credentials,
    /// Whether other hosts that the index names get the credentials, too.
    pub passes_credentials: bool,
    /// How long one download may take.
    pub timeout: Duration,
}

/// Why something was not downloaded. Addresses are told without passwords.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The index names no address.
    #[error("chart '{chart}' has no downloadable URLs")]
    NoAddress {
        /// The chart.
        chart: String,
    },
    /// The index names an address that is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The credentials cannot be sent.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The server refuses.
    #[error("failed to fetch {url} : {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// Number and name of the status.
        status: http::StatusCode,
    },
    /// The server did not answer to the end.
    #[error("failed to fetch {url}: {cause}")]
    Request {
        /// What was asked for.
        url: String,
        /// What went wrong.
        cause: String,
    },
    /// The answer is too large.
    #[error("size of '{url}' exceeds the limit of {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// The bytes are not those that the index speaks of.
    #[error("digest of '{url}' is sha256:{found}, the index has sha256:{expected}")]
    Digest {
        /// What was asked for.
        url: String,
        /// The digest in the index.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
}

impl Repository {
    /// Downloads the index.
    ///
    /// # Errors
    /// [`DownloadError`].
    pub async fn index(&self, max_bytes: u64) -> Result<Vec<u8>, DownloadError> {
        self.get(&address::index(&self.url), max_bytes).await
    }

    /// Downloads the archive of a chart from the first address that the index names.
    ///
    /// # Errors
    /// [`DownloadError`].
    pub async fn chart(
        &self,
        version: &ChartVersion,
        max_bytes: u64,
    ) -> Result<Vec<u8>, DownloadError> {
        let address = version
            .urls
            .first()
            .ok_or_else(|| DownloadError::NoAddress {
                chart: version.name.clone(),
            })?;
        let url = address::chart(&self.url, address)?;
        let bytes = self.get(&url, max_bytes).await?;
        check_digest(&url, &version.digest, &bytes)?;
        Ok(bytes)
    }

    async fn get(&self, url: &Url, max_bytes: u64) -> Result<Vec<u8>, DownloadError> {
        let told = failure::redacted(url);
        let failed = |cause| DownloadError::Request {
            url: told.clone(),
            cause,
        };
        let mut request = self.client.get(url.clone());
        let is_trusted = self.passes_credentials || url.origin() == self.url.origin();
        if let Some(header) = self.credentials.header()?.filter(|_| is_trusted) {
            request = request.header(AUTHORIZATION, header);
        }
        let answer = async {
            let response = request.send().await;
            let response = response.map_err(|error| failed(failure::request(error)))?;
            if !response.status().is_success() {
                return Err(DownloadError::Status {
                    url: told.clone(),
                    status: response.status(),
                });
            }
            let body = body(response, max_bytes).await;
            body.map_err(failed)?
                .ok_or_else(|| DownloadError::TooLarge {
                    url: told.clone(),
                    limit: max_bytes,
                })
        };
        let answer = tokio::time::timeout(self.timeout, answer).await;
        answer.unwrap_or_else(|_| Err(failed("deadline exceeded".to_owned())))
    }
}

/// All bytes of an answer; nothing if there are too many.
async fn body(mut response: Response, max_bytes: u64) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    if response
        .content_length()
        .is_some_and(|length| length > max_bytes)
    {
        return Ok(None);
    }
    while let Some(chunk) = response.chunk().await.map_err(failure::request)? {
        if (bytes.len() + chunk.len()) as u64 > max_bytes {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

/// Compares with the digest of an index, if that is a SHA-256. Some indexes have other things in its place.
fn check_digest(url: &Url, expected: &str, bytes: &[u8]) -> Result<(), DownloadError> {
    let expected = expected.strip_prefix("sha256:").unwrap_or(expected);
    if expected.len() != 64 || !expected.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let mut found = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(found, "{byte:02x}");
    }
    if found.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(DownloadError::Digest {
        url: failure::redacted(url),
        expected: expected.to_owned(),
        found,
    })
}

#[cfg(test)]
mod tests;

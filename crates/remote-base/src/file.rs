//! Bodies of URLs.

use std::sync::Arc;
use std::time::Duration;

use rheostat_kustomize::remote::FetchError;
use rheostat_upstream::{Client, failure};

/// How much of a body is read, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes.
    pub bytes: u64,
    /// Longest time from the request to the last byte. Kustomize itself
    /// waits for ever.
    pub time: Duration,
}

/// The body behind a URL, by GET.
///
/// # Errors
/// [`FetchError::Status`] when the server says no, else
/// [`FetchError::Failed`].
pub async fn fetch(client: &Client, url: &str, limits: Limits) -> Result<Arc<[u8]>, FetchError> {
    match tokio::time::timeout(limits.time, read(client, url, limits.bytes)).await {
        Ok(answer) => answer,
        Err(_) => Err(failed(url, "timed out")),
    }
}

async fn read(client: &Client, url: &str, most: u64) -> Result<Arc<[u8]>, FetchError> {
    let dial = |error| failed(url, &format!("dial tcp: {}", failure::request(error)));
    let mut response = client.get(url).send().await.map_err(dial)?;
    let status = response.status();
    if !status.is_success() {
        return Err(FetchError::Status {
            code: status.as_u16(),
            text: status.canonical_reason().unwrap_or_default().to_owned(),
        });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(dial)? {
        body.extend_from_slice(&chunk);
        if body.len() as u64 > most {
            return Err(failed(url, &format!("body is larger than {most} bytes")));
        }
    }
    Ok(body.into())
}

fn failed(url: &str, problem: &str) -> FetchError {
    FetchError::Failed(format!("Get {url:?}: {problem}"))
}

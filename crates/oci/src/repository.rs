//! Asking a registry about a repository.

use std::time::Duration;

use http::Method;
use http::header::LINK;
use rheostat_artifact::digest::{Algorithm, Digest, Hasher};
use rheostat_upstream::{Client, Response, failure};
use serde::Deserialize;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use url::Url;

use crate::exchange::{Channel, Exchange, RequestError, next_part, read};
use crate::keyring::Login;
use crate::manifest::{ACCEPTED, Descriptor, Document, Manifest, ManifestError};
use crate::name::{Reference, RepositoryName, is_tag};

/// How a registry is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// A client for registries: one that follows no redirects.
    pub client: Client,
    /// Who asks.
    pub login: Login,
    /// Whether plain HTTP will do where there is no TLS. Without it, it will
    /// do on this machine and in private networks.
    pub is_insecure: bool,
    /// How long an answer, and each part of it, may take.
    pub patience: Duration,
}

/// A repository of a registry. What was learned of the registry, a token
/// included, is kept as long as the value lives.
#[derive(Debug)]
pub struct Repository {
    name: RepositoryName,
    exchange: Exchange,
}

/// An artifact under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The digest of what the reference names: of an index where it is one.
    pub digest: Digest,
    /// The manifest, taken out of an index where there is one.
    pub manifest: Manifest,
}

/// Why something was not pulled.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The registry gives no answer that can be used.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A manifest is none that can be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The bytes are not those that were asked for.
    #[error("registry sends {found} for {expected}")]
    DigestMismatch {
        /// What was asked for.
        expected: Digest,
        /// What was sent.
        found: Digest,
    },
    /// There are more or fewer bytes than the manifest says.
    #[error("registry sends {found} bytes for {digest}, which has {expected}")]
    SizeMismatch {
        /// What was asked for.
        digest: Digest,
        /// The size that the manifest says.
        expected: u64,
        /// What was sent; where it was too much, what had come until then.
        found: u64,
    },
    /// The blob is too large.
    #[error("{digest} has {size} bytes, which is more than the limit of {limit}")]
    TooLarge {
        /// What was asked for.
        digest: Digest,
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// Indexes nest too deep.
    #[error("more than {MAX_INDEXES} indexes within each other")]
    TooDeep,
    /// The bytes have nowhere to go.
    #[error("write blob")]
    Write(#[source] std::io::Error),
}

/// Most bytes of a manifest: what the distribution specification asks
/// registries to take.
const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
/// Most indexes within each other. One is usual.
const MAX_INDEXES: usize = 4;
/// Tags asked for at a time, as by go-containerregistry.
const TAGS_PER_PAGE: usize = 1000;
/// Most pages of tags.
const MAX_PAGES: usize = 1000;
/// Most bytes of a page. A registry may send all its tags in one.
const MAX_PAGE: u64 = 32 * 1024 * 1024;
/// The header by which a registry names the digest of what it sends.
const CONTENT_DIGEST: &str = "docker-content-digest";

#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Repository {
    /// A repository that nothing is known of yet.
    pub fn new(name: RepositoryName, access: Access) -> Self {
        let channel = Channel {
            client: access.client,
            patience: access.patience,
        };
        let exchange = Exchange::new(channel, &name, access.login, access.is_insecure);
        Self { name, exchange }
    }

    /// Its name.
    pub fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// All tags, in the order of the registry.
    ///
    /// # Errors
    /// When the registry gives no list, one without end, or one that goes on
    /// at another host.
    pub async fn tags(&self) -> Result<Vec<String>, RequestError> {
        let mut path = format!("/v2/{}/tags/list?n={TAGS_PER_PAGE}", self.name.path());
        let mut tags = Vec::new();
        for _ in 0..MAX_PAGES {
            let mut response = self.exchange.ask(Method::GET, &path, None).await?;
            let body = read(&mut response, MAX_PAGE, self.exchange.patience()).await?;
            let page: TagList = serde_json::from_slice(&body)
                .map_err(|error| RequestError::Tags(format!("parse page: {error}")))?;
            // What cannot be a tag cannot be asked for either.
            let page = page.tags.unwrap_or_default();
            tags.extend(page.into_iter().filter(|tag| is_tag(tag)));
            match next_page(&response)? {
                Some(next) => path = next,
                None => return Ok(tags),
            }
        }
        Err(RequestError::Tags(format!("more than {MAX_PAGES} pages")))
    }

    /// The digest of what a reference names. The registry is asked for no
    /// more than that, if it can answer it, and not at all about a digest.
    ///
    /// # Errors
    /// When there is no such thing, or the registry gives no answer.
    pub async fn digest(&self, reference: &Reference) -> Result<Digest, PullError> {
        if let Reference::Digest(digest) = reference {
            return Ok(digest.clone());
        }
        let path = self.manifest_path(reference);
        match self.exchange.ask(Method::HEAD, &path, Some(ACCEPTED)).await {
            Ok(response) => {
                if let Some(digest) = content_digest(&response) {
                    return Ok(digest);
                }
            }
            // A registry may not know the method, and says why only to GET.
            Err(RequestError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let bytes = self.document(reference).await?;
        Ok(Digest::of(Algorithm::Sha256, &bytes))
    }

    /// The artifact that a reference names.
    ///
    /// # Errors
    /// When there is none, it is not what its digest says, or it is none for
    /// the platform.
    pub async fn artifact(&self, reference: &Reference) -> Result<Artifact, PullError> {
        let bytes = self.document(reference).await?;
        let digest = match reference {
            Reference::Digest(digest) => digest.clone(),
            Reference::Tag(_) => Digest::of(Algorithm::Sha256, &bytes),
        };
        let mut document = Document::parse(&bytes)?;
        for _ in 0..=MAX_INDEXES {
            let index = match document {
                Document::Manifest(manifest) => return Ok(Artifact { digest, manifest }),
                Document::Index(index) => index,
            };
            let entry = index.entry()?;
            let bytes = self.document(&Reference::Digest(entry.digest()?)).await?;
            if bytes.len() as u64 != entry.size {
                return Err(PullError::SizeMismatch {
                    digest: entry.digest()?,
                    expected: entry.size,
                    found: bytes.len() as u64,
                });
            }
            document = Document::parse(&bytes)?;
        }
        Err(PullError::TooDeep)
    }

    /// Writes a blob to `output`, and checks size and digest on the way: what
    /// was written is good when there is no error.
    ///
    /// # Errors
    /// When the blob is larger than `limit`, or not what its descriptor says.
    pub async fn blob(
        &self,
        descriptor: &Descriptor,
        limit: u64,
        output: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<(), PullError> {
        let digest = descriptor.digest()?;
        if descriptor.size > limit {
            return Err(PullError::TooLarge {
                digest,
                size: descriptor.size,
                limit,
            });
        }
        let path = format!("/v2/{}/blobs/{digest}", self.name.path());
        let mut response = self.exchange.ask(Method::GET, &path, None).await?;
        let mut hasher = Hasher::new(digest.algorithm());
        let mut found: u64 = 0;
        while let Some(part) = next_part(&mut response, self.exchange.patience()).await? {
            found += part.len() as u64;
            if found > descriptor.size {
                break;
            }
            hasher.update(&part);
            output.write_all(&part).await.map_err(PullError::Write)?;
        }
        if found != descriptor.size {
            return Err(PullError::SizeMismatch {
                digest,
                expected: descriptor.size,
                found,
            });
        }
        output.flush().await.map_err(PullError::Write)?;
        verify(digest, hasher.finish())
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// As [`Self::blob`].
    pub async fn blob_bytes(
        &self,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Vec<u8>, PullError> {
        let mut bytes = Vec::new();
        self.blob(descriptor, limit, &mut bytes).await?;
        Ok(bytes)
    }

    /// The bytes behind a reference, which have its digest where it is one.
    async fn document(&self, reference: &Reference) -> Result<Vec<u8>, PullError> {
        let path = self.manifest_path(reference);
        let mut response = self
            .exchange
            .ask(Method::GET, &path, Some(ACCEPTED))
            .await?;
        let bytes = read(&mut response, MAX_MANIFEST, self.exchange.patience()).await?;
        if let Reference::Digest(digest) = reference {
            verify(digest.clone(), Digest::of(digest.algorithm(), &bytes))?;
        }
        Ok(bytes)
    }

    fn manifest_path(&self, reference: &Reference) -> String {
        format!("/v2/{}/manifests/{reference}", self.name.path())
    }
}

fn verify(expected: Digest, found: Digest) -> Result<(), PullError> {
    if found == expected {
        Ok(())
    } else {
        Err(PullError::DigestMismatch { expected, found })
    }
}

fn content_digest(response: &Response) -> Option<Digest> {
    let value = response.headers().get(CONTENT_DIGEST)?;
    value.to_str().ok()?.parse().ok()
}

/// Where the list of tags goes on, if it does.
fn next_page(response: &Response) -> Result<Option<String>, RequestError> {
    let links = response.headers().get_all(LINK);
    let next = links
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(linked);
    let Some(next) = next else {
        return Ok(None);
    };
    let base = response.url();
    let url = base
        .join(next)
        .ok()
        .filter(|url| url.origin() == base.origin());
    let Some(url) = url else {
        return Err(RequestError::Tags(format!(
            "'{}' goes on at another host",
            failure::redacted(base)
        )));
    };
    Ok(Some(path_and_query(&url)))
}

/// The target of `<target>; rel="next"`.
fn linked(value: &str) -> Option<&str> {
    let (target, parameters) = value.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = |parameter: &str| matches!(parameter.trim(), "rel=next" | "rel=\"next\"");
    parameters.split(';').any(is_next).then_some(target)
}

fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

#[cfg(test)]
mod tests;

//! An OCI registry: the real `registry` program, open to all or for one user.
//!
//! Deliberately absent: TLS and token services. A registry that lies is no registry; tests that need one speak HTTP
//! themselves.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::process::{Process, Scratch, free_port};
use crate::program::Program;

/// The one user of a private registry.
pub const USERNAME: &str = "test";
/// The user's password.
pub const PASSWORD: &str = "secret";
/// The two above as `htpasswd` prints them, with the least work that bcrypt allows.
const HTPASSWD: &str = "test:$2a$04$qb46XNQQkKmz63NGJVW04uU6rtnofDuzZEgHhQ/J5P53w3BT9OHgW\n";

/// The media type of a layer that `flux push artifact` makes.
const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
/// The media type of a manifest.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of the description of an artifact that needs none.
const CONFIG: &str = "application/vnd.cncf.flux.config.v1+json";

/// A busy machine takes ten times the usual start.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a registry that starts is asked whether it is ready.
const POLL: Duration = Duration::from_millis(50);

/// A running registry. Dropping it stops it and removes what was pushed.
#[derive(Debug)]
pub struct Registry {
    address: SocketAddr,
    is_private: bool,
    client: Client,
    process: Process,
    _scratch: Scratch,
}

/// What is pushed: layers, and what is noted about them.
#[derive(Clone, Debug, Default)]
pub struct OciArtifact {
    layers: Vec<(String, Vec<u8>)>,
    annotations: BTreeMap<String, String>,
}

impl OciArtifact {
    /// An artifact with one layer, an archive of these files.
    ///
    /// # Errors
    /// A path does not fit into an archive.
    pub fn of_files(files: &[(&str, &str)]) -> Result<Self> {
        Ok(Self::default().layer(CONTENT, &archived(files)?))
    }

    /// One more layer.
    #[must_use]
    pub fn layer(mut self, media_type: &str, bytes: &[u8]) -> Self {
        self.layers.push((media_type.to_owned(), bytes.to_vec()));
        self
    }

    /// One more annotation.
    #[must_use]
    pub fn annotated(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }
}

impl Registry {
    /// Starts a registry that anyone may read and write, over plain HTTP on the loopback interface.
    ///
    /// # Errors
    /// The program is missing or does not start.
    pub async fn start() -> Result<Self> {
        Self::serve(false).await
    }

    /// The same for [`USERNAME`] with [`PASSWORD`] alone.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_private() -> Result<Self> {
        Self::serve(true).await
    }

    async fn serve(is_private: bool) -> Result<Self> {
        let scratch = Scratch::new("registry")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let settings = scratch.path().join("config.json");
        fs::write(
            &settings,
            configuration(scratch.path(), address, is_private)?.to_string(),
        )
        .context("writing the configuration of a registry")?;
        let mut command = Command::new(Program::Registry.locate()?);
        command.arg("serve").arg(&settings);
        let mut registry = Self {
            address,
            is_private,
            client: Client::builder()
                .no_proxy()
                .build()
                .context("making a client")?,
            process: Process::start(&command, &scratch.path().join("registry.log"))?,
            _scratch: scratch,
        };
        registry.until_serving().await?;
        Ok(registry)
    }

    async fn until_serving(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self
            .request(Method::GET, &self.url(""))
            .send()
            .await
            .is_err()
        {
            if self.process.exited()?.is_some() || Instant::now() > deadline {
                bail!(
                    "the registry does not start:\n{}",
                    self.process.log_tail(20)
                );
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Where it is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Pushes an artifact under a tag, and returns its digest.
    ///
    /// # Errors
    /// The registry refused something.
    pub async fn push(
        &self,
        repository: &str,
        tag: &str,
        artifact: &OciArtifact,
    ) -> Result<String> {
        let mut layers = Vec::new();
        for (media_type, bytes) in &artifact.layers {
            layers.push(self.push_blob(repository, media_type, bytes).await?);
        }
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.push_blob(repository, CONFIG, b"{}").await?,
            "layers": layers,
            "annotations": artifact.annotations,
        });
        let manifest = manifest.to_string();
        let digest = digest(manifest.as_bytes());
        let url = self.url(&format!("{repository}/manifests/{tag}"));
        let request = self
            .request(Method::PUT, &url)
            .header(CONTENT_TYPE, MANIFEST);
        accepted(request.body(manifest)).await?;
        Ok(digest)
    }

    /// Pushes a blob, and returns its descriptor.
    async fn push_blob(&self, repository: &str, media_type: &str, bytes: &[u8]) -> Result<Value> {
        let url = self.url(&format!("{repository}/blobs/uploads/"));
        let begun = accepted(self.request(Method::POST, &url)).await?;
        let place = begun
            .headers()
            .get(LOCATION)
            .context("an upload has a place")?;
        let mut place = begun.url().join(place.to_str()?)?;
        let digest = digest(bytes);
        place.query_pairs_mut().append_pair("digest", &digest);
        let request = self.request(Method::PUT, place.as_str());
        accepted(request.body(bytes.to_vec())).await?;
        Ok(json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() }))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/v2/{path}", self.address)
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self.client.request(method, url);
        if self.is_private {
            request.basic_auth(USERNAME, Some(PASSWORD))
        } else {
            request
        }
    }
}

/// The configuration in JSON, which is YAML too.
fn configuration(folder: &Path, address: SocketAddr, is_private: bool) -> Result<Value> {
    let mut settings = json!({
        "version": 0.1,
        "log": { "level": "error" },
        "storage": { "filesystem": { "rootdirectory": folder.join("data") } },
        "http": { "addr": address.to_string() },
    });
    if is_private {
        let users = folder.join("htpasswd");
        fs::write(&users, HTPASSWD).context("writing the user of a registry")?;
        settings["auth"] = json!({ "htpasswd": { "realm": "test", "path": users } });
    }
    Ok(settings)
}

async fn accepted(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await.context("asking the registry")?;
    let status = response.status();
    ensure!(
        status.is_success(),
        "the registry says {status} to {}",
        response.url()
    );
    Ok(response)
}

fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    let digits: Vec<String> = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", digits.concat())
}

/// A gzip-compressed tar archive.
fn archived(files: &[(&str, &str)]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        archive
            .append_data(&mut header, path, text.as_bytes())
            .with_context(|| format!("archiving {path}"))?;
    }
    let compressed = archive.into_inner().context("ending an archive")?;
    compressed.finish().context("ending an archive")
}

//! Pushes an image from its layout to a registry, as the OCI distribution specification says: each blob in one request
//! unless the registry has it, then the manifest under its tag.
//!
//! Deliberately absent: registries that hand out tokens, credential helpers, and certificate authorities other than the
//! system's. Whoever needs these pushes the layout with a tool that has them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use http::uri::Authority;
use http::{Method, StatusCode, header};
use reqwest::{RequestBuilder, Response, Url};
use rheostat_oci::keyring::CONFIG_JSON_TYPE;
use rheostat_oci::{Keyring, Login, RepositoryName};
use rheostat_upstream::{Client, Destination, client};

use super::MANIFEST_TYPE;
use super::layout::{Descriptor, Layout};

/// Longest time for one request: an image of 25 MiB through a line of half a megabit.
const PATIENCE: Duration = Duration::from_mins(10);

/// The key under which a keyring takes Docker's configuration.
const CONFIG_KEY: &str = ".dockerconfigjson";

/// A repository that is pushed to.
#[derive(Debug)]
pub(super) struct Remote {
    name: RepositoryName,
    /// Where the paths of the repository begin; it ends in a slash.
    base: Url,
    login: Login,
    client: Client,
}

/// What came of pushing an image: how many of its blobs were sent, and how many were there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    pub(super) sent: usize,
    pub(super) present: usize,
}

/// The credentials of Docker's configuration; none where there is no such file.
///
/// # Errors
/// The file cannot be read.
pub(super) fn keyring() -> Result<Keyring> {
    let mut keyring = Keyring::default();
    let directory = env::var_os("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".docker")));
    let Some(path) = directory.map(|directory| directory.join("config.json")) else {
        return Ok(keyring);
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(keyring),
        Err(error) => {
            return Err(error).with_context(|| format!("reading {}", path.display()));
        }
    };
    keyring
        .add_secret(
            CONFIG_JSON_TYPE,
            &BTreeMap::from([(CONFIG_KEY.to_owned(), bytes)]),
        )
        .with_context(|| format!("reading {}", path.display()))?;
    Ok(keyring)
}

impl Remote {
    /// A repository by its name, with what the keyring has for it. It is reached by TLS unless it is on this machine
    /// or `is_insecure` says otherwise.
    ///
    /// # Errors
    /// The name is none; the keyring has a kind of login that is not supported.
    pub(super) fn new(name: &str, is_insecure: bool, keyring: &Keyring) -> Result<Self> {
        let name =
            RepositoryName::parse(name).with_context(|| format!("reading repository {name}"))?;
        let login = keyring.login(&name);
        ensure!(
            !matches!(login, Login::IdentityToken(_)),
            "{name}: an identity token is not supported, only a name and a password"
        );
        let scheme = if is_insecure || is_local(name.registry()) {
            "http"
        } else {
            "https"
        };
        let base = format!("{scheme}://{}/v2/{}/", name.registry(), name.path());
        Ok(Self {
            base: Url::parse(&base).with_context(|| format!("reading repository {name}"))?,
            name,
            login,
            client: client::client(Destination::Registry, None)?,
        })
    }

    pub(super) fn name(&self) -> &RepositoryName {
        &self.name
    }

    /// Pushes an image under a tag.
    ///
    /// # Errors
    /// A blob cannot be read; the registry is not reached or refuses something.
    pub(super) async fn push(&self, layout: &Layout, tag: &str) -> Result<Pushed> {
        let mut pushed = Pushed {
            sent: 0,
            present: 0,
        };
        for part in layout.parts() {
            if self.has(part).await? {
                pushed.present += 1;
            } else {
                self.upload(part, layout.read(part)?)
                    .await
                    .with_context(|| format!("pushing blob {} to {}", part.digest, self.name))?;
                pushed.sent += 1;
            }
        }
        self.name_manifest(layout, tag)
            .await
            .with_context(|| format!("pushing {}:{tag}", self.name))?;
        Ok(pushed)
    }

    async fn has(&self, blob: &Descriptor) -> Result<bool> {
        let url = self.base.join(&format!("blobs/{}", blob.digest))?;
        let response = send(self.request(Method::HEAD, url)).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            // It leads to where the registry stores what it has.
            status if status.is_redirection() => Ok(true),
            _ => accepted(&response).map(|()| true),
        }
        .with_context(|| format!("looking for blob {} in {}", blob.digest, self.name))
    }

    async fn upload(&self, blob: &Descriptor, bytes: Vec<u8>) -> Result<()> {
        let uploads = self.base.join("blobs/uploads/")?;
        let begun = send(self.request(Method::POST, uploads)).await?;
        accepted(&begun)?;
        let place = begun.headers().get(header::LOCATION);
        let place = place.context("the registry does not say where an upload goes")?;
        let mut place = begun.url().join(place.to_str()?)?;
        place.query_pairs_mut().append_pair("digest", &blob.digest);
        let request = self
            .request(Method::PUT, place)
            .header(header::CONTENT_TYPE, "application/octet-stream");
        accepted(&send(request.body(bytes)).await?)
    }

    async fn name_manifest(&self, layout: &Layout, tag: &str) -> Result<()> {
        let manifest = layout.manifest();
        let url = self.base.join(&format!("manifests/{tag}"))?;
        let request = self
            .request(Method::PUT, url)
            .header(header::CONTENT_TYPE, MANIFEST_TYPE);
        let response = send(request.body(layout.read(manifest)?)).await?;
        accepted(&response)?;
        if let Some(stored) = response.headers().get("docker-content-digest") {
            ensure!(
                stored.as_bytes() == manifest.digest.as_bytes(),
                "the registry stored another manifest than {}",
                manifest.digest
            );
        }
        Ok(())
    }

    /// Credentials go to the registry itself alone: an upload may belong elsewhere.
    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let is_own = url.origin() == self.base.origin();
        let request = self.client.request(method, url).timeout(PATIENCE);
        match &self.login {
            Login::Password { username, password } if is_own => {
                request.basic_auth(username, Some(password))
            }
            Login::RegistryToken(token) if is_own => request.bearer_auth(token),
            _ => request,
        }
    }
}

/// Whether a registry is on this machine.
fn is_local(registry: &str) -> bool {
    let Ok(authority) = registry.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Where an upload goes may be signed, so that no error tells the address.
async fn send(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await.map_err(reqwest::Error::without_url);
    response.context("asking the registry")
}

fn accepted(response: &Response) -> Result<()> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let mut challenges = response
        .headers()
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|challenge| challenge.to_str().ok());
    if status == StatusCode::UNAUTHORIZED
        && challenges.any(|challenge| challenge.to_ascii_lowercase().starts_with("bearer"))
    {
        bail!("the registry asks for a token of a token service, which is not supported");
    }
    bail!("the registry answers {status}");
}

#[cfg(test)]
mod tests;

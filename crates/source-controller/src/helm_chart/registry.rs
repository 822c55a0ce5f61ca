//! Charts in registries.

use std::time::Duration;

use rheostat_api::source::registry::RegistryProvider;
use rheostat_api::{HelmRepository, Reason};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_gocompat::semver::{Constraint, Version};
use rheostat_oci::{Access, Keyring, Login, Reference, Repository, RepositoryName, versions};
use rheostat_upstream::{Client, Destination, Tls, client, failure};

use super::failure::{no_access, unknown};
use crate::context::SourceContext;
use crate::helm_repository::{AccessError, Secrets};
use crate::source::Halt;

/// The media type of a chart's archive.
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// How long an operation may take where the spec does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);
/// The scheme of registries.
const SCHEME: &str = "oci://";

/// A place in a registry that holds charts, and how it is reached.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Its address without the scheme.
    address: String,
    keyring: Keyring,
    /// The name and the password for whatever is there.
    basic: Option<Login>,
    tls: Option<Tls>,
    is_insecure: bool,
    timeout: Duration,
}

impl Registry {
    /// Reads the spec and the Secrets of a place in a registry.
    ///
    /// # Errors
    /// When a field is not supported, the address is none of a registry, or a
    /// Secret is missing or malformed.
    pub(super) async fn read(
        context: &SourceContext,
        object: &HelmRepository,
    ) -> Result<Self, Halt> {
        let spec = &object.spec;
        if spec.provider != RegistryProvider::Generic {
            return Err(Halt::not_supported("spec.provider of the HelmRepository"));
        }
        let address = spec.url.strip_prefix(SCHEME).ok_or_else(|| {
            no_access(AccessError::Url(format!(
                "'{}' is not an address of a registry",
                spec.url
            )))
        })?;
        let secrets = Secrets::read(&context.cluster, object).await;
        let secrets = secrets.map_err(no_access)?;
        let mut registry = Self {
            is_insecure: spec.insecure,
            timeout: spec.timeout.map_or(DEFAULT_TIMEOUT, GoDuration::to_std),
            ..Self::anonymous(address)
        };
        registry.add(&secrets).map_err(|problem| {
            unknown(Halt::fetch_failed(Reason::AuthenticationFailed, problem))
        })?;
        Ok(registry)
    }

    /// A place that nobody has said anything about. (pure)
    pub(super) fn anonymous(address: &str) -> Self {
        let address = address.strip_prefix(SCHEME).unwrap_or(address);
        Self {
            address: address.trim_end_matches('/').to_owned(),
            keyring: Keyring::default(),
            basic: None,
            tls: None,
            is_insecure: false,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Takes up Secrets: a configuration of Docker, or a name and a password.
    /// (pure)
    fn add(&mut self, secrets: &Secrets) -> Result<(), String> {
        if let Some(data) = &secrets.certificates {
            self.tls = Some(Tls::from_secret(data).map_err(|error| error.to_string())?);
        }
        let Some(data) = &secrets.credentials else {
            return Ok(());
        };
        let text = |key: &str| {
            let value = data.get(key)?;
            String::from_utf8(value.clone()).ok()
        };
        if data.contains_key(".dockerconfigjson") {
            let added = self
                .keyring
                .add_secret("kubernetes.io/dockerconfigjson", data);
            return added.map_err(|error| error.to_string());
        }
        match (text("username"), text("password")) {
            (Some(username), Some(password)) => {
                self.basic = Some(Login::Password { username, password });
                Ok(())
            }
            (None, None) => Ok(()),
            _ => Err("'username' and 'password' must be set together".to_owned()),
        }
    }

    fn client(&self, context: &SourceContext) -> Result<Client, String> {
        match &self.tls {
            Some(tls) => client::client_with(Destination::Registry, tls)
                .map_err(|error| failure::chain(&error)),
            None if self.is_insecure => Ok(context.registries.unverified.clone()),
            None => Ok(context.registries.verified.clone()),
        }
    }
}

/// The repository of one chart.
pub(super) struct Place {
    repository: Repository,
}

impl Place {
    /// The repository of a chart.
    ///
    /// # Errors
    /// In words, when the name is none or TLS cannot be set up.
    pub(super) fn new(
        context: &SourceContext,
        registry: &Registry,
        chart: &str,
    ) -> Result<Self, String> {
        let name = RepositoryName::parse(&format!("{}/{chart}", registry.address));
        let name = name.map_err(|error| error.to_string())?;
        let login = match &registry.basic {
            Some(login) => login.clone(),
            None => registry.keyring.login(&name),
        };
        let access = Access {
            client: registry.client(context)?,
            login,
            is_insecure: registry.is_insecure,
            patience: registry.timeout,
        };
        Ok(Self {
            repository: Repository::new(name, access),
        })
    }

    /// The version that a range means. One of three parts is not looked for.
    ///
    /// # Errors
    /// In words, when the tags cannot be listed or none is in the range.
    pub(super) async fn choose(&self, range: &str) -> Result<String, String> {
        if Version::parse_strict(range.strip_prefix('v').unwrap_or(range)).is_ok() {
            return Ok(range.to_owned());
        }
        let tags = self.repository.tags().await;
        let tags = tags.map_err(|error| failure::chain(&error))?;
        let constraint = Constraint::parse(if range.is_empty() { "*" } else { range });
        let constraint = constraint.map_err(|error| error.to_string())?;
        // Helm takes no tag that a `v` leads.
        let tags = tags.iter().map(String::as_str);
        let tags = tags.filter(|tag| !tag.starts_with('v'));
        let tag = versions::highest(tags, &constraint, versions::of_chart_tag);
        let tag = tag.ok_or_else(|| {
            format!("could not locate a version matching provided version string {range}")
        })?;
        Ok(tag.replace('_', "+"))
    }

    /// The archive of a version.
    ///
    /// # Errors
    /// In words.
    pub(super) async fn pull(&self, version: &str, max_bytes: u64) -> Result<Vec<u8>, String> {
        let reference = Reference::tag(&version.replace('+', "_"));
        let reference = reference.map_err(|error| error.to_string())?;
        let display = reference.display(self.repository.name());
        let failed = |error: &(dyn std::error::Error + 'static)| {
            format!(
                "failed to get '{SCHEME}{display}': {}",
                failure::chain(error)
            )
        };
        let artifact = self.repository.artifact(&reference).await;
        let artifact = artifact.map_err(|error| failed(&error))?;
        let layer = artifact.manifest.layer(CHART_LAYER).ok_or_else(|| {
            format!("failed to get '{SCHEME}{display}': manifest has no layer of a chart")
        })?;
        let bytes = self.repository.blob_bytes(layer, max_bytes).await;
        bytes.map_err(|error| failed(&error))
    }
}

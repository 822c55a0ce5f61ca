//! How a repository over HTTP is reached: by its spec and its Secrets.

use std::fmt;
use std::time::Duration;

use rheostat_api::{HelmRepository, Reason};
use rheostat_chart_repository::Repository;
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_upstream::credentials::SecretData;
use rheostat_upstream::{Client, Credentials, Destination, Tls, client, failure};
use url::Url;

use crate::secret;
use crate::source::Halt;

/// How long a download may take where the spec does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// The Secrets that a repository names.
#[derive(Clone, Default)]
pub struct Secrets {
    /// That with the credentials.
    pub(crate) credentials: Option<SecretData>,
    /// That for TLS.
    pub(crate) certificates: Option<SecretData>,
}

/// A repository over HTTP, and how it is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// The repository.
    pub(crate) url: Url,
    credentials: Credentials,
    tls: Option<Tls>,
    passes_credentials: bool,
    timeout: Duration,
}

/// Why a repository cannot be reached as its spec has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The address is none of a repository over HTTP.
    #[error("invalid Helm repository URL: {0}")]
    Url(String),
    /// A Secret is missing, or not what it should be.
    #[error("{0}")]
    Authentication(String),
}

impl From<AccessError> for Halt {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Url(_) => Self::stalled(Reason::UrlInvalid, error.to_string()),
            AccessError::Authentication(problem) => {
                Self::fetch_failed(Reason::AuthenticationFailed, problem)
            }
        }
    }
}

impl Secrets {
    /// Reads the Secrets of a repository.
    pub(crate) async fn read(
        cluster: &kube::Client,
        object: &HelmRepository,
    ) -> Result<Self, AccessError> {
        let spec = &object.spec;
        let mut secrets = Self::default();
        for (reference, target, what) in [
            (
                &spec.cert_secret_ref,
                &mut secrets.certificates,
                "TLS authentication",
            ),
            (&spec.secret_ref, &mut secrets.credentials, "authentication"),
        ] {
            let Some(reference) = reference else { continue };
            let (namespace, name) = (object.namespace(), &reference.name);
            let data = secret::read(cluster, namespace, name).await;
            *target = Some(data.map_err(|problem| {
                AccessError::Authentication(format!(
                    "failed to get {what} secret '{namespace}/{name}': {problem}"
                ))
            })?);
        }
        Ok(secrets)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("has_credentials", &self.credentials.is_some())
            .field("has_certificates", &self.certificates.is_some())
            .finish()
    }
}

impl Access {
    /// Reads spec and Secrets. (pure)
    pub(crate) fn new(object: &HelmRepository, secrets: &Secrets) -> Result<Self, AccessError> {
        let url = parse_url(object)?;
        let timeout = object.spec.timeout;
        Ok(Self {
            url,
            credentials: credentials(object, secrets)?,
            tls: tls(object, secrets)?,
            passes_credentials: object.spec.pass_credentials,
            timeout: timeout.map_or(DEFAULT_TIMEOUT, GoDuration::to_std),
        })
    }

    /// A repository that nobody has said anything about. (pure)
    pub(crate) fn anonymous(url: Url) -> Self {
        Self {
            url,
            credentials: Credentials::Anonymous,
            tls: None,
            passes_credentials: false,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// The repository, with connections of its own where it needs them.
    pub(crate) fn connect(self, upstream: &Client) -> Result<Repository, AccessError> {
        let client = match &self.tls {
            None => upstream.clone(),
            Some(tls) => client::client_with(Destination::Upstream, tls)
                .map_err(|error| AccessError::Authentication(failure::chain(&error)))?,
        };
        Ok(Repository {
            url: self.url,
            client,
            credentials: self.credentials,
            passes_credentials: self.passes_credentials,
            timeout: self.timeout,
        })
    }
}

/// The address of a repository over HTTP. (pure)
pub(super) fn parse_url(object: &HelmRepository) -> Result<Url, AccessError> {
    let text = &object.spec.url;
    let url = Url::parse(text)
        .map_err(|problem| AccessError::Url(format!("failed to parse url '{text}': {problem}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(AccessError::Url(format!(
            "'{scheme}' URL scheme cannot be used with 'default' HelmRepository type"
        ))),
    }
}

fn credentials(object: &HelmRepository, secrets: &Secrets) -> Result<Credentials, AccessError> {
    let Some(data) = &secrets.credentials else {
        return Ok(Credentials::Anonymous);
    };
    let failed = |problem: &str| {
        let name = object.spec.secret_ref.as_ref();
        let name = name.map_or("", |reference| reference.name.as_str());
        AccessError::Authentication(format!(
            "failed to detect authentication methods: secret '{}/{name}': {problem}",
            object.namespace()
        ))
    };
    let text = |key: &str| {
        let value = data.get(key).map(|value| String::from_utf8(value.clone()));
        let value = value.transpose();
        value.map_err(|_| failed(&format!("value of key '{key}' is not UTF-8")))
    };
    match (text("username")?, text("password")?) {
        (Some(username), Some(password)) => Ok(Credentials::Basic { username, password }),
        (None, None) => Ok(Credentials::Anonymous),
        (Some(_), None) => Err(failed(
            "malformed basic auth - has 'username' but missing 'password'",
        )),
        (None, Some(_)) => Err(failed(
            "malformed basic auth - has 'password' but missing 'username'",
        )),
    }
}

/// The Secret for TLS, or what the one with the credentials says of it, as
/// older ones do.
fn tls(object: &HelmRepository, secrets: &Secrets) -> Result<Option<Tls>, AccessError> {
    if let Some(data) = &secrets.certificates {
        let tls = Tls::from_secret(data).map_err(|error| {
            let name = object.spec.cert_secret_ref.as_ref();
            let name = name.map_or("", |reference| reference.name.as_str());
            AccessError::Authentication(format!(
                "failed to construct Helm client's TLS config: secret '{}/{name}' {error}",
                object.namespace()
            ))
        })?;
        return Ok(Some(tls));
    }
    let data = secrets.credentials.as_ref();
    Ok(data.and_then(|data| Tls::from_secret(data).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    use rheostat_api::HelmRepositorySpec;
    use rheostat_api::reference::LocalObjectReference;

    fn access(url: &str, secret: &[(&str, &str)]) -> Result<Access, String> {
        let spec = HelmRepositorySpec {
            url: url.to_owned(),
            secret_ref: Some(LocalObjectReference {
                name: "auth".to_owned(),
            }),
            ..HelmRepositorySpec::default()
        };
        let object = HelmRepository::new("charts", spec).within("apps");
        let data = secret.iter();
        let data = data.map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()));
        let secrets = Secrets {
            credentials: Some(data.collect()),
            certificates: None,
        };
        Access::new(&object, &secrets).map_err(|error| error.to_string())
    }

    fn check(secret: &[(&str, &str)], expected: Result<Option<&str>, &str>) {
        let found = access("https://example.com/charts", secret);
        let found = found.map(|access| match access.credentials {
            Credentials::Basic { username, password } => Some(format!("{username}:{password}")),
            _ => None,
        });
        match expected {
            Ok(expected) => assert_eq!(found.as_ref().map(Option::as_deref), Ok(expected)),
            Err(problem) => {
                let told = found.expect_err("it is refused");
                assert!(told.contains(problem), "{told}");
            }
        }
    }

    #[test]
    fn name_and_password_come_together() {
        check(
            &[("username", "me"), ("password", "secret")],
            Ok(Some("me:secret")),
        );
        check(&[("username", "me")], Err("missing 'password'"));
        check(&[("password", "secret")], Err("missing 'username'"));
        check(&[(".dockerconfigjson", "{}")], Ok(None));
    }

    #[test]
    fn older_secrets_hold_certificates_as_well() {
        let found = access("https://example.com", &[("caFile", "pem")]).expect("it may be used");
        assert!(found.tls.is_some());
        let found = access("https://example.com", &[]).expect("it may be used");
        assert!(found.tls.is_none());
    }

    #[test]
    fn only_addresses_over_http_are_taken() {
        for url in ["oci://example.com/charts", "http://[::1", "charts"] {
            let told = access(url, &[]).expect_err("it is refused");
            assert!(told.starts_with("invalid Helm repository URL: "), "{told}");
        }
    }
}

//! What is read from the cluster: the Secrets that the spec and its
//! ServiceAccount name. They are read when they are needed and not kept.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use kube::{Api, Client};
use rheostat_api::{OciRepository, Reason};
use rheostat_oci::Keyring;
use rheostat_upstream::credentials::SecretData;

use super::plan::{Desired, no_transport};
use crate::source::{Halt, Told};

/// What the plan needs besides the object.
#[derive(Clone)]
pub struct Observed {
    /// The spec as far as it stands on its own.
    pub(super) desired: Desired,
    /// The credentials of all Secrets together.
    pub(super) keyring: Keyring,
    /// The data of the Secret for TLS.
    pub(super) tls: Option<SecretData>,
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("desired", &self.desired)
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

/// Reads the Secrets, once the spec has turned out to make sense.
pub(super) async fn observe(client: &Client, object: &OciRepository) -> Result<Observed, Halt> {
    let desired = Desired::parse(&object.spec)?;
    let reader = Reader {
        secrets: Api::namespaced(client.clone(), object.namespace()),
        accounts: Api::namespaced(client.clone(), object.namespace()),
        namespace: object.namespace(),
    };
    let keyring = reader.keyring(object).await.map_err(|missing| Halt {
        trace: missing.trace.map(Box::new),
        ..Halt::fetch_failed(
            Reason::AuthenticationFailed,
            format!("failed to get credential: {}", missing.problem),
        )
    })?;
    let tls = match &object.spec.cert_secret_ref {
        None => None,
        Some(reference) => {
            let secret = reader.secret(&reference.name).await;
            let secret = secret.map_err(|problem| no_transport(&object.spec.url, &problem))?;
            Some(data(secret))
        }
    };
    Ok(Observed {
        desired,
        keyring,
        tls,
    })
}

/// Why there are no credentials.
struct Missing {
    problem: String,
    /// What is told quietly beside it.
    trace: Option<Told>,
}

/// Reads in one namespace. Failures are told in words.
struct Reader<'a> {
    secrets: Api<Secret>,
    accounts: Api<ServiceAccount>,
    namespace: &'a str,
}

impl Reader<'_> {
    /// The credentials of the spec's Secret and of those that the spec's
    /// ServiceAccount names for pulling images.
    async fn keyring(&self, object: &OciRepository) -> Result<Keyring, Missing> {
        let mut keyring = Keyring::default();
        if let Some(reference) = &object.spec.secret_ref {
            let name = &reference.name;
            let secret = self.secrets.get(name).await.map_err(|error| Missing {
                problem: format!(
                    "failed to get secret '{}/{name}': {}",
                    self.namespace,
                    told(&error)
                ),
                trace: Some(Told::new(
                    Reason::AuthenticationFailed,
                    format!("auth secret '{name}' not found"),
                )),
            })?;
            self.add(&mut keyring, secret)?;
        }
        if let Some(account) = &object.spec.service_account_name {
            for name in self.pull_secrets(account).await? {
                let secret = self.secret(&name).await.map_err(|problem| {
                    Missing::from(format!(
                        "failed to get image pull secret for serviceaccount '{}/{account}': {problem}",
                        self.namespace
                    ))
                })?;
                self.add(&mut keyring, secret)?;
            }
        }
        Ok(keyring)
    }

    fn add(&self, keyring: &mut Keyring, secret: Secret) -> Result<(), Missing> {
        let name = secret.metadata.name.clone().unwrap_or_default();
        let r#type = secret.type_.clone().unwrap_or_default();
        keyring
            .add_secret(&r#type, &data(secret))
            .map_err(|error| format!("secret '{}/{name}': {error}", self.namespace).into())
    }

    async fn pull_secrets(&self, account: &str) -> Result<Vec<String>, Missing> {
        let found = self.accounts.get(account).await;
        let found = found.map_err(|error| self.told("serviceaccount", account, &error))?;
        let references = found.image_pull_secrets.unwrap_or_default().into_iter();
        Ok(references.map(|reference| reference.name).collect())
    }

    async fn secret(&self, name: &str) -> Result<Secret, String> {
        let found = self.secrets.get(name).await;
        found.map_err(|error| self.told("secret", name, &error))
    }

    fn told(&self, kind: &str, name: &str, error: &kube::Error) -> String {
        let namespace = self.namespace;
        match error {
            kube::Error::Api(status) if status.code == 404 => {
                format!("{kind} '{namespace}/{name}' not found")
            }
            other => format!("failed to get {kind} '{namespace}/{name}': {}", told(other)),
        }
    }
}

impl From<String> for Missing {
    fn from(problem: String) -> Self {
        Self {
            problem,
            trace: None,
        }
    }
}

fn data(secret: Secret) -> BTreeMap<String, Vec<u8>> {
    let data = secret.data.unwrap_or_default().into_iter();
    data.map(|(key, value)| (key, value.0)).collect()
}

/// What the server says, without the client's frame.
fn told(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => rheostat_upstream::failure::chain(other),
    }
}

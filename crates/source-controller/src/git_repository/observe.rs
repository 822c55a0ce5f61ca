//! What is read from the cluster: the Secret that the spec names. Secrets
//! are read when they are needed and not kept.

use std::fmt;

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client};
use rheostat_api::{GitRepository, Reason};
use rheostat_upstream::credentials::SecretData;

use super::plan::Desired;
use crate::source::Halt;

/// What the plan needs besides the object.
#[derive(Clone)]
pub struct Observed {
    /// The spec as far as it stands on its own.
    pub(super) desired: Desired,
    /// The data of the Secret; empty without one.
    pub(super) secret: SecretData,
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("desired", &self.desired)
            .finish_non_exhaustive()
    }
}

/// Reads the Secret, once the spec has turned out to make sense.
pub(super) async fn observe(client: &Client, object: &GitRepository) -> Result<Observed, Halt> {
    let desired = Desired::parse(&object.spec)?;
    let Some(reference) = &object.spec.secret_ref else {
        return Ok(Observed {
            desired,
            secret: SecretData::new(),
        });
    };
    let secrets: Api<Secret> = Api::namespaced(client.clone(), object.namespace());
    let secret = secrets.get(&reference.name).await.map_err(|error| {
        Halt::fetch_failed(
            Reason::AuthenticationFailed,
            format!(
                "failed to get secret '{}/{}': {}",
                object.namespace(),
                reference.name,
                told(&error)
            ),
        )
    })?;
    let data = secret.data.unwrap_or_default();
    Ok(Observed {
        desired,
        secret: data
            .into_iter()
            .map(|(key, value)| (key, value.0))
            .collect(),
    })
}

/// What the server says, without the client's frame.
fn told(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => rheostat_upstream::failure::chain(other),
    }
}

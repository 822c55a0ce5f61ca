//! What is read from the cluster: the Secret that the spec names.

use std::fmt;

use kube::Client;
use rheostat_api::{GitRepository, Reason};
use rheostat_upstream::credentials::SecretData;

use super::plan::Desired;
use crate::secret;
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
    let secret = secret::read(client, object.namespace(), &reference.name);
    let secret = secret.await.map_err(|problem| {
        Halt::fetch_failed(
            Reason::AuthenticationFailed,
            format!(
                "failed to get secret '{}/{}': {problem}",
                object.namespace(),
                reference.name,
            ),
        )
    })?;
    Ok(Observed { desired, secret })
}

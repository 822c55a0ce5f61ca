//! Reading the Secrets that a spec names. They are read when they are needed
//! and not kept.

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client};
use rheostat_upstream::credentials::SecretData;

/// The data of a Secret.
///
/// # Errors
/// What the server says, without the client's frame.
pub(crate) async fn read(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<SecretData, String> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let secret = secrets.get(name).await.map_err(|error| match error {
        kube::Error::Api(status) => status.message,
        other => rheostat_upstream::failure::chain(&other),
    })?;
    let data = secret.data.unwrap_or_default().into_iter();
    Ok(data.map(|(key, value)| (key, value.0)).collect())
}

//! Acting as somebody else: requests that the API server takes for those of a service account.
//!
//! The client underneath sends them, so that its credentials, bounds and guard stay in force; the server has to allow it to
//! impersonate.

use http::HeaderValue;
use http::header::HeaderName;
use kube::Client;
use kube::client::Body;

/// Names whom a request is made as.
const IMPERSONATE_USER: HeaderName = HeaderName::from_static("impersonate-user");

/// A name that cannot be that of a service account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no name of a service account")]
pub struct AccountError {
    name: String,
}

/// A client whose requests are made as a service account.
///
/// # Errors
/// When the names cannot stand in a header.
pub(crate) fn as_service_account(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<Client, AccountError> {
    let user = format!("system:serviceaccount:{namespace}:{name}");
    let user = HeaderValue::from_str(&user).map_err(|_| AccountError {
        name: name.to_owned(),
    })?;
    let inner = client.clone();
    let service = tower::service_fn(move |mut request: http::Request<Body>| {
        let (inner, user) = (inner.clone(), user.clone());
        request.headers_mut().insert(IMPERSONATE_USER, user);
        async move { inner.send(request).await }
    });
    Ok(Client::new(service, client.default_namespace()))
}

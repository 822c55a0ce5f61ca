//! Which version of Kubernetes the server is.

use http::Method;
use serde::Deserialize;

use crate::access::{AccessError, Cluster, request};

/// The version of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerVersion {
    /// The first number.
    pub major: String,
    /// The second number, which some providers follow with a plus sign.
    pub minor: String,
    /// The whole version with a leading `v`, and whatever the provider adds.
    pub git_version: String,
}

impl Cluster {
    /// Asks the server for its version, which is also the cheapest way to learn whether it answers.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn version(&self) -> Result<ServerVersion, AccessError> {
        self.send(request(Method::GET, "/version", None, Vec::new())?)
            .await
    }
}

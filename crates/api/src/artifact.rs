//! The artifact contract: what a source tells those who consume it, and the only thing that they share.
//!
//! Deliberately absent: how revisions are composed and artifacts are stored, fetched and verified.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The key of [`Artifact::metadata`] that holds the revision of what the artifact was made from, by the name that the
/// OCI image specification gives it.
pub const ORIGIN_REVISION: &str = "org.opencontainers.image.revision";

/// The bytes that a source offers, named so that a consumer can fetch and verify them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// The algorithm and the checksum of the file, in the form `<algorithm>:<checksum>`.
    #[schemars(regex(pattern = r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$"))]
    pub digest: String,

    /// When the artifact was last made, in whole seconds.
    pub last_update_time: Time,

    /// What upstream says about the revision, such as the annotations of an OCI manifest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,

    /// The file's path below the root of the storage, such as `gitrepository/default/podinfo/<commit>.tar.gz`.
    pub path: String,

    /// What upstream calls this state, such as a branch and a commit, a chart version or a digest.
    pub revision: String,

    /// The size of the file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,

    /// The HTTP address of the file.
    pub url: String,
}

impl Artifact {
    /// The revision of what this artifact was made from, where the source knows it.
    pub fn origin_revision(&self) -> Option<&str> {
        self.metadata.get(ORIGIN_REVISION).map(String::as_str)
    }

    /// Whether both name the same state of upstream.
    pub fn has_revision(&self, revision: &str) -> bool {
        self.revision == revision
    }
}

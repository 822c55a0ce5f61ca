//! What status remembers of the revisions of a release.
//!
//! Deliberately absent: how the digests are made, which the controller does.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;

/// One revision of a release, as the controller left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The action that led to this state of the revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,

    /// The version of the rules by which the digest was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,

    /// The version of what the chart holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,

    /// The name of the chart.
    pub chart_name: String,

    /// The version of the chart.
    pub chart_version: String,

    /// The digest of the values, in the form `<algorithm>:<checksum>`.
    pub config_digest: String,

    /// When the release was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Time>,

    /// The digest of the revision as it is stored, in the form `<algorithm>:<checksum>`.
    pub digest: String,

    /// When the release was first deployed.
    pub first_deployed: Time,

    /// When this revision was deployed.
    pub last_deployed: Time,

    /// The name of the release.
    pub name: String,

    /// The namespace of the release.
    pub namespace: String,

    /// The digest of the OCI artifact that the chart was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oci_digest: Option<String>,

    /// The state of the revision, as Helm names it.
    pub status: String,

    /// How the tests fared. Present, and perhaps empty, once they were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_hooks: Option<BTreeMap<String, Option<TestHookStatus>>>,

    /// The number of the revision.
    #[schemars(schema_with = "schema::number")]
    pub version: i64,
}

/// How a test fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestHookStatus {
    /// When the test was last completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_completed: Option<Time>,

    /// When the test was last started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_started: Option<Time>,

    /// The state of the test, as Helm names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
}

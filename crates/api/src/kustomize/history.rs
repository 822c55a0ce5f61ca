//! The history: the last builds that were applied.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::schema;

/// One build and how it fared. Builds with the same digest and the same outcome are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The digest of the manifests that were built.
    pub digest: String,

    /// When the build was first applied.
    pub first_reconciled: Time,

    /// When the build was last applied.
    pub last_reconciled: Time,

    /// How long the last reconcile took.
    #[schemars(schema_with = "schema::text")]
    pub last_reconciled_duration: Duration,

    /// The reason with which the last reconcile ended.
    #[schemars(schema_with = "schema::text")]
    pub last_reconciled_status: Reason,

    /// The revision of the source, and of what the source was made from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,

    /// How many reconciles ended with this build and this outcome.
    pub total_reconciliations: i64,
}

//! What is done about objects of a release that somebody else changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kustomize::rollout::IgnoreRule;
use crate::wire_enum::wire_enum;

/// How drift is looked for, and what is done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftDetection {
    /// The fields of objects that others may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreRule>,

    /// Whether drift is corrected, told of, or not looked for. Without it, the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<DriftDetectionMode>,
}

wire_enum! {
    /// What is done about drift.
    pub enum DriftDetectionMode {
        /// It is told of and corrected.
        Enabled = "enabled",
        /// It is told of.
        Warn = "warn",
        /// It is not looked for.
        Disabled = "disabled",
    }
}

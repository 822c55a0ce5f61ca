//! Where values of a release come from besides the spec.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire_enum::wire_enum;

/// An entry of a ConfigMap or Secret in the same namespace that holds values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValuesReference {
    /// ConfigMap or Secret.
    pub kind: ValuesReferenceKind,

    /// Whether the value is taken as it is, instead of in the grammar of `helm --set`.
    /// Only heeded with a target path.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub literal: bool,

    /// The name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,

    /// Whether the object, or the entry, may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,

    /// The path of the one value that the entry is. Without it, the entry is a YAML document of values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 250),
        regex(pattern = r"^([a-zA-Z0-9_\-.\\\/]|\[[0-9]{1,5}\])+$")
    )]
    pub target_path: Option<String>,

    /// The key of the entry. Without it, `values.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253), regex(pattern = r"^[\-._a-zA-Z0-9]+$"))]
    pub values_key: Option<String>,
}

wire_enum! {
    /// The kinds of object that can hold values.
    pub enum ValuesReferenceKind {
        /// A Secret.
        Secret = "Secret",
        /// A ConfigMap.
        ConfigMap = "ConfigMap",
    }
}

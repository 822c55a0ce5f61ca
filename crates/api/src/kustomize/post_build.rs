//! What happens to manifests around the build: decryption and variable substitution.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalObjectReference;
use crate::wire_enum::wire_enum;

/// How to decrypt Secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decryption {
    /// The format of encrypted documents.
    pub provider: DecryptionProvider,

    /// The Secret with the private keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,

    /// The ServiceAccount whose workload identity may ask a key management service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
}

wire_enum! {
    /// The format of encrypted documents.
    pub enum DecryptionProvider {
        /// SOPS.
        Sops = "sops",
    }
}

/// What to do with the manifests between the build and the apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostBuild {
    /// Variables and their values. They override those of substituteFrom.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub substitute: BTreeMap<String, String>,

    /// ConfigMaps and Secrets whose entries are variables. Later ones override earlier ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitute_from: Vec<SubstituteReference>,

    /// Whether to substitute even where there are no variables. Without it, `WithVariables`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute_strategy: Option<SubstituteStrategy>,
}

/// A ConfigMap or Secret in the same namespace whose entries are variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubstituteReference {
    /// ConfigMap or Secret.
    pub kind: SubstituteReferenceKind,

    /// The name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,

    /// Whether the object may be missing.
    #[serde(default)]
    pub optional: bool,
}

wire_enum! {
    /// The kinds whose entries can be variables.
    pub enum SubstituteReferenceKind {
        /// A Secret.
        Secret = "Secret",
        /// A ConfigMap.
        ConfigMap = "ConfigMap",
    }
}

wire_enum! {
    /// When variables are substituted.
    pub enum SubstituteStrategy {
        /// Only where there is a variable at all.
        WithVariables = "WithVariables",
        /// Always, so that defaults in the manifests take effect.
        Always = "Always",
    }
}

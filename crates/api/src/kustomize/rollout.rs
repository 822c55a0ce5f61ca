//! After whom, where, and under which rules a Kustomization applies and deletes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overlay::Selector;
use crate::reference::{LocalObjectReference, SecretKeyReference};
use crate::wire_enum::wire_enum;

/// Another Kustomization that must be ready first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DependencyReference {
    /// The name of the Kustomization.
    pub name: String,

    /// The namespace of the Kustomization. Without it, that of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,

    /// A CEL expression over `self` and `dep` that says whether the dependency is ready.
    /// It takes the place of the built-in check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_expr: Option<String>,
}

/// Where the access to another cluster is described.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    {
        "message": "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified",
        "rule": "has(self.configMapRef) || has(self.secretRef)",
    },
    {
        "message": "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified",
        "rule": "!has(self.configMapRef) || !has(self.secretRef)",
    },
]))]
pub struct KubeConfigReference {
    /// The ConfigMap that names a provider, whose identity gives access, and the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_ref: Option<LocalObjectReference>,

    /// The Secret with a kubeconfig. Without a key, the entry `value` or `value.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretKeyReference>,
}

wire_enum! {
    /// What is deleted together with a Kustomization.
    pub enum DeletionPolicy {
        /// What it applied, if it prunes.
        MirrorPrune = "MirrorPrune",
        /// What it applied.
        Delete = "Delete",
        /// What it applied, and the Kustomization goes last.
        WaitForTermination = "WaitForTermination",
        /// Nothing.
        Orphan = "Orphan",
    }
}

/// How to judge the health of the objects of one kind, or of one API group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomHealthCheck {
    /// The group and version of the objects. The version is not heeded.
    pub api_version: String,

    /// A CEL expression that is true when an object is healthy.
    pub current: String,

    /// A CEL expression that is true when an object will not become healthy by waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,

    /// A CEL expression that is true when an object is not healthy yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_progress: Option<String>,

    /// The kind of the objects. Without it, all kinds of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Fields of applied objects that others may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreRule {
    /// JSON pointers (RFC 6901) to the fields.
    pub paths: Vec<String>,

    /// The objects that the rule is for. Without it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Selector>,
}

//! What is laid over the manifests of a chart before they are released.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kustomize::overlay::{Image, Patch};
use crate::wire_enum::wire_enum;

/// One step over the manifests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostRenderer {
    /// Patches and images as kustomize knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kustomize: Option<Kustomize>,
}

/// Patches and images as kustomize knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kustomize {
    /// Patches: strategic-merge or JSON 6902, in YAML.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,

    /// Names, tags and digests to replace those of container images with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

wire_enum! {
    /// What goes through the post-renderers, and together with what.
    pub enum PostRenderStrategy {
        /// Templates only; hooks stay as they are.
        NoHooks = "nohooks",
        /// Templates and hooks, together.
        Combined = "combined",
        /// Templates and hooks, one after the other.
        Separate = "separate",
    }
}

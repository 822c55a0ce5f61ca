//! The inventory: which objects a Kustomization applied.
//!
//! Deliberately absent: how an id is composed and read, which the applying side does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The objects that a Kustomization applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceInventory {
    /// One entry for each object, in the order in which they were applied.
    pub entries: Vec<ResourceRef>,
}

/// One object that was applied.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ResourceRef {
    /// Namespace, name, group and kind, in the form `<namespace>_<name>_<group>_<kind>`.
    pub id: String,

    /// The API version with which the object was applied.
    #[serde(rename = "v")]
    pub version: String,
}

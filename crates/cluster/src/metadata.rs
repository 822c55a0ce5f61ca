//! The part of an object that every answer carries and that decisions rest on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An answer of which only the metadata is read; the rest is skipped while parsing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ObjectHead {
    /// The object's metadata.
    #[serde(default)]
    pub metadata: Metadata,
}

/// Metadata as far as it is looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Name of the object.
    pub name: String,
    /// Namespace; absent for cluster-scoped objects.
    pub namespace: Option<String>,
    /// Identity of this incarnation; made up by a dry-run that would create.
    pub uid: Option<String>,
    /// Absent in the answer of a dry-run that would create.
    pub resource_version: Option<String>,
    /// Set while the object waits for its finalizers.
    pub deletion_timestamp: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Who owns which fields.
    pub managed_fields: Vec<ManagedFields>,
}

/// One entry of `metadata.managedFields`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedFields {
    /// Version of the object that the fields belong to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub api_version: Option<String>,
    /// Always `FieldsV1` so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fields_type: Option<String>,
    /// The owned fields, as the server wrote them.
    #[serde(rename = "fieldsV1", skip_serializing_if = "Option::is_none", default)]
    pub fields_v1: Option<Box<RawValue>>,
    /// Name of the manager.
    #[serde(default)]
    pub manager: String,
    /// `Apply` or `Update`.
    #[serde(default)]
    pub operation: String,
    /// Set for entries that came by way of a subresource, such as `status`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subresource: Option<String>,
    /// When the entry last changed, in whole seconds of the server's clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
}

impl ManagedFields {
    /// Whether the entry is about the object itself rather than a subresource.
    pub fn is_main(&self) -> bool {
        self.subresource.as_deref().is_none_or(str::is_empty)
    }
}

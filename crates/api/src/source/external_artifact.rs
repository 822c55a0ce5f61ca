//! The kind `ExternalArtifact`: an artifact that somebody else's controller made.
//!
//! No controller of the toolkit reconciles it, so that its status has no generation and its spec no interval.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::condition::Condition;
use crate::reference::NamespacedObjectKindReference;
use crate::resource::{Kind, Object, PrinterColumn};

/// An artifact that somebody else's controller made.
pub type ExternalArtifact = Object<ExternalArtifactKind>;

/// Names the kind [`ExternalArtifact`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalArtifactKind;

impl Kind for ExternalArtifactKind {
    type Spec = ExternalArtifactSpec;
    type Status = ExternalArtifactStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "ExternalArtifact";
    const PLURAL: &'static str = "externalartifacts";
    const SINGULAR: &'static str = "externalartifact";
    const SHORT_NAMES: &'static [&'static str] = &["ea"];
    const CATEGORIES: &'static [&'static str] = super::CATEGORIES;
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn::AGE,
        PrinterColumn::READY,
        PrinterColumn::STATUS,
        PrinterColumn {
            name: "Source",
            kind: "string",
            json_path: ".spec.sourceRef.name",
        },
    ];
    const DESCRIPTION: &'static str = "An artifact that somebody else's controller made.";
    const OBSERVES_GENERATION: bool = false;
}

/// What the artifact was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalArtifactSpec {
    /// The object that the artifact was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<NamespacedObjectKindReference>,
}

/// The state of the artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalArtifactStatus {
    /// The last artifact that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,

    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

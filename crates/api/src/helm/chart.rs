//! Where the chart of a HelmRelease comes from.

use std::collections::BTreeMap;

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalObjectReference;
use crate::schema;
use crate::source::helm_chart::{ChartSourceKind, ReconcileStrategy};
use crate::source::registry::SignatureProvider;
use crate::wire_enum::wire_enum;

/// A HelmChart that the controller makes, and keeps, for a HelmRelease.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelmChartTemplate {
    /// What the HelmChart is marked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<HelmChartTemplateMetadata>,

    /// The HelmChart itself.
    pub spec: HelmChartTemplateSpec,
}

/// The marks of a HelmChart that the controller makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelmChartTemplateMetadata {
    /// Annotations of the HelmChart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,

    /// Labels of the HelmChart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// Which chart, of which version, from which source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelmChartTemplateSpec {
    /// The name of the chart in a Helm repository, or its path in another source.
    #[schemars(length(min = 1, max = 2048))]
    pub chart: String,

    /// Whether values files that do not exist are left out, instead of failing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_missing_values_files: bool,

    /// The time between two looks at the source. Without it, the interval of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub interval: Option<Duration>,

    /// What makes a new artifact: another version of the chart, or any revision of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "ChartVersion"))]
    pub reconcile_strategy: Option<ReconcileStrategy>,

    /// The source of the chart.
    pub source_ref: ChartSourceReference,

    /// Values files of the chart that make up its default values, later ones over earlier ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values_files: Vec<String>,

    /// How the signature of the chart is verified. Only for charts of OCI registries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<ChartVerification>,

    /// The version, or a range of versions. Not heeded for charts from Git repositories and buckets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "*"))]
    pub version: Option<String>,
}

/// The source of a chart, in this or another namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartSourceReference {
    /// The group and version of the source. Not heeded: the kind says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,

    /// The kind of the source.
    pub kind: ChartSourceKind,

    /// The name of the source.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,

    /// The namespace of the source. Without it, that of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
}

/// How the signature of a chart is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartVerification {
    /// The tool whose signatures are meant.
    #[schemars(extend("default" = "cosign"))]
    pub provider: SignatureProvider,

    /// The Secret with the trusted keys. Without it, signatures are verified keyless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
}

/// An object that offers the chart as its artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartReference {
    /// The group and version of the object. Not heeded: the kind says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,

    /// The kind of the object.
    pub kind: ChartReferenceKind,

    /// The name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,

    /// The namespace of the object. Without it, that of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
}

wire_enum! {
    /// The kinds of object that offer a chart.
    pub enum ChartReferenceKind {
        /// An OCI artifact.
        OciRepository = "OCIRepository",
        /// A HelmChart.
        HelmChart = "HelmChart",
        /// An artifact of somebody else's controller.
        ExternalArtifact = "ExternalArtifact",
    }
}

impl Default for ChartReferenceKind {
    /// No kind at all, as a reference without one has it.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

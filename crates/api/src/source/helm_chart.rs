//! The kind `HelmChart`: a chart of a repository, a registry, or another source, as an artifact.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::registry::{OidcIdentityMatch, SignatureProvider};
use crate::artifact::Artifact;
use crate::condition::Condition;
use crate::reference::LocalObjectReference;
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// A chart that is kept as an artifact.
pub type HelmChart = Object<HelmChartKind>;

/// Names the kind [`HelmChart`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmChartKind;

impl Kind for HelmChartKind {
    type Spec = HelmChartSpec;
    type Status = HelmChartStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "HelmChart";
    const PLURAL: &'static str = "helmcharts";
    const SINGULAR: &'static str = "helmchart";
    const SHORT_NAMES: &'static [&'static str] = &["hc"];
    const CATEGORIES: &'static [&'static str] = super::CATEGORIES;
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn {
            name: "Chart",
            kind: "string",
            json_path: ".spec.chart",
        },
        PrinterColumn {
            name: "Version",
            kind: "string",
            json_path: ".spec.version",
        },
        PrinterColumn {
            name: "Source Kind",
            kind: "string",
            json_path: ".spec.sourceRef.kind",
        },
        PrinterColumn {
            name: "Source Name",
            kind: "string",
            json_path: ".spec.sourceRef.name",
        },
        PrinterColumn::AGE,
        PrinterColumn::READY,
        PrinterColumn::STATUS,
    ];
    const DESCRIPTION: &'static str = "A chart that is kept as an artifact.";
}

/// The chart, where to find it, and which of its values to override.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "message": "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
    "rule": "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
}]))]
pub struct HelmChartSpec {
    /// The name of the chart in a HelmRepository, or its path in another source.
    pub chart: String,

    /// Whether values files that are not there are left out, instead of failing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_missing_values_files: bool,

    /// How often to look for a new version.
    #[schemars(schema_with = "schema::interval")]
    pub interval: Duration,

    /// What makes a new artifact of a chart in another source than a HelmRepository.
    #[serde(default)]
    pub reconcile_strategy: ReconcileStrategy,

    /// The source of the chart.
    pub source_ref: LocalHelmChartSourceReference,

    /// Whether to leave the object alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// Values files whose merge, later ones over earlier ones, takes the place of the chart's values.yaml.
    /// Their paths are relative to the chart in a HelmRepository, and to the root of another source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values_files: Vec<String>,

    /// The signatures to ask for before the artifact is changed. For registries only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<HelmChartVerification>,

    /// A range of versions; the highest in it is taken. Not heeded with another source than a HelmRepository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::chart_version")]
    pub version: Option<String>,
}

wire_enum! {
    /// What makes a new artifact of a chart.
    #[derive(Default)]
    pub enum ReconcileStrategy {
        /// Another version in its Chart.yaml.
        #[default]
        ChartVersion = "ChartVersion",
        /// Another revision of its source.
        Revision = "Revision",
    }
}

/// A source of charts in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalHelmChartSourceReference {
    /// The group and version of the source. Not heeded: the kind says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,

    /// The kind of the source.
    pub kind: ChartSourceKind,

    /// The name of the source.
    pub name: String,
}

wire_enum! {
    /// The kinds of source that a chart can be in.
    pub enum ChartSourceKind {
        /// A chart repository or a registry.
        HelmRepository = "HelmRepository",
        /// A Git repository.
        GitRepository = "GitRepository",
        /// A bucket of an object storage.
        Bucket = "Bucket",
    }
}

impl Default for ChartSourceKind {
    /// No kind at all, as an object without a spec has it.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// The signatures to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["provider"]))]
pub struct HelmChartVerification {
    /// Who may have signed without a key. Any one suffices; without any, everybody may.
    #[serde(
        default,
        rename = "matchOIDCIdentity",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub match_oidc_identity: Vec<OidcIdentityMatch>,

    /// The tool that signed.
    #[serde(default)]
    pub provider: SignatureProvider,

    /// The Secret with the public keys, or certificates and trust policy, of those who may sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
}

/// The state of the artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelmChartStatus {
    /// The last chart that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,

    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,

    /// The value of the annotation reconcile.fluxcd.io/requestedAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,

    /// The name of the chart that was last found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_chart_name: Option<String>,

    /// The generation of the object that the status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::integer")]
    pub observed_generation: Option<i64>,

    /// The revision of the source's artifact that was last looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_source_artifact_revision: Option<String>,

    /// The values files that were there, where those that are not are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed_values_files: Vec<String>,

    /// The address under which the newest chart is always found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ReconciledSpec for HelmChartSpec {
    fn interval(&self) -> Duration {
        self.interval
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(HelmChartStatus);

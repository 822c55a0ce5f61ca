//! The kind `HelmRelease`: a chart that is kept released.
//!
//! The fields of the spec that form a topic of their own stand in the neighbouring modules.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::{Install, Rollback, Test, Uninstall, Upgrade};
use super::chart::{ChartReference, HelmChartTemplate};
use super::drift::DriftDetection;
use super::post_render::{PostRenderStrategy, PostRenderer};
use super::snapshot::Snapshot;
use super::values::ValuesReference;
use crate::condition::Condition;
use crate::kustomize::inventory::ResourceInventory;
use crate::kustomize::overlay::CommonMetadata;
use crate::kustomize::rollout::{CustomHealthCheck, DependencyReference, KubeConfigReference};
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// A chart that is kept released.
pub type HelmRelease = Object<HelmReleaseKind>;

/// Names the kind [`HelmRelease`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmReleaseKind;

impl Kind for HelmReleaseKind {
    type Spec = HelmReleaseSpec;
    type Status = HelmReleaseStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v2";
    const KIND: &'static str = "HelmRelease";
    const PLURAL: &'static str = "helmreleases";
    const SINGULAR: &'static str = "helmrelease";
    const SHORT_NAMES: &'static [&'static str] = &["hr"];
    const CATEGORIES: &'static [&'static str] = &["all", "fluxcd", "fluxcd-appliers"];
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn::AGE,
        PrinterColumn::READY,
        PrinterColumn::STATUS,
    ];
    const DESCRIPTION: &'static str = "A chart that is kept released.";
}

/// The chart, its values, and how to bring them to a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "message": "either chart or chartRef must be set",
    "rule": "(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))",
}]))]
pub struct HelmReleaseSpec {
    /// The HelmChart that is made for this release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<HelmChartTemplate>,

    /// The object whose artifact is the chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart_ref: Option<ChartReference>,

    /// Labels and annotations to set on everything that is released. They override those of the chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,

    /// The HelmReleases that must be ready before this one is released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<DependencyReference>,

    /// What is done about objects of the release that somebody else changed. Without it, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_detection: Option<DriftDetection>,

    /// How to judge the health of custom resources, by CEL expressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_check_exprs: Vec<CustomHealthCheck>,

    /// How the release is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<Install>,

    /// The time between two reconciles.
    #[schemars(schema_with = "schema::interval")]
    pub interval: Duration,

    /// The cluster to release on. Without it, this one. With a service account as well, that
    /// account is impersonated on the other cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_config: Option<KubeConfigReference>,

    /// How many revisions Helm keeps; 0 for all of them. Without it, five.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::number")]
    pub max_history: Option<i64>,

    /// Whether one client serves all steps of a reconcile. Without it, it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_client: Option<bool>,

    /// What goes through the post-renderers, and together with what. Without it, `combined`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_render_strategy: Option<PostRenderStrategy>,

    /// Steps over the manifests of the chart, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_renderers: Vec<PostRenderer>,

    /// The name of the release. Without it, `[<target namespace>-]<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 53))]
    pub release_name: Option<String>,

    /// How the release is rolled back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,

    /// The ServiceAccount to impersonate, in the namespace of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub service_account_name: Option<String>,

    /// The namespace in which Helm keeps its records. Without it, that of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub storage_namespace: Option<String>,

    /// Whether to leave the release alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// The namespace to release into. Without it, that of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub target_namespace: Option<String>,

    /// How the release is tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,

    /// How long a single operation may take. Without it, five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,

    /// How the release is uninstalled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uninstall: Option<Uninstall>,

    /// How the release is upgraded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Upgrade>,

    /// The values. They override those of `valuesFrom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::anything")]
    pub values: Option<Value>,

    /// ConfigMaps and Secrets with values, later ones over earlier ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values_from: Vec<ValuesReference>,

    /// How objects are waited for. Without it, by the rules of kstatus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_strategy: Option<WaitStrategy>,
}

/// How objects are waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitStrategy {
    /// By which rules.
    pub name: WaitStrategyName,
}

wire_enum! {
    /// The rules by which objects are waited for.
    pub enum WaitStrategyName {
        /// Those of kstatus.
        Poller = "poller",
        /// Those of Helm 3.
        Legacy = "legacy",
    }
}

/// What was released, and how it fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelmReleaseStatus {
    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,

    /// How often an action failed since the chart, the values or the spec last changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "schema::integer")]
    pub failures: i64,

    /// The HelmChart that was made for this release, as `<namespace>/<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helm_chart: Option<String>,

    /// The revisions of the release that the controller made, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Snapshot>,

    /// How often an install failed since the chart, the values or the spec last changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "schema::integer")]
    pub install_failures: i64,

    /// The objects of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<ResourceInventory>,

    /// The digest of the values that were last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_config_digest: Option<String>,

    /// The generation that was last tried.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "schema::integer")]
    pub last_attempted_generation: i64,

    /// The last action that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_release_action: Option<ReleaseAction>,

    /// How long the last action took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::text")]
    pub last_attempted_release_action_duration: Option<Duration>,

    /// The version of the chart that was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_revision: Option<String>,

    /// The digest of the OCI artifact that was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_revision_digest: Option<String>,

    /// The SHA-1 of the values that were last tried. Only older versions wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_values_checksum: Option<String>,

    /// The value of the annotation reconcile.fluxcd.io/forceAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_force_at: Option<String>,

    /// The value of the annotation reconcile.fluxcd.io/requestedAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,

    /// The value of the annotation reconcile.fluxcd.io/resetAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reset_at: Option<String>,

    /// The number of the last revision. Only older versions wrote it.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "schema::number")]
    pub last_release_revision: i64,

    /// The digest of the common metadata that was last released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_common_metadata_digest: Option<String>,

    /// The generation of the object that was last reconciled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::integer")]
    pub observed_generation: Option<i64>,

    /// The digest of the post-renderers that were last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_post_renderers_digest: Option<String>,

    /// The namespace in which Helm keeps the records of this release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub storage_namespace: Option<String>,

    /// How often an upgrade failed since the chart, the values or the spec last changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(schema_with = "schema::integer")]
    pub upgrade_failures: i64,
}

wire_enum! {
    /// An action that makes a revision.
    pub enum ReleaseAction {
        /// The release was installed.
        Install = "install",
        /// The release was upgraded.
        Upgrade = "upgrade",
    }
}

/// Whether a counter is left out, as Go leaves it out.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl ReconciledSpec for HelmReleaseSpec {
    fn interval(&self) -> Duration {
        self.interval
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(HelmReleaseStatus);

//! The kind `Kustomization`: manifests of a source, built and kept applied.
//!
//! The fields of the spec that form a topic of their own stand in the neighbouring modules.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::Snapshot;
use super::inventory::ResourceInventory;
use super::overlay::{BuildMetadata, CommonMetadata, Image, Patch};
use super::post_build::{Decryption, PostBuild};
use super::rollout::{
    CustomHealthCheck, DeletionPolicy, DependencyReference, IgnoreRule, KubeConfigReference,
};
use crate::condition::Condition;
use crate::reference::NamespacedObjectKindReference;
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// Manifests of a source that are built and kept applied.
pub type Kustomization = Object<KustomizationKind>;

/// Names the kind [`Kustomization`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KustomizationKind;

impl Kind for KustomizationKind {
    type Spec = KustomizationSpec;
    type Status = KustomizationStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "Kustomization";
    const PLURAL: &'static str = "kustomizations";
    const SINGULAR: &'static str = "kustomization";
    const SHORT_NAMES: &'static [&'static str] = &["ks"];
    const CATEGORIES: &'static [&'static str] = &["all", "fluxcd", "fluxcd-appliers"];
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn::AGE,
        PrinterColumn::READY,
        PrinterColumn::STATUS,
    ];
    const DESCRIPTION: &'static str = "Manifests of a source that are built and kept applied.";
}

/// The source, how to build what is in it, and where and how to apply the result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the contract, independent of the others"
)]
pub struct KustomizationSpec {
    /// What kustomize should note on the objects that it builds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub build_metadata: Vec<BuildMetadata>,

    /// Labels and annotations to set on everything that is applied. They override those of the manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,

    /// Paths of kustomize components to add to the build, relative to the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,

    /// How to decrypt Secrets before they are applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decryption: Option<Decryption>,

    /// What to delete when this object is deleted. Without it, `MirrorPrune`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,

    /// The Kustomizations that must be ready before this one is applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<DependencyReference>,

    /// Whether objects are deleted and created again when a change of them is refused.
    #[serde(default)]
    pub force: bool,

    /// How to judge the health of custom resources, by CEL expressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_check_exprs: Vec<CustomHealthCheck>,

    /// The objects that must become healthy before this one is ready. Not heeded while `wait` is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<NamespacedObjectKindReference>,

    /// The fields of applied objects that others may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreRule>,

    /// Whether to leave out components whose path does not exist, instead of failing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_missing_components: bool,

    /// Names, tags and digests to replace those of container images with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,

    /// The time between two reconciles.
    #[schemars(schema_with = "schema::interval")]
    pub interval: Duration,

    /// The cluster to apply to. Without it, this one. With a service account as well, that
    /// account is impersonated on the other cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_config: Option<KubeConfigReference>,

    /// What to put before the names of all objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub name_prefix: Option<String>,

    /// What to put behind the names of all objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub name_suffix: Option<String>,

    /// Patches to add to the build: strategic-merge or JSON 6902, in YAML.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,

    /// The directory to build, with a kustomization file or with plain manifests.
    /// Without it, the root of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,

    /// What to do with the manifests between the build and the apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_build: Option<PostBuild>,

    /// Whether to delete objects that were applied and are not in the build any more.
    pub prune: bool,

    /// The time until a failed reconcile is tried again. Without it, the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub retry_interval: Option<Duration>,

    /// The ServiceAccount to impersonate, in the namespace of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,

    /// The source of the manifests.
    pub source_ref: CrossNamespaceSourceReference,

    /// Whether to leave the object, and what it applied, alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// The namespace to put all namespaced objects into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub target_namespace: Option<String>,

    /// How long health checks may take. Without it, the interval less 30 seconds; never below 30 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,

    /// Whether everything that is applied must become healthy before this object is ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wait: bool,
}

/// A source in this or another namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CrossNamespaceSourceReference {
    /// The group and version of the source. Not heeded: the kind says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,

    /// The kind of the source.
    pub kind: SourceKind,

    /// The name of the source.
    pub name: String,

    /// The namespace of the source. Without it, that of the Kustomization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

wire_enum! {
    /// The kinds of source that a Kustomization can be built from.
    pub enum SourceKind {
        /// An OCI artifact.
        OciRepository = "OCIRepository",
        /// A Git repository.
        GitRepository = "GitRepository",
        /// A bucket of an object storage.
        Bucket = "Bucket",
        /// An artifact of somebody else's controller.
        ExternalArtifact = "ExternalArtifact",
    }
}

impl Default for SourceKind {
    /// No kind at all, as an object without a spec has it.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// What was applied, and how it fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KustomizationStatus {
    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,

    /// The last five builds that were applied, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Snapshot>,

    /// The objects that were applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<ResourceInventory>,

    /// The revision of what the source was made from, for the last revision that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_applied_origin_revision: Option<String>,

    /// The last revision of the source that was applied and became healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_applied_revision: Option<String>,

    /// The last revision of the source that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_revision: Option<String>,

    /// The value of the annotation reconcile.fluxcd.io/requestedAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,

    /// The generation of the object that was last applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::integer")]
    pub observed_generation: Option<i64>,
}

impl ReconciledSpec for KustomizationSpec {
    fn interval(&self) -> Duration {
        self.interval
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(KustomizationStatus);

//! How a release is installed, upgraded, rolled back, tested and uninstalled.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::remediation::{
    InstallRemediation, InstallStrategy, UpgradeRemediation, UpgradeStrategy,
};
use crate::schema;
use crate::wire_enum::wire_enum;

/// How a release is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the contract, independent of the others"
)]
pub struct Install {
    /// What is done with the CRDs of the chart. Without it, `Create`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crds: Option<CrdsPolicy>,

    /// Whether the target namespace is created where it does not exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create_namespace: bool,

    /// Whether hooks are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_hooks: bool,

    /// Whether manifests are not checked against the schemas of the cluster.
    #[serde(
        default,
        skip_serializing_if = "std::ops::Not::not",
        rename = "disableOpenAPIValidation"
    )]
    pub disable_open_api_validation: bool,

    /// Whether values are not checked against the schema of the chart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_schema_validation: bool,

    /// Whether objects that exist already, and belong to no release or another one, are an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_take_ownership: bool,

    /// Whether the objects of the release need not become ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait: bool,

    /// Whether the jobs of the release need not complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait_for_jobs: bool,

    /// What is done after an install failed, and how often it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<InstallRemediation>,

    /// Whether the name of a release that was uninstalled, and whose history was kept, may be used again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,

    /// Whether objects are applied on the server's side. Without it, they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_side_apply: Option<bool>,

    /// Not heeded; `crds` says what is done with CRDs.
    #[serde(
        default,
        skip_serializing_if = "std::ops::Not::not",
        rename = "skipCRDs"
    )]
    pub skip_crds: bool,

    /// Whether a failed install is remediated or just tried again. Without it, the former.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<InstallStrategy>,

    /// How long a single operation may take. Without it, the timeout of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,
}

/// How a release is upgraded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the contract, independent of the others"
)]
pub struct Upgrade {
    /// What is done where the chart has another name than that of the release. Without it, the
    /// release is installed anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart_name_change_strategy: Option<ChartNameChangeStrategy>,

    /// Whether objects that a failed upgrade created are deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cleanup_on_fail: bool,

    /// What is done with the CRDs of the chart. Without it, `Create`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crds: Option<CrdsPolicy>,

    /// Whether hooks are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_hooks: bool,

    /// Whether manifests are not checked against the schemas of the cluster.
    #[serde(
        default,
        skip_serializing_if = "std::ops::Not::not",
        rename = "disableOpenAPIValidation"
    )]
    pub disable_open_api_validation: bool,

    /// Whether values are not checked against the schema of the chart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_schema_validation: bool,

    /// Whether objects that exist already, and belong to no release or another one, are an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_take_ownership: bool,

    /// Whether the objects of the release need not become ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait: bool,

    /// Whether the jobs of the release need not complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait_for_jobs: bool,

    /// Whether objects are replaced. Only heeded where objects are not applied on the server's side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,

    /// Whether the values of the last release stay where the new ones say nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preserve_values: bool,

    /// What is done after an upgrade failed, and how often it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<UpgradeRemediation>,

    /// Whether objects are applied on the server's side. Without it, as the release was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_side_apply: Option<ServerSideApplyMode>,

    /// Whether a failed upgrade is remediated or just tried again. Without it, the former.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<UpgradeStrategy>,

    /// How long a single operation may take. Without it, the timeout of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,
}

/// How a release is rolled back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the contract, independent of the others"
)]
pub struct Rollback {
    /// Whether objects that a failed rollback created are deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cleanup_on_fail: bool,

    /// Whether hooks are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_hooks: bool,

    /// Whether the objects of the release need not become ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait: bool,

    /// Whether the jobs of the release need not complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait_for_jobs: bool,

    /// Whether objects are replaced. Only heeded where objects are not applied on the server's side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,

    /// Not heeded: Helm does not recreate pods any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recreate: bool,

    /// Whether objects are applied on the server's side. Without it, as the target of the rollback was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_side_apply: Option<ServerSideApplyMode>,

    /// How long a single operation may take. Without it, the timeout of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,
}

/// How a release is uninstalled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Uninstall {
    /// What happens to objects that belong to a deleted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "background"))]
    pub deletion_propagation: Option<DeletionPropagation>,

    /// Whether hooks are left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_hooks: bool,

    /// Whether the objects of the release need not be gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_wait: bool,

    /// Whether the history of the release stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_history: bool,

    /// How long a single operation may take. Without it, the timeout of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,
}

/// How a release is tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    /// Whether the tests of the chart are run after an install or an upgrade.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enable: bool,

    /// Which tests are run. Without any, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<TestFilter>,

    /// Whether the release counts as good although a test failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_failures: bool,

    /// How long a single operation may take. Without it, the timeout of the HelmRelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub timeout: Option<Duration>,
}

/// A test that is, or is not, to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestFilter {
    /// Whether the test is left out, instead of being the one to run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude: bool,

    /// The name of the test.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

wire_enum! {
    /// What is done with the CRDs of a chart.
    pub enum CrdsPolicy {
        /// Nothing.
        Skip = "Skip",
        /// Those that do not exist are created.
        Create = "Create",
        /// Those that do not exist are created, and the others replaced.
        CreateReplace = "CreateReplace",
    }
}

wire_enum! {
    /// Whether objects are applied on the server's side.
    pub enum ServerSideApplyMode {
        /// They are.
        Enabled = "enabled",
        /// They are not.
        Disabled = "disabled",
        /// As they were before.
        Auto = "auto",
    }
}

wire_enum! {
    /// What is done where the chart has another name than that of the release.
    pub enum ChartNameChangeStrategy {
        /// The release is upgraded.
        InPlaceUpdate = "InPlaceUpdate",
        /// The release is uninstalled, and installed anew.
        Reinstall = "Reinstall",
    }
}

wire_enum! {
    /// What happens to objects that belong to a deleted one.
    pub enum DeletionPropagation {
        /// They are deleted afterwards.
        Background = "background",
        /// They are deleted before.
        Foreground = "foreground",
        /// They stay.
        Orphan = "orphan",
    }
}

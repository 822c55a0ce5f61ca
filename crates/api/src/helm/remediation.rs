//! What happens after a release failed.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What happens after a release failed.
    pub enum ActionStrategyName {
        /// It is remediated, and tried again as often as the remediation says.
        RemediateOnFailure = "RemediateOnFailure",
        /// It is tried again in an interval, without end.
        RetryOnFailure = "RetryOnFailure",
    }
}

/// What happens after an install failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "message": ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
    "rule": "!has(self.retryInterval) || self.name != 'RemediateOnFailure'",
}]))]
pub struct InstallStrategy {
    /// What happens.
    pub name: ActionStrategyName,

    /// The time until the next try. Without it, five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub retry_interval: Option<Duration>,
}

/// What happens after an upgrade failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "message": ".retryInterval can only be set when .name is 'RetryOnFailure'",
    "rule": "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
}]))]
pub struct UpgradeStrategy {
    /// What happens.
    pub name: ActionStrategyName,

    /// The time until the next try. Without it, five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub retry_interval: Option<Duration>,
}

/// How a failed install is remediated. The release is uninstalled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstallRemediation {
    /// Whether failed tests are no failure of the install. Without it, as the tests say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_test_failures: Option<bool>,

    /// Whether the last failure is remediated, too. Without it, it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediate_last_failure: Option<bool>,

    /// How often a failed install is tried again; a negative number for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::number")]
    pub retries: Option<i64>,
}

/// How a failed upgrade is remediated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpgradeRemediation {
    /// Whether failed tests are no failure of the upgrade. Without it, as the tests say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_test_failures: Option<bool>,

    /// Whether the last failure is remediated, too. Without it, it is where there are retries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediate_last_failure: Option<bool>,

    /// How often a failed upgrade is tried again; a negative number for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::number")]
    pub retries: Option<i64>,

    /// What the remediation is. Without it, a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RemediationStrategy>,
}

wire_enum! {
    /// How a failed upgrade is remediated.
    pub enum RemediationStrategy {
        /// The last good revision is released again.
        Rollback = "rollback",
        /// The release is uninstalled.
        Uninstall = "uninstall",
    }
}

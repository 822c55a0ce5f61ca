//! Conditions of our own kinds, which are complete.
//!
//! Deliberately absent: conditions of other kinds, which the health checks read; setting, sorting, truncating and
//! summarising conditions, which the controllers' runtime does.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::schema;
use crate::wire_enum::wire_enum;

/// One aspect of the state of an object, with every field that the toolkit prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// When the status, the reason or the message last changed, in whole seconds.
    pub last_transition_time: Time,

    /// What happened, for people. May be empty.
    #[schemars(length(max = 32768))]
    pub message: String,

    /// The generation of the object that the condition was set for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::generation")]
    pub observed_generation: Option<i64>,

    /// Why the condition has its status, as one word for programs.
    #[schemars(schema_with = "schema::condition_reason")]
    pub reason: Reason,

    /// Whether the condition holds: True, False or Unknown.
    pub status: ConditionStatus,

    /// The aspect that the condition speaks of.
    #[schemars(schema_with = "schema::condition_type")]
    pub r#type: ConditionType,
}

wire_enum! {
    /// Whether a condition holds.
    pub enum ConditionStatus {
        /// It holds.
        True = "True",
        /// It does not hold.
        False = "False",
        /// It is not known, or still being found out.
        Unknown = "Unknown",
    }
}

wire_enum! {
    /// The aspects of which the toolkit's conditions speak.
    pub enum ConditionType {
        /// The last reconcile brought the object to its desired state.
        Ready = "Ready",
        /// Work on the object is under way or will be retried. Present only while it holds.
        Reconciling = "Reconciling",
        /// No retry can help: the object or its surroundings must change. Present only while it holds.
        Stalled = "Stalled",
        /// What was applied passed its health checks.
        Healthy = "Healthy",
        /// The storage holds the artifact that the status names. Present only while it holds.
        ArtifactInStorage = "ArtifactInStorage",
        /// Upstream has another revision than the artifact. Present only while it holds.
        ArtifactOutdated = "ArtifactOutdated",
        /// Upstream could not be read. Present only while it holds.
        FetchFailed = "FetchFailed",
        /// The artifact could not be written to the storage. Present only while it holds.
        StorageOperationFailed = "StorageOperationFailed",
        /// The chart could not be built. Present only while it holds.
        BuildFailed = "BuildFailed",
        /// An included source has no artifact. Present only while it holds.
        IncludeUnavailable = "IncludeUnavailable",
        /// The signature of the source is one that was asked for.
        SourceVerified = "SourceVerified",
        /// The last install or upgrade of the release succeeded.
        Released = "Released",
        /// The tests of the release succeeded.
        TestSuccess = "TestSuccess",
        /// A failed release was rolled back or uninstalled.
        Remediated = "Remediated",
        /// Somebody else changed objects of the release.
        Drifted = "Drifted",
    }
}

impl Condition {
    /// Whether the condition is True.
    pub fn is_true(&self) -> bool {
        self.status == ConditionStatus::True
    }

    /// Whether the condition is False.
    pub fn is_false(&self) -> bool {
        self.status == ConditionStatus::False
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_prints_as_the_toolkit_prints_it() {
        let text = r#"{"lastTransitionTime":"2026-01-02T03:04:05Z","message":"Applied revision: main@sha1:1","observedGeneration":3,"reason":"ReconciliationSucceeded","status":"True","type":"Ready"}"#;
        let condition: Condition = serde_json::from_str(text).unwrap();
        assert_eq!(condition.r#type, ConditionType::Ready);
        assert_eq!(condition.reason, Reason::ReconciliationSucceeded);
        assert_eq!(serde_json::to_string(&condition).unwrap(), text);
    }

    #[test]
    fn unknown_words_survive_a_round_trip() {
        for word in ["Ready", "Sunny"] {
            assert_eq!(ConditionType::from(word).as_str(), word);
        }
        assert_eq!(
            ConditionType::from("Sunny"),
            ConditionType::Other("Sunny".to_owned())
        );
    }
}

//! Conditions: our own, which are complete, and those of others, which are read with leniency.
//!
//! Deliberately absent: setting, sorting, truncating and summarising conditions, which the controllers' runtime does.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// A condition of an object that other people's controllers write: any field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignCondition {
    /// The aspect; empty when missing.
    pub r#type: String,
    /// `True`, `False`, `Unknown`, or whatever the owner writes; empty when missing.
    pub status: String,
    /// One word; empty when missing.
    pub reason: String,
    /// Text for people; empty when missing.
    pub message: String,
    /// The generation that the condition was set for.
    pub observed_generation: Option<i64>,
}

impl ForeignCondition {
    /// The conditions in `status.conditions` of any object. Entries that are no objects, and fields of another type than
    /// they should have, count as missing.
    pub fn all_of(object: &Value) -> Vec<Self> {
        let conditions = object
            .pointer("/status/conditions")
            .and_then(Value::as_array);
        let entries = conditions
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        entries
            .map(|entry| {
                let text = |field: &str| {
                    entry
                        .get(field)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                Self {
                    r#type: text("type"),
                    status: text("status"),
                    reason: text("reason"),
                    message: text("message"),
                    observed_generation: entry.get("observedGeneration").and_then(Value::as_i64),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    #[test]
    fn conditions_of_others_may_lack_any_field() {
        let object = json!({ "status": { "conditions": [
            { "type": "Ready", "status": "True", "observedGeneration": 2 },
            "not an object",
            { "type": 5, "reason": null, "message": "half" },
        ] } });
        let read = ForeignCondition::all_of(&object);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].r#type.as_str(), read[0].observed_generation),
            ("Ready", Some(2))
        );
        assert_eq!(
            (read[1].r#type.as_str(), read[1].message.as_str()),
            ("", "half")
        );
        assert_eq!(
            ForeignCondition::all_of(&json!({ "status": "gone" })),
            vec![]
        );
    }
}

//! The rules of the kinds that have one, listed once.

pub(crate) mod job;
mod platform;
pub(crate) mod pod;
mod workload;

use jiff::Timestamp;
use serde_json::Value;

use crate::verdict::{Health, HealthError};

/// What the rule of a kind says, or `None` for a kind without a rule.
pub(crate) fn health(
    group: &str,
    kind: &str,
    object: &Value,
    now: Timestamp,
) -> Option<Result<Health, HealthError>> {
    let health = match (group, kind) {
        ("apps" | "extensions", "Deployment") => workload::deployment(object),
        ("apps" | "extensions", "ReplicaSet") => workload::replica_set(object),
        ("apps" | "extensions", "DaemonSet") => workload::daemon_set(object),
        ("apps", "StatefulSet") => Ok(workload::stateful_set(object)),
        ("", "Pod") => pod::health(object, now),
        ("", "PersistentVolumeClaim") => Ok(platform::persistent_volume_claim(object)),
        ("", "Service") => Ok(platform::service(object)),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            platform::custom_resource_definition(object)
        }
        ("", "ConfigMap" | "Secret") | ("batch", "CronJob") => {
            Ok(Health::current("always healthy"))
        }
        ("policy", "PodDisruptionBudget") => Ok(Health::current("the budget is in force")),
        _ => return None,
    };
    Some(health)
}

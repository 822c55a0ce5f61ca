//! Pods.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::fields::{Condition, conditions, text};
use crate::verdict::{Health, HealthError};

/// How long a new Pod may be unschedulable before it counts as failed, as in kstatus.
const SCHEDULING_GRACE: SignedDuration = SignedDuration::from_secs(15);

pub(super) fn health(object: &Value, now: Timestamp) -> Result<Health, HealthError> {
    let conditions = conditions(object)?;
    match text(object, "/status/phase") {
        "" => Ok(Health::in_progress("the Pod has no phase yet")),
        "Succeeded" => Ok(Health::current("the Pod has completed")),
        // A Pod that ran to its end is where it should be, even if its program failed.
        "Failed" => Ok(Health::current("the Pod has completed with a failure")),
        "Running" => Ok(running(object, &conditions)),
        "Pending" => Ok(pending(object, &conditions, now)),
        unknown => Err(HealthError::PodPhase(unknown.to_owned())),
    }
}

/// Whether the scheduler finds no node for a Pod. A node may appear, so this does not fail the set that the Pod is of.
pub(crate) fn is_unschedulable(conditions: &[Condition<'_>]) -> bool {
    conditions.iter().any(|condition| {
        condition.is("PodScheduled", "False") && condition.reason == "Unschedulable"
    })
}

fn running(object: &Value, conditions: &[Condition<'_>]) -> Health {
    if conditions
        .iter()
        .any(|condition| condition.is("Ready", "True"))
    {
        return Health::current("the Pod is ready");
    }
    let statuses = object
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array);
    let crashing: Vec<&str> = statuses
        .into_iter()
        .flatten()
        .filter(|status| text(status, "/state/waiting/reason") == "CrashLoopBackOff")
        .filter_map(|status| status.get("name").and_then(Value::as_str))
        .collect();
    if crashing.is_empty() {
        Health::in_progress("the Pod is running and not ready")
    } else {
        Health::failed(format!(
            "containers crash again and again: {}",
            crashing.join(", ")
        ))
    }
}

fn pending(object: &Value, conditions: &[Condition<'_>], now: Timestamp) -> Health {
    if !is_unschedulable(conditions) {
        return Health::in_progress("the Pod is pending");
    }
    // A Pod without a time of creation counts as old.
    let created = text(object, "/metadata/creationTimestamp").parse::<Timestamp>();
    let is_new = created.is_ok_and(|created| now.duration_since(created) < SCHEDULING_GRACE);
    if is_new {
        Health::in_progress("the Pod has not been scheduled yet")
    } else {
        Health::failed("no node takes the Pod")
    }
}

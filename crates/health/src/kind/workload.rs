//! Sets of Pods: Deployment, `ReplicaSet`, `DaemonSet`, `StatefulSet`.
//!
//! Each rule is a list of counts that must have been reached, asked in order.

use serde_json::Value;

use crate::fields::{conditions, number, strict_number, text};
use crate::verdict::{Health, HealthError};

/// The deadline with which the Deployment controller reports no progress: the largest number of 32 bits.
const NO_DEADLINE: i64 = i32::MAX as i64;

pub(super) fn deployment(object: &Value) -> Result<Health, HealthError> {
    // Without a deadline the controller writes no Progressing condition, and the counts alone decide.
    let mut is_progressing =
        number(object, "/spec/progressDeadlineSeconds", NO_DEADLINE) == NO_DEADLINE;
    let mut is_available = false;
    for condition in conditions(object)? {
        if condition.kind == "Progressing" && condition.reason == "ProgressDeadlineExceeded" {
            return Ok(Health::failed("the deadline for progress has passed"));
        }
        is_progressing |=
            condition.is("Progressing", "True") && condition.reason == "NewReplicaSetAvailable";
        is_available |= condition.is("Available", "True");
    }
    let wanted = number(object, "/spec/replicas", 1);
    let replicas = number(object, "/status/replicas", 0);
    let updated = number(object, "/status/updatedReplicas", 0);
    let counts = [
        reached("replicas", replicas, wanted),
        reached("updated replicas", updated, wanted),
        reached_down("replicas", replicas, wanted),
        reached(
            "available replicas",
            number(object, "/status/availableReplicas", 0),
            updated,
        ),
        reached(
            "ready replicas",
            number(object, "/status/readyReplicas", 0),
            wanted,
        ),
    ];
    Ok(
        first_missing(counts).unwrap_or_else(|| match (is_progressing, is_available) {
            (false, _) => Health::in_progress("the new ReplicaSet is not available"),
            (true, false) => Health::in_progress("the Deployment is not available"),
            (true, true) => Health::current(format!("{replicas} replicas are available")),
        }),
    )
}

pub(super) fn replica_set(object: &Value) -> Result<Health, HealthError> {
    if conditions(object)?
        .iter()
        .any(|condition| condition.is("ReplicaFailure", "True"))
    {
        return Ok(Health::in_progress("Pods cannot be created or deleted"));
    }
    let wanted = number(object, "/spec/replicas", 1);
    let replicas = number(object, "/status/replicas", 0);
    let counts = [
        reached(
            "labelled replicas",
            number(object, "/status/fullyLabeledReplicas", 0),
            wanted,
        ),
        reached(
            "available replicas",
            number(object, "/status/availableReplicas", 0),
            wanted,
        ),
        reached(
            "ready replicas",
            number(object, "/status/readyReplicas", 0),
            wanted,
        ),
        reached_down("replicas", replicas, wanted),
    ];
    Ok(first_missing(counts)
        .unwrap_or_else(|| Health::current(format!("{replicas} replicas are available"))))
}

pub(super) fn daemon_set(object: &Value) -> Result<Health, HealthError> {
    // Its controller always reports the generation: without it, the controller has not seen the object.
    let is_observed = strict_number(object, "metadata", "generation")?.is_some()
        && strict_number(object, "status", "observedGeneration")?.is_some();
    if !is_observed {
        return Ok(Health::in_progress(
            "the controller has not seen the DaemonSet",
        ));
    }
    let Some(wanted) = object
        .pointer("/status/desiredNumberScheduled")
        .and_then(Value::as_i64)
    else {
        return Ok(Health::in_progress("the number of nodes is not known"));
    };
    let counts = [
        reached(
            "scheduled Pods",
            number(object, "/status/currentNumberScheduled", 0),
            wanted,
        ),
        reached(
            "updated Pods",
            number(object, "/status/updatedNumberScheduled", 0),
            wanted,
        ),
        reached(
            "available Pods",
            number(object, "/status/numberAvailable", 0),
            wanted,
        ),
        reached(
            "ready Pods",
            number(object, "/status/numberReady", 0),
            wanted,
        ),
    ];
    Ok(first_missing(counts)
        .unwrap_or_else(|| Health::current(format!("{wanted} Pods are available"))))
}

pub(super) fn stateful_set(object: &Value) -> Health {
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        return Health::current("Pods are updated by hand");
    }
    let wanted = number(object, "/spec/replicas", 1);
    let replicas = number(object, "/status/replicas", 0);
    let counts = [
        reached("replicas", replicas, wanted),
        reached(
            "ready replicas",
            number(object, "/status/readyReplicas", 0),
            wanted,
        ),
        reached_down("replicas", replicas, wanted),
    ];
    if let Some(health) = first_missing(counts) {
        return health;
    }
    let partition = object.pointer("/spec/updateStrategy/rollingUpdate/partition");
    if let Some(partition) = partition.and_then(Value::as_i64) {
        let updated = number(object, "/status/updatedReplicas", 0);
        let missing = reached(
            "updated replicas",
            updated,
            wanted.saturating_sub(partition),
        );
        return missing.unwrap_or_else(|| {
            Health::current(format!(
                "{updated} replicas above the partition are updated"
            ))
        });
    }
    if let Some(health) = reached(
        "current replicas",
        number(object, "/status/currentReplicas", 0),
        wanted,
    ) {
        return health;
    }
    if text(object, "/status/currentRevision") != text(object, "/status/updateRevision") {
        return Health::in_progress("the updated revision is not the current one yet");
    }
    Health::current(format!("{replicas} replicas are ready"))
}

/// `None` once a count has come up to what is wanted.
fn reached(what: &str, count: i64, wanted: i64) -> Option<Health> {
    (count < wanted).then(|| Health::in_progress(format!("{what}: {count} of {wanted}")))
}

/// `None` once a count has come down to what is wanted.
fn reached_down(what: &str, count: i64, wanted: i64) -> Option<Health> {
    (count > wanted).then(|| Health::in_progress(format!("{what}: {count}, to become {wanted}")))
}

fn first_missing<const N: usize>(counts: [Option<Health>; N]) -> Option<Health> {
    counts.into_iter().flatten().next()
}

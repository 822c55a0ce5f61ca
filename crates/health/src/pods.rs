//! Sets that are not ready fail when one of their Pods has failed: the caller looks the Pods up and asks again.

use jiff::Timestamp;
use serde_json::Value;

use crate::evaluate::{evaluate, group_and_kind};
use crate::fields::conditions;
use crate::kind::pod::is_unschedulable;
use crate::verdict::{Health, HealthError, Status};

/// Which Pods to look up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PodQuery<'a> {
    /// The namespace of the Pods.
    pub namespace: &'a str,
    /// The label selector, with `matchLabels` and `matchExpressions`.
    pub selector: &'a Value,
}

/// The Pods that must be looked at to judge an object whose health alone is `health`. `None` when that is the answer:
/// for all kinds but `StatefulSet` and `ReplicaSet`, and for those when they are not in progress.
pub fn needed<'a>(object: &'a Value, health: &Health) -> Option<PodQuery<'a>> {
    let has_pods = matches!(
        group_and_kind(object),
        ("apps", "StatefulSet") | ("apps" | "extensions", "ReplicaSet")
    );
    if !has_pods || health.status != Status::InProgress {
        return None;
    }
    Some(PodQuery {
        namespace: object.pointer("/metadata/namespace")?.as_str()?,
        selector: object.pointer("/spec/selector")?,
    })
}

/// The health of a set, from its health alone and its Pods. Pods that are being deleted, that no node takes, or whose
/// health cannot be told do not fail the set.
pub fn judge(health: Health, pods: &[Value], now: Timestamp) -> Health {
    let failed = pods
        .iter()
        .filter(|pod| is_failed(pod, now).unwrap_or(false))
        .count();
    match failed {
        0 => health,
        1 => Health::failed("a Pod has failed"),
        _ => Health::failed(format!("{failed} Pods have failed")),
    }
}

fn is_failed(pod: &Value, now: Timestamp) -> Result<bool, HealthError> {
    Ok(evaluate(pod, now)?.status == Status::Failed && !is_unschedulable(&conditions(pod)?))
}

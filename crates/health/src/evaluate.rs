//! The order in which the rules are asked: what is common to all objects, then the kind's own, then `Ready`.

use jiff::Timestamp;
use serde_json::Value;

use crate::fields::{self, conditions, strict_number, strict_text};
use crate::kind::{self, job};
use crate::verdict::{Health, HealthError, Status};

/// The health of an object as it was read from the cluster. `now` is the time of reading.
///
/// Two kinds need more when the answer is [`Status::InProgress`]: see [`pods`](crate::pods).
///
/// # Errors
/// [`HealthError`] when a generation, a condition or a phase is not what every controller writes. Waiting helps no more
/// than it does for an unknown status.
pub fn evaluate(object: &Value, now: Timestamp) -> Result<Health, HealthError> {
    let (group, kind) = group_and_kind(object);
    if (group, kind) == job::GROUP_KIND {
        // A Job says itself whether it is over, whatever its generation and even while it is being deleted.
        return job::health(object);
    }
    if let Some(health) = common(object, kind)? {
        return Ok(health);
    }
    if let Some(health) = kind::health(group, kind, object, now) {
        return health;
    }
    ready(object)
}

/// Whether an object that does not exist any more counts as healthy: a Job that Kubernetes removes some time after it
/// finished. `object` is the object as it was applied.
pub fn is_done_when_gone(object: &Value) -> bool {
    group_and_kind(object) == job::GROUP_KIND
        && object
            .pointer("/spec/ttlSecondsAfterFinished")
            .is_some_and(Value::is_number)
}

/// The API group and the kind; empty where they are missing.
pub(crate) fn group_and_kind(object: &Value) -> (&str, &str) {
    let api_version = fields::text(object, "/apiVersion");
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    (group, fields::text(object, "/kind"))
}

/// What deletion, generations and the standard conditions say, in this order.
fn common(object: &Value, kind: &str) -> Result<Option<Health>, HealthError> {
    if strict_text(object, "metadata", "deletionTimestamp")?.is_some_and(|time| !time.is_empty()) {
        return Ok(Some(Health::new(
            Status::Terminating,
            "deletion is under way",
        )));
    }
    if let Some(generation) = strict_number(object, "metadata", "generation")?
        && let Some(observed) = strict_number(object, "status", "observedGeneration")?
        && generation != observed
    {
        let message = format!("{kind} is at generation {generation}, its controller at {observed}");
        return Ok(Some(Health::in_progress(message)));
    }
    let standard = conditions(object)?.into_iter().find_map(|condition| {
        if condition.is("Reconciling", "True") {
            Some(Health::in_progress(condition.message))
        } else if condition.is("Stalled", "True") {
            Some(Health::failed(condition.message))
        } else {
            None
        }
    });
    Ok(standard)
}

/// What the `Ready` condition says of a kind that has no rule of its own.
fn ready(object: &Value) -> Result<Health, HealthError> {
    for condition in conditions(object)? {
        match (condition.kind, condition.status) {
            ("Ready", "True") => return Ok(Health::current("Ready is True")),
            ("Ready", "False" | "Unknown") => return Ok(Health::in_progress(condition.message)),
            _ => {}
        }
    }
    Ok(Health::current("no condition says otherwise"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_pod_has_fifteen_seconds_to_be_scheduled() {
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "creationTimestamp": "2026-01-01T00:00:00Z" },
            "status": {
                "phase": "Pending",
                "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable" }],
            },
        });
        for (now, expected) in [
            ("2026-01-01T00:00:14Z", Status::InProgress),
            ("2026-01-01T00:00:15Z", Status::Failed),
        ] {
            let health = evaluate(&pod, now.parse().unwrap()).unwrap();
            assert_eq!(health.status, expected, "at {now}");
        }
    }

    #[test]
    fn only_a_job_that_kubernetes_removes_is_done_when_gone() {
        let removed = json!({ "ttlSecondsAfterFinished": 0 });
        for (api_version, kind, spec, expected) in [
            ("batch/v1", "Job", removed.clone(), true),
            ("batch/v1", "Job", json!({}), false),
            ("batch/v1", "CronJob", removed.clone(), false),
            ("example.com/v1", "Job", removed, false),
        ] {
            let object = json!({ "apiVersion": api_version, "kind": kind, "spec": spec });
            assert_eq!(is_done_when_gone(&object), expected, "{object}");
        }
    }

    #[test]
    fn an_error_names_the_field() {
        let object = json!({ "kind": "Widget", "status": { "conditions": [{}, { "type": 5 }] } });
        let error = evaluate(&object, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(
            error.to_string(),
            "read status.conditions[1].type of the object: not a text"
        );
    }
}

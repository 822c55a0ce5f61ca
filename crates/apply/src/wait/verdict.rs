//! What is to be said about the health of an object.

use std::fmt;

use jiff::Timestamp;
use rheostat_health::{Health, Status, evaluate, pods};
use serde_json::Value;

use crate::wait::subject::Expectation;

/// The health of an object, or why it cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// Why it is unknown.
    pub error: Option<String>,
}

impl Verdict {
    /// The status cannot be told, for this reason.
    pub(super) fn unknown(error: impl Into<String>) -> Self {
        Self {
            status: Status::Unknown,
            error: Some(error.into()),
        }
    }

    pub(super) fn is(&self, status: Status) -> bool {
        self.status == status
    }

    /// Judges an object as it was just seen, together with its pods where they are known.
    pub(super) fn of(object: &Value, pods: &[Value], expectation: Expectation) -> Self {
        let now = Timestamp::now();
        if let Some(status) = early(object, expectation) {
            return status.into();
        }
        match evaluate(object, now) {
            Ok(health) if pods::needed(object, &health).is_some() => {
                pods::judge(health, pods, now).into()
            }
            Ok(health) => health.into(),
            Err(error) => Self::unknown(error.to_string()),
        }
    }
}

impl From<Health> for Verdict {
    fn from(health: Health) -> Self {
        health.status.into()
    }
}

impl From<Status> for Verdict {
    fn from(status: Status) -> Self {
        Self {
            status,
            error: None,
        }
    }
}

/// `'Status'`, and why it is unknown.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.status)?;
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

/// What an expectation other than health makes of an object, where it differs.
fn early(object: &Value, expectation: Expectation) -> Option<Status> {
    let is_job = object["kind"] == "Job" && object["apiVersion"] == "batch/v1";
    let is_pod = object["kind"] == "Pod" && object["apiVersion"] == "v1";
    match expectation {
        Expectation::Healthy => None,
        Expectation::Started => {
            let conditions = object["status"]["conditions"].as_array();
            let has_failed = conditions
                .into_iter()
                .flatten()
                .any(|condition| condition["type"] == "Failed" && condition["status"] == "True");
            let has_started = object["status"]["startTime"].is_string();
            (is_job && has_started && !has_failed).then_some(Status::Current)
        }
        Expectation::Done if is_pod => Some(match object["status"]["phase"].as_str() {
            Some("Succeeded") => Status::Current,
            Some("Failed") => Status::Failed,
            _ => Status::InProgress,
        }),
        Expectation::Done => (!is_job).then_some(Status::Current),
    }
}

/// The selector of the pods that must be looked at to judge an object, in the form that the API
/// server takes; nothing for one that has no say in it.
pub(super) fn pod_selector(object: &Value) -> Option<String> {
    let health = evaluate(object, Timestamp::now()).ok()?;
    let query = pods::needed(object, &health)?;
    let labels = query.selector["matchLabels"].as_object();
    let labels = labels.into_iter().flatten();
    let mut terms: Vec<String> = labels
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    let expressions = query.selector["matchExpressions"].as_array();
    terms.extend(expressions.into_iter().flatten().filter_map(expression));
    (!terms.is_empty()).then(|| terms.join(","))
}

fn expression(expression: &Value) -> Option<String> {
    let key = expression["key"].as_str()?;
    let values = expression["values"].as_array();
    let values: Vec<&str> = values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let values = values.join(",");
    match expression["operator"].as_str()? {
        "In" => Some(format!("{key} in ({values})")),
        "NotIn" => Some(format!("{key} notin ({values})")),
        "Exists" => Some(key.to_owned()),
        "DoesNotExist" => Some(format!("!{key}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(selector: &Value, expected: Option<&str>) {
        let set = json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "db", "namespace": "a"},
            "spec": {"replicas": 1, "selector": selector},
        });
        assert_eq!(pod_selector(&set).as_deref(), expected);
    }

    fn check_expectation(kind: (&str, &str), status: &Value, expected: [Status; 3]) {
        let object = json!({
            "apiVersion": kind.0, "kind": kind.1, "metadata": {"name": "x"}, "status": status,
        });
        let found = [
            Expectation::Healthy,
            Expectation::Started,
            Expectation::Done,
        ]
        .map(|expectation| Verdict::of(&object, &[], expectation).status);
        assert_eq!(found, expected, "{object}");
    }

    #[test]
    fn the_end_of_a_wait_depends_on_what_is_expected() {
        use Status::{Current, Failed, InProgress};
        let job = ("batch/v1", "Job");
        check_expectation(job, &json!({}), [InProgress; 3]);
        let started = json!({"startTime": "2026-01-01T00:00:00Z"});
        check_expectation(job, &started, [InProgress, Current, InProgress]);
        let failed = json!({
            "startTime": "2026-01-01T00:00:00Z",
            "conditions": [{"type": "Failed", "status": "True"}],
        });
        check_expectation(job, &failed, [Failed; 3]);
        let pod = ("v1", "Pod");
        let ready = json!({
            "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
        });
        check_expectation(pod, &ready, [Current, Current, InProgress]);
        check_expectation(pod, &json!({"phase": "Succeeded"}), [Current; 3]);
        check_expectation(pod, &json!({"phase": "Failed"}), [Current, Current, Failed]);
        let waiting = json!({"conditions": [{"type": "Ready", "status": "False"}]});
        check_expectation(
            ("example.com/v1", "Widget"),
            &waiting,
            [InProgress, InProgress, Current],
        );
    }

    #[test]
    fn selectors_are_written_as_the_server_reads_them() {
        check(&json!({"matchLabels": {"app": "db"}}), Some("app=db"));
        check(
            &json!({"matchLabels": {"app": "db"}, "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ]}),
            Some("app=db,tier in (a,b),!old"),
        );
        check(&json!({}), None);
    }
}

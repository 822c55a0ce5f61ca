//! What is to be said about the health of an object.

use std::fmt;

use jiff::Timestamp;
use rheostat_health::{Health, Status, evaluate, pods};
use serde_json::Value;

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
    pub(super) fn of(object: &Value, pods: &[Value]) -> Self {
        let now = Timestamp::now();
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

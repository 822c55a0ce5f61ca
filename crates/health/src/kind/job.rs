//! Jobs: healthy when they are over, and only then.

use serde_json::Value;

use crate::fields::{conditions, number, text};
use crate::verdict::{Health, HealthError};

/// The group and the kind for which the rule stands in for all others.
pub(crate) const GROUP_KIND: (&str, &str) = ("batch", "Job");

pub(crate) fn health(object: &Value) -> Result<Health, HealthError> {
    if object.pointer("/spec/suspend") == Some(&Value::Bool(true)) {
        return Ok(Health::current("the Job is suspended"));
    }
    let count = |field: &str| number(object, field, 0);
    for condition in conditions(object)? {
        if condition.is("Complete", "True") {
            return Ok(Health::current(format!(
                "{} Pods succeeded",
                count("/status/succeeded")
            )));
        }
        if condition.is("Failed", "True") {
            return Ok(Health::failed(format!(
                "{} Pods failed",
                count("/status/failed")
            )));
        }
    }
    if text(object, "/status/startTime").is_empty() {
        return Ok(Health::in_progress("the Job has not started"));
    }
    Ok(Health::in_progress(format!(
        "{} Pods active, {} succeeded, {} failed",
        count("/status/active"),
        count("/status/succeeded"),
        count("/status/failed"),
    )))
}

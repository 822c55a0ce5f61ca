//! The status oracle: what holds of the conditions of any object of ours, whatever happened to it.
//!
//! Tools judge our objects by the kstatus rules. An object that breaks them makes `flux`, `kubectl wait` and health checks
//! of other Kustomizations wait in vain, so every scenario asks here at its end.

use std::collections::BTreeSet;

use serde_json::Value;

/// What is wrong with the status of an object that says that it is done: Ready, or not Ready and stalled, or failed and to
/// be retried. Empty when nothing is.
pub fn violations(object: &Value) -> Vec<String> {
    let none = Vec::new();
    let conditions = object["status"]["conditions"].as_array().unwrap_or(&none);
    let status_of = |kind: &str| {
        conditions
            .iter()
            .find(|condition| condition["type"] == kind)
            .map(|found| &found["status"])
    };
    let is_true = |kind: &str| status_of(kind).is_some_and(|status| status == "True");
    let generation = &object["metadata"]["generation"];
    let mut wrong = Vec::new();
    let mut check = |holds: bool, rule: &str| {
        if !holds {
            wrong.push(rule.to_owned());
        }
    };

    check(status_of("Ready").is_some(), "Ready is there");
    check(
        !(is_true("Reconciling") && is_true("Stalled")),
        "nothing is reconciling and stalled",
    );
    check(
        !is_true("Ready") || !(is_true("Reconciling") || is_true("Stalled")),
        "what is Ready is neither reconciling nor stalled",
    );
    for kind in ["Reconciling", "Stalled"] {
        check(
            status_of(kind).is_none_or(|status| status == "True"),
            &format!("{kind} is True or absent"),
        );
    }
    if is_true("Ready") || is_true("Stalled") {
        check(
            &object["status"]["observedGeneration"] == generation,
            "what is decided has seen the newest generation",
        );
    }
    let kinds: BTreeSet<_> = conditions
        .iter()
        .map(|condition| condition["type"].as_str())
        .collect();
    check(kinds.len() == conditions.len(), "each type is there once");
    for condition in conditions {
        let kind = condition["type"].as_str().unwrap_or_default();
        let observed = condition["observedGeneration"].as_i64();
        check(
            observed <= generation.as_i64(),
            &format!("{kind} has not seen a generation to come"),
        );
        check(
            condition["reason"].as_str().is_some_and(is_reason),
            &format!("the reason of {kind} is one word"),
        );
        check(
            condition["lastTransitionTime"].is_string(),
            &format!("{kind} says when it changed"),
        );
    }
    wrong
}

/// One word in `PascalCase`, as the schema of conditions demands.
fn is_reason(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_,:".contains(c))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(conditions: &[(&str, &str)], observed: i64, expected: &[&str]) {
        let conditions: Vec<_> = conditions
            .iter()
            .map(|(kind, status)| {
                let time = "2026-01-01T00:00:00Z";
                json!({"type": kind, "status": status, "reason": "Some", "lastTransitionTime": time, "observedGeneration": 2})
            })
            .collect();
        let object = json!({
            "metadata": {"generation": 2},
            "status": {"conditions": conditions, "observedGeneration": observed},
        });
        assert_eq!(violations(&object), expected);
    }

    #[test]
    fn end_states_are_judged() {
        check(&[("Ready", "True")], 2, &[]);
        check(&[("Ready", "False"), ("Stalled", "True")], 2, &[]);
        check(&[("Ready", "False"), ("Reconciling", "True")], 1, &[]);
        check(&[], 0, &["Ready is there"]);
        check(
            &[("Ready", "True")],
            1,
            &["what is decided has seen the newest generation"],
        );
        check(
            &[("Ready", "True"), ("Reconciling", "True")],
            2,
            &["what is Ready is neither reconciling nor stalled"],
        );
        check(
            &[("Ready", "True"), ("Reconciling", "False")],
            2,
            &["Reconciling is True or absent"],
        );
        check(
            &[("Ready", "True"), ("Ready", "True")],
            2,
            &["each type is there once"],
        );
    }
}

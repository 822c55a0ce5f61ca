//! The merge patch (RFC 7386) that leads from one JSON value to another.

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`, or nothing where they are equal.
///
/// Lists are replaced whole, as the format demands. A member that is null in `new` is treated as absent:
/// a merge patch cannot say anything else.
pub fn between(old: &Value, new: &Value) -> Option<Value> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let members = members_between(old, new);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        (old, new) => (old != new).then(|| new.clone()),
    }
}

fn members_between(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, value) in new.iter().filter(|(_, value)| !value.is_null()) {
        let change = match old.get(key) {
            Some(before) => between(before, value),
            None => Some(value.clone()),
        };
        if let Some(change) = change {
            patch.insert(key.clone(), change);
        }
    }
    let is_gone = |key: &String| new.get(key).is_none_or(Value::is_null);
    for (key, _) in old
        .iter()
        .filter(|(key, value)| !value.is_null() && is_gone(key))
    {
        patch.insert(key.clone(), Value::Null);
    }
    patch
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(old: &Value, new: &Value, expected: Option<&Value>) {
        assert_eq!(between(old, new).as_ref(), expected, "{old} -> {new}");
    }

    #[test]
    fn patches_say_what_differs_and_nothing_else() {
        check(&json!({"a": 1}), &json!({"a": 1}), None);
        check(&json!({"a": 1}), &json!({"a": 2}), Some(&json!({"a": 2})));
        check(
            &json!({"a": 1, "b": 2}),
            &json!({"b": 2}),
            Some(&json!({"a": null})),
        );
        check(
            &json!({"a": {"b": 1, "c": 2}}),
            &json!({"a": {"b": 1, "c": 3}}),
            Some(&json!({"a": {"c": 3}})),
        );
        check(
            &json!({"a": [1, 2]}),
            &json!({"a": [1]}),
            Some(&json!({"a": [1]})),
        );
        check(
            &json!({"a": {"b": 1}}),
            &json!({"a": "x"}),
            Some(&json!({"a": "x"})),
        );
    }

    #[test]
    fn null_is_absence_on_both_sides() {
        check(&json!({}), &json!({"a": null}), None);
        check(&json!({"a": null}), &json!({}), None);
        check(
            &json!({"a": 1}),
            &json!({"a": null}),
            Some(&json!({"a": null})),
        );
    }
}

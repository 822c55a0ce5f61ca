//! Whether two forms of an object differ in what its manifest can say.
//!
//! Status and metadata other than labels and annotations do not count: owners, finalizers and
//! managed fields are other people's business.

use serde_json::{Map, Value};

/// Whether an object differs from what it was.
pub(crate) fn differs(before: &Value, after: &Value) -> bool {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return before != after;
    };
    metadata_differs(before, after) || body_differs(before, after) || body_differs(after, before)
}

fn metadata_differs(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    ["labels", "annotations"].iter().any(|field| {
        let of = |object: &Map<String, Value>| {
            let found = object.get("metadata").and_then(|m| m.get(field));
            found
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default()
        };
        of(before) != of(after)
    })
}

fn body_differs(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.iter()
        .filter(|(key, _)| !matches!(key.as_str(), "metadata" | "status"))
        .any(|(key, value)| other.get(key) != Some(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(before: &Value, after: &Value, expected: bool) {
        assert_eq!(differs(before, after), expected);
        assert_eq!(differs(after, before), expected);
    }

    #[test]
    fn only_what_a_manifest_says_counts() {
        check(
            &json!({"data": {"k": "v"}}),
            &json!({"data": {"k": "v"}}),
            false,
        );
        check(
            &json!({"data": {"k": "v"}}),
            &json!({"data": {"k": "w"}}),
            true,
        );
        check(&json!({"data": {"k": "v"}}), &json!({}), true);
        check(
            &json!({"status": {"a": 1}}),
            &json!({"status": {"a": 2}}),
            false,
        );
        check(
            &json!({"metadata": {"finalizers": ["f"], "resourceVersion": "1"}}),
            &json!({"metadata": {"resourceVersion": "2"}}),
            false,
        );
        check(
            &json!({"metadata": {"labels": {"a": "b"}}}),
            &json!({"metadata": {}}),
            true,
        );
    }
}

//! JSON Merge Patch (RFC 7386).

use serde_json::{Map, Value};

/// Levels of objects that are merged; below, the patch's value is taken whole. Kubernetes accepts no object that
/// nests as deeply.
const MAX_DEPTH: usize = 500;

/// Merges a patch into a document: objects key by key, null deletes, all else is replaced.
pub fn merge(document: &mut Value, patch: &Value) {
    merge_to(document, patch, MAX_DEPTH);
}

fn merge_to(document: &mut Value, patch: &Value, depth: usize) {
    let Value::Object(patch) = patch else {
        document.clone_from(patch);
        return;
    };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    let Value::Object(fields) = document else {
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else if depth == 0 {
            fields.insert(key.clone(), value.clone());
        } else {
            merge_to(
                fields.entry(key.as_str()).or_insert(Value::Null),
                value,
                depth - 1,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "the table reads better")]
    fn check(document: Value, patch: Value, expected: Value) {
        let mut merged = document.clone();
        merge(&mut merged, &patch);
        assert_eq!(merged, expected, "{document} with {patch}");
    }

    /// The cases of RFC 7386, appendix A.
    #[test]
    fn examples_of_the_standard() {
        check(json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"}));
        check(
            json!({"a": "b"}),
            json!({"b": "c"}),
            json!({"a": "b", "b": "c"}),
        );
        check(json!({"a": "b"}), json!({"a": null}), json!({}));
        check(json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]}));
        check(
            json!({"a": {"b": "c"}}),
            json!({"a": {"b": "d", "c": null}}),
            json!({"a": {"b": "d"}}),
        );
        check(json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"]));
        check(
            json!({"e": null}),
            json!({"a": 1}),
            json!({"e": null, "a": 1}),
        );
        check(
            json!([1, 2]),
            json!({"a": "b", "c": null}),
            json!({"a": "b"}),
        );
        check(
            json!({}),
            json!({"a": {"bb": {"ccc": null}}}),
            json!({"a": {"bb": {}}}),
        );
    }
}

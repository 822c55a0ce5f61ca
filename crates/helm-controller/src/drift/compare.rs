//! How a live object would change if it were released again. (pure)

use rheostat_manifest::diff::diff;
use serde_json::{Map, Value, json};

/// The operations of a JSON patch that lead from the object as it is to the object as the server would make it. Labels and
/// annotations that somebody added are no drift; status is none's.
pub fn operations(live: &Value, wanted: &Value, ignored: &[String]) -> Vec<Value> {
    let (mut live, mut wanted) = (live.clone(), wanted.clone());
    for pointer in ignored {
        remove(&mut live, pointer);
        remove(&mut wanted, pointer);
    }
    let mut operations = changes(&marks(&live), &marks(&wanted));
    operations.retain(|operation| operation["op"] != "remove");
    operations.extend(changes(&body(&live), &body(&wanted)));
    operations
}

/// Labels and annotations, where they stand in the object.
fn marks(object: &Value) -> Value {
    let mut marks = Map::new();
    for field in ["labels", "annotations"] {
        if let Some(value) = object.get("metadata").and_then(|m| m.get(field)) {
            marks.insert(field.to_owned(), value.clone());
        }
    }
    json!({"metadata": marks})
}

/// Everything but metadata and status.
fn body(object: &Value) -> Value {
    let mut body = object.clone();
    if let Value::Object(fields) = &mut body {
        fields.remove("metadata");
        fields.remove("status");
    }
    body
}

fn changes(before: &Value, after: &Value) -> Vec<Value> {
    let (mut operations, mut removals) = (Vec::new(), Vec::new());
    for change in diff(before, after) {
        let path = change.path;
        match (change.before, change.after) {
            (None, Some(value)) => {
                operations.push(json!({"op": "add", "path": path, "value": value}));
            }
            (Some(_), Some(value)) => {
                operations.push(json!({"op": "replace", "path": path, "value": value}));
            }
            (Some(_), None) => removals.push(json!({"op": "remove", "path": path})),
            (None, None) => {}
        }
    }
    // The last elements of a list go first, so that the indices of the others stay.
    operations.extend(removals.into_iter().rev());
    operations
}

/// Removes what a JSON pointer leads to, if it leads anywhere. A negative index counts from the end.
fn remove(object: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return;
    };
    let mut place = object;
    for token in parent.split('/').skip(1) {
        let token = unescaped(token);
        let next = match place {
            Value::Object(fields) => fields.get_mut(&token),
            Value::Array(items) => index(&token, items.len()).and_then(|at| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else {
            return;
        };
        place = next;
    }
    let last = unescaped(last);
    match place {
        Value::Object(fields) => {
            fields.remove(&last);
        }
        Value::Array(items) => {
            if let Some(at) = index(&last, items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn index(token: &str, length: usize) -> Option<usize> {
    let at = match token.strip_prefix('-') {
        Some(from_end) => length.checked_sub(from_end.parse().ok()?)?,
        None => token.parse().ok()?,
    };
    (at < length).then_some(at)
}

fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(live: &Value, wanted: &Value, ignored: &[&str], expected: &Value) {
        let ignored: Vec<String> = ignored.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(&Value::Array(operations(live, wanted, &ignored)), expected);
    }

    #[test]
    fn what_would_change_is_told() {
        check(
            &json!({"data": {"k": "changed", "more": "x"}, "status": {"a": 1}}),
            &json!({"data": {"k": "v", "more": "x"}, "status": {"a": 2}}),
            &[],
            &json!([{"op": "replace", "path": "/data/k", "value": "v"}]),
        );
        check(
            &json!({"spec": {"list": [1, 2, 3]}}),
            &json!({"spec": {"list": [1]}}),
            &[],
            &json!([{"op": "remove", "path": "/spec/list/2"}, {"op": "remove", "path": "/spec/list/1"}]),
        );
    }

    #[test]
    fn marks_of_others_are_no_drift() {
        check(
            &json!({"metadata": {"labels": {"a": "x", "b": "theirs"}, "uid": "1"}}),
            &json!({"metadata": {"labels": {"a": "y"}, "annotations": {"c": "z"}}}),
            &[],
            &json!([
                {"op": "add", "path": "/metadata/annotations", "value": {"c": "z"}},
                {"op": "replace", "path": "/metadata/labels/a", "value": "y"},
            ]),
        );
    }

    #[test]
    fn ignored_places_do_not_count() {
        let live = json!({"spec": {"replicas": 5, "list": [{"a/b": 1}, {"a/b": 2}]}});
        let wanted = json!({"spec": {"replicas": 1, "list": [{"a/b": 1}, {"a/b": 3}]}});
        check(
            &live,
            &wanted,
            &["/spec/replicas", "/spec/list/-1/a~1b", "/no/where"],
            &json!([]),
        );
    }
}

//! What differs between two objects, place by place.
//!
//! Lists are compared by index: elements that moved count as changed. No order of keys matters.

use std::fmt;

use serde_json::Value;

/// Levels down to which values are compared; deeper ones count as one value. The API server stores no object that
/// nests as deeply.
const MAX_DEPTH: usize = 500;

/// One place where two objects differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where, as a JSON pointer; empty for the whole object.
    pub path: String,
    /// What was there; `None` if nothing.
    pub before: Option<Value>,
    /// What is there now; `None` if nothing.
    pub after: Option<Value>,
}

/// `path: before → after`, with `-` for nothing. Values are shown whole: what may hold secrets must not be printed.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or_else(|| "-".to_owned(), Value::to_string)
        };
        write!(
            f,
            "{}: {} → {}",
            self.path,
            show(&self.before),
            show(&self.after)
        )
    }
}

/// The differences in the order of their paths, each as deep as it can be told.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(Some(before), Some(after), &mut Vec::new(), &mut changes);
    changes
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    path: &mut Vec<String>,
    changes: &mut Vec<Change>,
) {
    match (before, after) {
        (Some(Value::Object(left)), Some(Value::Object(right))) if path.len() < MAX_DEPTH => {
            let new = right.keys().filter(|key| !left.contains_key(*key));
            let mut keys: Vec<_> = left.keys().chain(new).collect();
            keys.sort_unstable();
            for key in keys {
                path.push(segment(key));
                compare(left.get(key), right.get(key), path, changes);
                path.pop();
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) if path.len() < MAX_DEPTH => {
            for index in 0..left.len().max(right.len()) {
                path.push(format!("/{index}"));
                compare(left.get(index), right.get(index), path, changes);
                path.pop();
            }
        }
        (before, after) if before == after => {}
        (before, after) => changes.push(Change {
            path: path.concat(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

/// A key as a step of a JSON pointer.
fn segment(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "the table reads better")]
    fn check(before: Value, after: Value, expected: &[&str]) {
        let changes: Vec<_> = diff(&before, &after)
            .iter()
            .map(Change::to_string)
            .collect();
        assert_eq!(changes, expected);
    }

    #[test]
    fn places() {
        check(
            json!({"a": 1, "b": [1, 2]}),
            json!({"b": [1, 2], "a": 1}),
            &[],
        );
        check(
            json!({"a": 1}),
            json!({"a": 2, "b": {}}),
            &["/a: 1 → 2", "/b: - → {}"],
        );
        check(
            json!({"a/b": {"~": 1}}),
            json!({"a/b": {}}),
            &["/a~1b/~0: 1 → -"],
        );
        check(
            json!([1, {"a": 1}]),
            json!([1, {"a": null}, 3]),
            &["/1/a: 1 → null", "/2: - → 3"],
        );
        check(json!({"a": {}}), json!({"a": []}), &["/a: {} → []"]);
        check(json!(1), json!(2), &[": 1 → 2"]);
    }
}

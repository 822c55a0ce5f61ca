//! Where two answers differ. The words of a failure are those of the libraries underneath, and may be others: the message
//! of a condition that is False and of a warning only has to be there.

use serde_json::Value;

/// The paths at which `found` is not what is expected, with both values.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare(expected, found, "", &mut differences);
    differences
}

fn compare(expected: &Value, found: &Value, path: &str, differences: &mut Vec<String>) {
    let null = Value::Null;
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let only_found = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(only_found) {
                let (expected, found) = (one.get(key), other.get(key));
                let are_words =
                    key == "message" && tells_of_failure(one) && tells_of_failure(other);
                if are_words && expected.is_some() == found.is_some() {
                    continue;
                }
                let (expected, found) = (expected.unwrap_or(&null), found.unwrap_or(&null));
                compare(expected, found, &format!("{path}/{key}"), differences);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for index in 0..one.len().max(other.len()) {
                let (expected, found) = (one.get(index), other.get(index));
                let (expected, found) = (expected.unwrap_or(&null), found.unwrap_or(&null));
                compare(expected, found, &format!("{path}/{index}"), differences);
            }
        }
        _ if expected == found => {}
        _ => differences.push(format!("{path}: expected {expected}, found {found}")),
    }
}

fn tells_of_failure(fields: &serde_json::Map<String, Value>) -> bool {
    let is = |field: &str, word: &str| fields.get(field).is_some_and(|value| value == word);
    is("status", "False") || is("type", "Warning")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(expected: &Value, found: &Value, paths: &[&str]) {
        let found = differences(expected, found);
        let found: Vec<&str> = found
            .iter()
            .filter_map(|line| Some(line.split_once(':')?.0))
            .collect();
        assert_eq!(found, paths);
    }

    #[test]
    fn only_the_words_of_a_failure_may_differ() {
        let failed = |reason: &str, message: &str| json!({"status": "False", "reason": reason, "message": message});
        check(&failed("A", "one"), &failed("A", "two"), &[]);
        check(&failed("A", "one"), &failed("B", "two"), &["/reason"]);
        check(
            &json!([{"type": "Normal", "message": "one"}]),
            &json!([{"type": "Normal", "message": "two"}, 3]),
            &["/0/message", "/1"],
        );
        check(
            &json!({"type": "Warning", "message": "one"}),
            &json!({"type": "Warning"}),
            &["/message"],
        );
    }
}

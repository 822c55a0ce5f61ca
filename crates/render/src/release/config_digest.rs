//! The text whose digest tells one composition of values from another.

use rheostat_yaml::emit;
use rheostat_yaml::json::JsonError;
use serde_json::{Map, Value};

/// Values as the text that is digested: YAML with sorted keys; nothing at all where there are no values.
///
/// # Errors
/// [`JsonError`] for characters that YAML cannot say.
pub fn config_text(values: &Map<String, Value>) -> Result<String, JsonError> {
    if values.is_empty() {
        return Ok(String::new());
    }
    let mut values = Value::Object(values.clone());
    integral(&mut values);
    emit::to_yaml(&values)
}

/// Numbers that are integers are written as such, whatever they were read as. The depth is that of values, which is
/// bounded where they are read.
fn integral(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(integral),
        Value::Array(list) => list.iter_mut().for_each(integral),
        Value::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            if let Some(integer) = float.and_then(exact_integer) {
                *value = integer.into();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The integer that a float is, where it is one of 64 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range and the fraction are checked before"
)]
fn exact_integer(float: f64) -> Option<i64> {
    /// Two to the power of 63: the first number above the integers of 64 bits.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (float.fract() == 0.0 && (-LIMIT..LIMIT).contains(&float)).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(values: &Value, expected: &str) {
        let Value::Object(values) = values else {
            panic!("values are a map");
        };
        assert_eq!(config_text(values).unwrap(), expected);
    }

    #[test]
    fn keys_are_sorted_and_integral_floats_are_integers() {
        check(
            &json!({"b": 1.0, "a": {"z": [1.5, -2.0], "y": {}}}),
            "a:\n  \"y\": {}\n  z:\n  - 1.5\n  - -2\nb: 1\n",
        );
    }

    #[test]
    fn no_values_are_no_text() {
        check(&json!({}), "");
    }
}

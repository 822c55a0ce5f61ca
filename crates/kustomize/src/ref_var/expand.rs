//! Finding `$(NAME)` in a text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rheostat_gocompat::strconv;
use rheostat_yaml::SmolStr;

use super::Value;

/// The text with its variables replaced; the value itself, where the text is
/// nothing but a variable.
pub(super) fn expand(text: &str, values: &BTreeMap<&str, Value>) -> Value {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        expanded.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        match rest.chars().next() {
            None => {
                expanded.push('$');
            }
            Some('$') => {
                expanded.push('$');
                rest = &rest[1..];
            }
            Some('(') => {
                let Some(end) = rest.find(')') else {
                    expanded.push_str("$(");
                    rest = &rest[1..];
                    continue;
                };
                let name = &rest[1..end];
                let value = known(name, values);
                if let Some(value) = value.filter(|_| text.len() == name.len() + 3) {
                    return value.clone();
                }
                match value {
                    Some(value) => push(&mut expanded, value),
                    None => {
                        let _ = write!(expanded, "$({name})");
                    }
                }
                rest = &rest[end + 1..];
            }
            // A dollar before anything else stays, with what follows it.
            Some(other) => {
                expanded.push('$');
                expanded.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    expanded.push_str(rest);
    Value::Text(SmolStr::from(expanded))
}

/// The value of a variable that can be written.
fn known<'v>(name: &str, values: &'v BTreeMap<&str, Value>) -> Option<&'v Value> {
    values.get(name).filter(|value| **value != Value::Other)
}

fn push(text: &mut String, value: &Value) {
    let _ = match value {
        Value::Text(value) => write!(text, "{value}"),
        Value::Int(value) => write!(text, "{value}"),
        Value::Bool(value) => write!(text, "{value}"),
        Value::Float(value) => write!(text, "{}", strconv::format_float(*value, 'g', None, 64)),
        Value::Other => Ok(()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let values = BTreeMap::from([
            ("A", Value::Text(SmolStr::new_static("x"))),
            ("N", Value::Int(5)),
            ("M", Value::Other),
        ]);
        let text_of = match expand(text, &values) {
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(text_of, expected, "{text}");
    }

    #[test]
    fn variables_are_replaced_in_texts() {
        check("$(A)", "x");
        check("$(N)", "Int(5)");
        check("a$(N)b$(A)", "a5bx");
        check("$$(A)", "$(A)");
        check("$(B)$(M)", "$(B)$(M)");
        check("$(A", "$(A");
        check("$A$", "$A$");
        check("100$", "100$");
    }
}

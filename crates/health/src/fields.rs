//! Reading fields of objects, with the leniency that kstatus has for each.
//!
//! Numbers and texts that steer the rule of a kind fall back to a default when they have another type. Generations and
//! conditions, on which every decision rests, do not.

use serde_json::Value;

use crate::verdict::HealthError;

/// One condition. Missing fields are empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition<'a> {
    pub(crate) kind: &'a str,
    pub(crate) status: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
}

impl Condition<'_> {
    pub(crate) fn is(&self, kind: &str, status: &str) -> bool {
        self.kind == kind && self.status == status
    }
}

/// The number at a JSON pointer, or the default where there is none.
pub(crate) fn number(object: &Value, pointer: &str, default: i64) -> i64 {
    object
        .pointer(pointer)
        .and_then(Value::as_i64)
        .unwrap_or(default)
}

/// The text at a JSON pointer, or nothing where there is none.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The number at two keys.
///
/// # Errors
/// The field is there and is no whole number, or what it stands in is no object.
pub(crate) fn strict_number(
    object: &Value,
    outer: &str,
    inner: &str,
) -> Result<Option<i64>, HealthError> {
    let Some(value) = nested(object, outer, inner)? else {
        return Ok(None);
    };
    let number = value.as_i64();
    number
        .map(Some)
        .ok_or_else(|| wrong_type(&format!("{outer}.{inner}"), "a whole number"))
}

/// The text at two keys.
///
/// # Errors
/// The field is there and is no text, or what it stands in is no object.
pub(crate) fn strict_text<'a>(
    object: &'a Value,
    outer: &str,
    inner: &str,
) -> Result<Option<&'a str>, HealthError> {
    let Some(value) = nested(object, outer, inner)? else {
        return Ok(None);
    };
    let text = value.as_str();
    text.map(Some)
        .ok_or_else(|| wrong_type(&format!("{outer}.{inner}"), "a text"))
}

/// The entries of `status.conditions`, in their order.
///
/// # Errors
/// Something on the way, an entry or one of its texts has the wrong type. Null counts as missing.
pub(crate) fn conditions(object: &Value) -> Result<Vec<Condition<'_>>, HealthError> {
    let list = match nested(object, "status", "conditions")? {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong_type("status.conditions", "a list")),
    };
    list.iter()
        .enumerate()
        .map(|(index, entry)| condition(index, entry))
        .collect()
}

fn condition(index: usize, entry: &Value) -> Result<Condition<'_>, HealthError> {
    let field = |key: &str| match entry.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(wrong_type(
            &format!("status.conditions[{index}].{key}"),
            "a text",
        )),
    };
    if !entry.is_object() && !entry.is_null() {
        return Err(wrong_type(
            &format!("status.conditions[{index}]"),
            "an object",
        ));
    }
    Ok(Condition {
        kind: field("type")?,
        status: field("status")?,
        reason: field("reason")?,
        message: field("message")?,
    })
}

fn nested<'a>(
    object: &'a Value,
    outer: &str,
    inner: &str,
) -> Result<Option<&'a Value>, HealthError> {
    match object.get(outer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => Ok(fields.get(inner)),
        Some(_) => Err(wrong_type(outer, "an object")),
    }
}

fn wrong_type(field: &str, expected: &'static str) -> HealthError {
    HealthError::FieldType {
        field: field.to_owned(),
        expected,
    }
}

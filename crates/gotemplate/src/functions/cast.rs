//! Conversions between anything and numbers or strings, as Sprig makes them (spf13/cast, `strval`).

use rheostat_gocompat::{fmt::TooDeep, strconv};

use crate::{
    numeric::{float_to_int, int_to_float, uint_to_float},
    text::Text,
    value::Value,
};

/// Any value as an integer: floats are truncated, strings read in the base of their prefix, the rest is 0.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint8(number) => i64::from(*number),
        Value::Uint64(number) => i64::from_ne_bytes(number.to_ne_bytes()),
        Value::Float(number) => float_to_int(*number),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => {
            strconv::parse_int(without_zero_fraction(&text.to_str()), 0).unwrap_or(0)
        }
        _ => 0,
    }
}

/// Any value as a float; what is no number is 0.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(number) | Value::Int64(number) => int_to_float(*number),
        Value::Uint8(number) => f64::from(*number),
        Value::Uint64(number) => uint_to_float(*number),
        Value::Float(number) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) => strconv::parse_float(&text.to_str()).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// `1.0` as `1`.
fn without_zero_fraction(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(whole) if trimmed.len() < text.len() => whole,
        _ => text,
    }
}

/// Any value as a string: strings and bytes as they are, the rest as `%v` prints it.
pub(super) fn to_text(value: &Value) -> Result<Text, TooDeep> {
    match value {
        Value::String(text) | Value::Bytes(text) => Ok(text.clone()),
        other => Ok(other.to_text()?.into()),
    }
}

/// The elements of a slice as strings without nil ones; anything else as the only element.
pub(super) fn to_texts(value: &Value) -> Result<Vec<Text>, TooDeep> {
    match value {
        Value::Invalid | Value::Nil => Ok(Vec::new()),
        Value::List(list) => list
            .iter()
            .filter(|item| !item.is_nil())
            .map(to_text)
            .collect(),
        Value::Bytes(bytes) => bytes
            .iter()
            .map(|byte| to_text(&Value::Uint8(*byte)))
            .collect(),
        other => Ok(vec![to_text(other)?]),
    }
}

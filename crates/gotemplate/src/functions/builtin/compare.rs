//! Comparisons, which know kinds and do not convert between them.

use std::cmp::Ordering;

use crate::{
    function::CallError,
    functions::arguments::Answer,
    runtime::Runtime,
    value::{Kind, Value},
};

const BAD_TYPE: &str = "invalid type for comparison";

pub(super) fn eq(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some((first, others)) = arguments.split_first() else {
        return Err(CallError::new("missing argument for comparison"));
    };
    if others.is_empty() {
        return Err(CallError::new("missing argument for comparison"));
    }
    for other in others {
        if equal(first, other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (left, right) = pair(arguments);
    Ok(Value::Bool(!equal(left, right)?))
}

pub(super) fn lt(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (left, right) = pair(arguments);
    Ok(Value::Bool(less(left, right)?))
}

pub(super) fn le(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (left, right) = pair(arguments);
    Ok(Value::Bool(less(left, right)? || equal(left, right)?))
}

pub(super) fn gt(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (left, right) = pair(arguments);
    Ok(Value::Bool(!(less(left, right)? || equal(left, right)?)))
}

pub(super) fn ge(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (left, right) = pair(arguments);
    Ok(Value::Bool(!less(left, right)?))
}

fn pair(arguments: &[Value]) -> (&Value, &Value) {
    match arguments {
        [left, right, ..] => (left, right),
        _ => (&Value::Invalid, &Value::Invalid),
    }
}

/// The kinds that have an order or at least an equality of their own.
fn basic_kind(value: &Value) -> Option<Kind> {
    let kind = value.kind();
    matches!(
        kind,
        Kind::Bool | Kind::Int | Kind::Uint | Kind::Float | Kind::Complex | Kind::String
    )
    .then_some(kind)
}

fn incompatible(left: &Value, right: &Value) -> CallError {
    CallError::new(format!(
        "incompatible types for comparison: {} and {}",
        left.type_name(),
        right.type_name()
    ))
}

fn equal(left: &Value, right: &Value) -> Result<bool, CallError> {
    if are_comparable_numbers(left, right) {
        return Ok(compare_numbers(left, right) == Some(Ordering::Equal));
    }
    match (basic_kind(left), basic_kind(right)) {
        (None, None) => equal_composites(left, right),
        (left_kind, right_kind) if left_kind != right_kind => {
            if left.is_nil() || right.is_nil() {
                Ok(false)
            } else {
                Err(incompatible(left, right))
            }
        }
        _ => Ok(match (left, right) {
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::String(left), Value::String(right)) => left == right,
            (Value::Complex(real, imaginary), Value::Complex(other_real, other_imaginary)) => {
                (real, imaginary).partial_cmp(&(other_real, other_imaginary))
                    == Some(Ordering::Equal)
            }
            _ => false,
        }),
    }
}

/// Composites can be compared with nil, and otherwise only if Go's `==` could.
fn equal_composites(left: &Value, right: &Value) -> Result<bool, CallError> {
    if left.is_nil() || right.is_nil() {
        return Ok(left.is_nil() == right.is_nil());
    }
    if left.kind() == right.kind() && (is_nil_composite(left) || is_nil_composite(right)) {
        return Ok(is_nil_composite(left) == is_nil_composite(right));
    }
    if left.kind() != right.kind() {
        return Err(CallError::new(format!(
            "non-comparable types {}: {}, {}: {}",
            reflected(left),
            left.type_name(),
            right.type_name(),
            String::from_utf8_lossy(&right.to_text()?)
        )));
    }
    if right.is_composite() {
        return Err(CallError::new(format!(
            "non-comparable type {}: {}",
            reflected(right),
            right.type_name()
        )));
    }
    Ok(left.deep_equals(right))
}

/// Whether it is a nil slice or a nil map.
fn is_nil_composite(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

/// How Go prints the reflected value itself: by `%s`, with its marks.
fn reflected(value: &Value) -> String {
    let text = rheostat_gocompat::fmt::sprintf(b"%s", std::slice::from_ref(value));
    String::from_utf8_lossy(&text.unwrap_or_default()).into_owned()
}

/// Integers may be compared with integers whatever their signs, floats with floats.
fn are_comparable_numbers(left: &Value, right: &Value) -> bool {
    let is_float = |value: &Value| matches!(value, Value::Float(_));
    (is_float(left) && is_float(right)) || (integer(left).is_some() && integer(right).is_some())
}

/// The order of two numbers that may be compared; none where one is not a number.
fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        _ => Some(integer(left)?.cmp(&integer(right)?)),
    }
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) | Value::Int64(number) => Some(i128::from(*number)),
        Value::Uint8(number) => Some(i128::from(*number)),
        Value::Uint64(number) => Some(i128::from(*number)),
        Value::Object(object) => object.number().map(i128::from),
        _ => None,
    }
}

fn less(left: &Value, right: &Value) -> Result<bool, CallError> {
    let (Some(left_kind), Some(right_kind)) = (basic_kind(left), basic_kind(right)) else {
        return Err(CallError::new(BAD_TYPE));
    };
    if are_comparable_numbers(left, right) {
        return Ok(compare_numbers(left, right) == Some(Ordering::Less));
    }
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left < right),
        _ if left_kind == right_kind => Err(CallError::new(BAD_TYPE)),
        _ => Err(incompatible(left, right)),
    }
}

//! From JSON to a Go type and back, without the Go type in between.
//!
//! The recursion is as deep as the types are, and no type holds itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Number, Value};

use crate::normalize::scheme::{Field, Scheme, Type};
use crate::object::Object;

/// A value does not fit its type.
#[derive(Debug)]
struct Mismatch;

/// A value after its way through a type.
struct Passed {
    value: Value,
    /// Whether Go's `omitempty` would leave it out.
    is_empty: bool,
}

impl Passed {
    fn some(value: Value) -> Self {
        Self {
            value,
            is_empty: false,
        }
    }

    fn nothing() -> Self {
        Self {
            value: Value::Null,
            is_empty: true,
        }
    }
}

/// The object after its way through the Go type of its kind; nothing if the kind is not built in or
/// a field has a wrong type.
pub(super) fn round_trip(object: &Object) -> Option<Value> {
    let scheme = Scheme::get();
    let kind = scheme.kind(object.api_version(), object.kind())?;
    let passed = pass(scheme, kind, object.value()).ok()?;
    Some(passed.value)
}

fn pass(scheme: &Scheme, kind: &Type, value: &Value) -> Result<Passed, Mismatch> {
    match kind {
        Type::String => text(value),
        Type::Bool => boolean(value),
        Type::Int32 | Type::Int64 => integer(kind, value),
        Type::Float => float(value),
        Type::Bytes => bytes(value),
        Type::Quantity => quantity(value).map(Passed::some),
        Type::IntOrString => int_or_string(value).map(Passed::some),
        Type::Time => time(value, "%Y-%m-%dT%H:%M:%SZ").map(Passed::some),
        Type::MicroTime => time(value, "%Y-%m-%dT%H:%M:%S.%6fZ").map(Passed::some),
        Type::Raw => Ok(Passed {
            value: value.clone(),
            is_empty: value.is_null(),
        }),
        Type::Pointer(inner) => match value {
            Value::Null => Ok(Passed::nothing()),
            _ => Ok(Passed::some(pass(scheme, inner, value)?.value)),
        },
        Type::List(inner) => list(scheme, inner, value),
        Type::Map(inner) => map(scheme, inner, value),
        Type::Struct(number) => structure(scheme, scheme.fields(*number), value),
    }
}

fn structure(scheme: &Scheme, fields: &[Field], value: &Value) -> Result<Passed, Mismatch> {
    let empty = Map::new();
    let given = match value {
        Value::Object(given) => given,
        Value::Null => &empty,
        _ => return Err(Mismatch),
    };
    let mut kept = Map::new();
    for field in fields {
        let found = given.get(field.name).unwrap_or(&Value::Null);
        let passed = pass(scheme, &field.kind, found)?;
        if !(field.omits_empty && passed.is_empty) {
            kept.insert(field.name.to_owned(), passed.value);
        }
    }
    Ok(Passed::some(Value::Object(kept)))
}

fn list(scheme: &Scheme, inner: &Type, value: &Value) -> Result<Passed, Mismatch> {
    let items = match value {
        Value::Array(items) => items,
        Value::Null => return Ok(Passed::nothing()),
        _ => return Err(Mismatch),
    };
    let passed: Result<Vec<Value>, Mismatch> = items
        .iter()
        .map(|item| pass(scheme, inner, item).map(|p| p.value))
        .collect();
    Ok(Passed {
        value: Value::Array(passed?),
        is_empty: items.is_empty(),
    })
}

fn map(scheme: &Scheme, inner: &Type, value: &Value) -> Result<Passed, Mismatch> {
    let entries = match value {
        Value::Object(entries) => entries,
        Value::Null => return Ok(Passed::nothing()),
        _ => return Err(Mismatch),
    };
    let passed: Result<Map<String, Value>, Mismatch> = entries
        .iter()
        .map(|(key, item)| Ok((key.clone(), pass(scheme, inner, item)?.value)))
        .collect();
    Ok(Passed {
        value: Value::Object(passed?),
        is_empty: entries.is_empty(),
    })
}

fn text(value: &Value) -> Result<Passed, Mismatch> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        _ => return Err(Mismatch),
    };
    Ok(Passed {
        is_empty: text.is_empty(),
        value: Value::String(text),
    })
}

fn boolean(value: &Value) -> Result<Passed, Mismatch> {
    let truth = match value {
        Value::Bool(truth) => *truth,
        Value::Null => false,
        _ => return Err(Mismatch),
    };
    Ok(Passed {
        value: Value::Bool(truth),
        is_empty: !truth,
    })
}

fn integer(kind: &Type, value: &Value) -> Result<Passed, Mismatch> {
    let whole = match value {
        Value::Number(number) => whole_number(number)?,
        Value::Null => 0,
        _ => return Err(Mismatch),
    };
    let whole = if *kind == Type::Int32 {
        // Go converts without a look at the range.
        i64::from(whole.cast_truncated())
    } else {
        whole
    };
    Ok(Passed {
        value: Value::from(whole),
        is_empty: whole == 0,
    })
}

/// The lower half of a number, as Go's conversion takes it.
trait CastTruncated {
    fn cast_truncated(self) -> i32;
}

impl CastTruncated for i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "truncation is what Go's conversion does"
    )]
    fn cast_truncated(self) -> i32 {
        self as i32
    }
}

fn whole_number(number: &Number) -> Result<i64, Mismatch> {
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    let float = number.as_f64().ok_or(Mismatch)?;
    // Beyond 2^53 a float has no unit digit, and nothing that counts is that large.
    if float.fract() != 0.0 || float.abs() > 9_007_199_254_740_992.0 {
        return Err(Mismatch);
    }
    format!("{float:.0}").parse().map_err(|_| Mismatch)
}

fn float(value: &Value) -> Result<Passed, Mismatch> {
    match value {
        Value::Number(number) => Ok(Passed {
            is_empty: number.as_f64() == Some(0.0),
            value: value.clone(),
        }),
        Value::Null => Ok(Passed {
            value: Value::from(0),
            is_empty: true,
        }),
        _ => Err(Mismatch),
    }
}

fn bytes(value: &Value) -> Result<Passed, Mismatch> {
    let encoded = match value {
        Value::String(encoded) => encoded.replace(['\r', '\n'], ""),
        Value::Null => return Ok(Passed::nothing()),
        _ => return Err(Mismatch),
    };
    let decoded = STANDARD.decode(encoded).map_err(|_| Mismatch)?;
    Ok(Passed {
        is_empty: decoded.is_empty(),
        value: Value::String(STANDARD.encode(decoded)),
    })
}

/// Numbers become strings; a string stays as it is written, since its value is all that counts.
fn quantity(value: &Value) -> Result<Value, Mismatch> {
    let text = match value {
        Value::Null => "0".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err(Mismatch),
    };
    let digits = text.trim_start_matches(['+', '-']);
    if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        Ok(Value::String(text))
    } else {
        Err(Mismatch)
    }
}

fn int_or_string(value: &Value) -> Result<Value, Mismatch> {
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Number(number) => whole_number(number).map(Value::from),
        Value::Null => Ok(Value::from(0)),
        _ => Err(Mismatch),
    }
}

fn time(value: &Value, format: &str) -> Result<Value, Mismatch> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::String(text) => {
            let time: Timestamp = text.parse().map_err(|_| Mismatch)?;
            Ok(Value::String(time.strftime(format).to_string()))
        }
        _ => Err(Mismatch),
    }
}

//! JSON as Go's `encoding/json` reads and writes it.

mod decode;
mod encode;

use rheostat_gocompat::strconv;
use serde_json::Number;

use crate::value::{Map, Value};

pub(crate) use decode::decode;
pub(crate) use encode::{EncodeError, Escaping, encode};

/// How deep values may nest.
const MAX_DEPTH: usize = rheostat_gocompat::fmt::MAX_DEPTH;

/// From this magnitude on Go writes a number with an exponent.
const EXPONENT_FROM: f64 = 1e21;

/// A value as the YAML emitter takes it, after the way through JSON: whole floats are integers.
pub(crate) fn to_serde(value: &Value) -> Result<serde_json::Value, EncodeError> {
    convert(value, true, 0)
}

/// A value as the YAML emitter takes it where floats stay floats.
pub(crate) fn to_serde_keeping_floats(value: &Value) -> Result<serde_json::Value, EncodeError> {
    convert(value, false, 0)
}

fn convert(
    value: &Value,
    through_json: bool,
    depth: usize,
) -> Result<serde_json::Value, EncodeError> {
    if depth > MAX_DEPTH {
        return Err(EncodeError::TooDeep);
    }
    Ok(match value {
        Value::Invalid | Value::Nil => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) | Value::Int64(number) => (*number).into(),
        Value::Uint8(number) => (*number).into(),
        Value::Uint64(number) => (*number).into(),
        Value::Float(number) => float(*number, through_json)?,
        Value::Complex(..) => return Err(EncodeError::Type("complex128".to_owned())),
        Value::String(text) => text.to_str().into_owned().into(),
        Value::Bytes(bytes) if through_json => encode::base64(bytes).into(),
        Value::Bytes(bytes) => bytes.to_vec().into(),
        Value::List(list) if list.is_nil() && through_json => serde_json::Value::Null,
        Value::List(list) => list
            .iter()
            .map(|item| convert(item, through_json, depth + 1))
            .collect::<Result<_, _>>()?,
        Value::Map(map) if map.is_nil() && through_json => serde_json::Value::Null,
        Value::Map(map) => {
            let entries = map.entries();
            entries
                .iter()
                .map(|(key, value)| {
                    Ok((
                        key.to_str().into_owned(),
                        convert(value, through_json, depth + 1)?,
                    ))
                })
                .collect::<Result<_, _>>()?
        }
        Value::Object(object) => {
            if let Some(text) = object.json_text() {
                return Ok(text.into());
            }
            let fields = object.fields().into_iter();
            fields
                .map(|(name, value)| {
                    Ok((name.to_owned(), convert(&value, through_json, depth + 1)?))
                })
                .collect::<Result<_, _>>()?
        }
    })
}

fn float(number: f64, through_json: bool) -> Result<serde_json::Value, EncodeError> {
    if through_json && number.fract() == 0.0 && number.abs() < EXPONENT_FROM {
        // The integer that is read is the one that JSON shows, whose last digits may differ from the float's.
        let text = strconv::format_float(number, 'f', None, 64);
        if let Ok(whole) = text.parse::<i64>() {
            return Ok(whole.into());
        }
        if let Ok(whole) = text.parse::<u64>() {
            return Ok(whole.into());
        }
    }
    Number::from_f64(number)
        .map(serde_json::Value::Number)
        .ok_or(EncodeError::Number(number))
}

impl Value {
    /// The value on its way through JSON: whole floats are integers.
    ///
    /// # Errors
    /// Go's complaint about a value that JSON cannot express.
    pub fn to_json(&self) -> Result<serde_json::Value, String> {
        to_serde(self).map_err(|error| error.to_string())
    }

    /// The YAML that Helm's `toYaml` gives, with a line break at the end.
    ///
    /// # Errors
    /// Go's complaint about a value that JSON cannot express.
    pub fn to_yaml(&self) -> Result<String, String> {
        let json = to_serde(self).map_err(|error| error.to_string())?;
        rheostat_yaml::emit::to_yaml(&json).map_err(|error| error.to_string())
    }
}

impl From<serde_json::Value> for Value {
    /// The value that Go's decoder would make: all numbers are floats.
    fn from(json: serde_json::Value) -> Self {
        from_serde(json)
    }
}

pub(crate) fn from_serde(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => Value::list(items.into_iter().map(from_serde).collect()),
        serde_json::Value::Object(fields) => Value::from(
            fields
                .into_iter()
                .map(|(key, value)| (key, from_serde(value)))
                .collect::<Map>(),
        ),
    }
}

//! YAML and JSON.

use std::sync::Arc;

use rheostat_yaml::{Limits, Profile, emit, json as yaml_json};

use super::super::{
    arguments::{Answer, text, value},
    eager,
    json::{self, EncodeError, Escaping},
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{List, Map, Value},
};

use Type::{Any, String};

pub(super) static TABLE: &[Function] = &[
    eager("fromJson", &[String], |_, arguments| {
        Ok(map_or_error(
            json::decode(&text(arguments, 0)).map_err(|error| error.to_string()),
        ))
    }),
    eager("fromJsonArray", &[String], |_, arguments| {
        Ok(list_or_error(
            json::decode(&text(arguments, 0)).map_err(|error| error.to_string()),
        ))
    }),
    eager("fromYaml", &[String], |_, arguments| {
        Ok(map_or_error_of_yaml(&text(arguments, 0)))
    }),
    eager("fromYamlArray", &[String], |_, arguments| {
        Ok(list_or_error_of_yaml(&text(arguments, 0)))
    }),
    eager("mustFromJson", &[String], |_, arguments| {
        json::decode(&text(arguments, 0)).map_err(|error| CallError::new(error.to_string()))
    }),
    eager("mustToJson", &[Any], |_, arguments| {
        encoded(arguments, Escaping::Html, false)
    }),
    eager("mustToPrettyJson", &[Any], |_, arguments| {
        encoded(arguments, Escaping::Html, true)
    }),
    eager("mustToRawJson", &[Any], |_, arguments| {
        encoded(arguments, Escaping::Plain, false)
    }),
    eager("mustToYaml", &[Any], must_to_yaml),
    eager("toJson", &[Any], |_, arguments| {
        Ok(encoded(arguments, Escaping::Html, false).unwrap_or_else(|_| Value::from("")))
    }),
    eager("toPrettyJson", &[Any], |_, arguments| {
        Ok(encoded(arguments, Escaping::Html, true).unwrap_or_else(|_| Value::from("")))
    }),
    eager("toRawJson", &[Any], |_, arguments| {
        encoded(arguments, Escaping::Plain, false)
    }),
    eager("toYaml", &[Any], |runtime, arguments| {
        Ok(must_to_yaml(runtime, arguments).unwrap_or_else(|_| Value::from("")))
    }),
    eager("toYamlPretty", &[Any], to_yaml_pretty),
];

fn encoded(arguments: &[Value], escaping: Escaping, is_pretty: bool) -> Answer {
    let output = json::encode(&value(arguments, 0), escaping, is_pretty);
    Ok(Value::from(
        output.map_err(|error| CallError::new(error.to_string()))?,
    ))
}

fn must_to_yaml(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let output = value(arguments, 0)
        .to_yaml()
        .map_err(|error| CallError::new(format!("error marshaling into JSON: {error}")))?;
    Ok(Value::from(output.strip_suffix('\n').unwrap_or(&output)))
}

/// The same without the way through JSON; a mistake gives nothing.
fn to_yaml_pretty(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let json = match json::to_serde_keeping_floats(&value(arguments, 0)) {
        Ok(json) => json,
        // The library panics where it meets such a type.
        Err(EncodeError::Type(name)) => {
            return Err(CallError::new(format!("cannot marshal type: {name}")));
        }
        Err(_) => return Ok(Value::from("")),
    };
    let output = emit::to_yaml_v3(&json);
    Ok(Value::from(output.strip_suffix('\n').unwrap_or(&output)))
}

/// The first document of a text as JSON has it, or Go's complaint.
fn decode_yaml(text: &[u8]) -> Result<Value, std::string::String> {
    let node = rheostat_yaml::parse(text, Profile::V2, &Limits::default())
        .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
    let Some(node) = node else {
        return Ok(Value::Nil);
    };
    let json = yaml_json::from_node(&node, Profile::V2)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
    Ok(json::from_serde(json))
}

/// Unlike in JSON, null leaves what was there before: an empty map.
fn map_or_error_of_yaml(text: &[u8]) -> Value {
    match decode_yaml(text) {
        Ok(Value::Nil) => Value::map(),
        Ok(value) => {
            as_map(value).unwrap_or_else(|error| error_map(format!("{YAML_PREFIX}{error}")))
        }
        Err(error) => error_map(error),
    }
}

fn list_or_error_of_yaml(text: &[u8]) -> Value {
    match decode_yaml(text) {
        Ok(Value::Nil) => Value::list(Vec::new()),
        Ok(value) => {
            as_list(value).unwrap_or_else(|error| error_list(format!("{YAML_PREFIX}{error}")))
        }
        Err(error) => error_list(error),
    }
}

/// What `sigs.k8s.io/yaml` puts before the complaints of its JSON decoder.
const YAML_PREFIX: &str = "error unmarshaling JSON: while decoding JSON: ";

fn error_map(error: std::string::String) -> Value {
    Value::from([("Error", error)].into_iter().collect::<Map>())
}

fn error_list(error: std::string::String) -> Value {
    Value::list(vec![Value::from(error)])
}

fn map_or_error(decoded: Result<Value, std::string::String>) -> Value {
    decoded.and_then(as_map).unwrap_or_else(error_map)
}

fn list_or_error(decoded: Result<Value, std::string::String>) -> Value {
    decoded.and_then(as_list).unwrap_or_else(error_list)
}

/// A decoded value as Go decodes it into a map: null makes it a nil map.
fn as_map(value: Value) -> Result<Value, std::string::String> {
    match value {
        Value::Map(_) => Ok(value),
        Value::Invalid | Value::Nil => Ok(Value::from(Map::nil())),
        other => Err(mismatch(&other, "map[string]interface {}")),
    }
}

fn as_list(value: Value) -> Result<Value, std::string::String> {
    match value {
        Value::List(_) => Ok(value),
        Value::Invalid | Value::Nil => Ok(Value::List(Arc::new(List::nil()))),
        other => Err(mismatch(&other, "[]interface {}")),
    }
}

fn mismatch(value: &Value, expected: &str) -> std::string::String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Float(_) => "number",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "string",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {expected}")
}

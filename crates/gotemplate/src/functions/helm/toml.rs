//! TOML, as BurntSushi/toml 1.6 writes it. Reading is left to the `toml` crate, whose complaints have other words than Go's.

use super::super::{
    arguments::{Answer, string, value},
    eager,
    sprig::date,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    text::Text,
    value::{Map, Value},
};
use rheostat_gocompat::{strconv, time::Time};

use Type::{Any, String};

/// How deep values may nest.
const MAX_DEPTH: usize = rheostat_gocompat::fmt::MAX_DEPTH;

pub(super) static TABLE: &[Function] = &[
    eager("fromToml", &[String], |_, arguments| {
        Ok(from_toml(&string(arguments, 0)))
    }),
    eager("mustToToml", &[Any], must_to_toml),
    // The complaint becomes the result.
    eager("toToml", &[Any], |runtime, arguments| {
        refuse_nil(arguments)?;
        Ok(must_to_toml(runtime, arguments).unwrap_or_else(|error| Value::from(error.to_string())))
    }),
];

/// The library panics where there is no value at all.
fn refuse_nil(arguments: &[Value]) -> Result<(), CallError> {
    if value(arguments, 0).is_nil() {
        return Err(CallError::new(
            "reflect: call of reflect.Value.Type on zero Value",
        ));
    }
    Ok(())
}

fn must_to_toml(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    refuse_nil(arguments)?;
    let mut writer = Writer::default();
    writer.encode(&[], &value(arguments, 0))?;
    Ok(Value::from(writer.output))
}

fn from_toml(text: &str) -> Value {
    match text.parse::<toml::Table>() {
        Ok(table) => read(toml::Value::Table(table)),
        Err(error) => Value::from([("Error", error.to_string())].into_iter().collect::<Map>()),
    }
}

fn read(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::Int64(number),
        toml::Value::Float(number) => Value::Float(number),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(time) => read_time(&time),
        toml::Value::Array(items) => Value::list(items.into_iter().map(read).collect()),
        toml::Value::Table(entries) => Value::from(
            entries
                .into_iter()
                .map(|(key, value)| (key, read(value)))
                .collect::<Map>(),
        ),
    }
}

/// A time. Where the text has no offset, the library puts it in UTC under a name that says what is missing.
fn read_time(datetime: &toml::value::Datetime) -> Value {
    let (layout, zone) = match (datetime.date, datetime.time, datetime.offset) {
        (Some(_), Some(_), Some(_)) => ("2006-01-02T15:04:05Z07:00", None),
        (Some(_), Some(_), None) => ("2006-01-02T15:04:05", Some("datetime-local")),
        (Some(_), None, _) => ("2006-01-02", Some("date-local")),
        _ => ("15:04:05", Some("time-local")),
    };
    let text = datetime.to_string();
    match (Time::parse(layout, &text), zone) {
        (Ok(time), Some(zone)) => date::object(time.with_zone_name(zone)),
        (Ok(time), None) => date::object(time),
        (Err(_), _) => Value::from(text),
    }
}

#[derive(Default)]
struct Writer {
    output: std::string::String,
}

impl Writer {
    /// Writes a value under a path of keys; tables get a header of their own.
    fn encode(&mut self, path: &[Text], value: &Value) -> Result<(), CallError> {
        if path.len() > MAX_DEPTH {
            return Err(CallError::new("toml: value nests too deeply"));
        }
        match value {
            Value::Invalid | Value::Nil => Ok(()),
            Value::Map(map) => {
                if path.len() == 1 {
                    self.line_break();
                }
                if !path.is_empty() {
                    self.header(path, ["[", "]"]);
                }
                self.entries(path, map)
            }
            Value::List(list) if is_table_array(value)? => {
                if path.is_empty() {
                    return Err(CallError::new(
                        "toml: top-level values must be Go maps or structs",
                    ));
                }
                for item in list.iter() {
                    self.line_break();
                    self.header(path, ["[[", "]]"]);
                    if let Value::Map(map) = item {
                        self.entries(path, map)?;
                    }
                }
                Ok(())
            }
            other => {
                let Some(key) = path.last() else {
                    return self.element(other, 0);
                };
                self.indent(path);
                self.output.extend([&quoted_key(key), " = "]);
                self.element(other, path.len())?;
                self.line_break();
                Ok(())
            }
        }
    }

    /// Values first, then tables, both in the order of their keys.
    fn entries(&mut self, path: &[Text], map: &Map) -> Result<(), CallError> {
        for wants_tables in [false, true] {
            for (key, value) in map.entries() {
                if is_table(&value)? == wants_tables {
                    let path = [path, &[key]].concat();
                    self.encode(&path, &value)?;
                }
            }
        }
        Ok(())
    }

    fn line_break(&mut self) {
        if !self.output.is_empty() {
            self.output.push('\n');
        }
    }

    fn indent(&mut self, path: &[Text]) {
        self.output
            .extend(std::iter::repeat_n("  ", path.len().saturating_sub(1)));
    }

    fn header(&mut self, path: &[Text], [open, close]: [&str; 2]) {
        self.indent(path);
        let keys: Vec<_> = path.iter().map(quoted_key).collect();
        self.output.extend([open, &keys.join("."), close]);
        self.line_break();
    }

    /// A value within a line.
    fn element(&mut self, value: &Value, depth: usize) -> Result<(), CallError> {
        if depth > MAX_DEPTH {
            return Err(CallError::new("toml: value nests too deeply"));
        }
        match value {
            Value::Bool(value) => self.output.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) | Value::Int64(number) => self.output.push_str(&number.to_string()),
            Value::Uint8(number) => self.output.push_str(&number.to_string()),
            Value::Uint64(number) => self.output.push_str(&number.to_string()),
            Value::Float(number) => self.output.push_str(&float(*number)),
            Value::String(text) => self.output.push_str(&quoted(text)),
            Value::Bytes(bytes) => {
                let items: Vec<_> = bytes.iter().map(u8::to_string).collect();
                self.output.extend(["[", &items.join(", "), "]"]);
            }
            Value::List(list) => {
                self.output.push('[');
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.output.push_str(", ");
                    }
                    self.element(item, depth + 1)?;
                }
                self.output.push(']');
            }
            Value::Map(map) => self.inline_table(map, depth)?,
            Value::Object(object) => match object.text() {
                Some(text) => self.output.push_str(&quoted(&Text::from(text))),
                None => {
                    return Err(CallError::new(format!(
                        "unexpected type: {}",
                        object.type_name()
                    )));
                }
            },
            other => {
                return Err(CallError::new(format!(
                    "unexpected type: {}",
                    other.type_name()
                )));
            }
        }
        Ok(())
    }

    fn inline_table(&mut self, map: &Map, depth: usize) -> Result<(), CallError> {
        self.output.push('{');
        let mut is_first = true;
        for wants_tables in [false, true] {
            for (key, value) in map.entries() {
                if value.is_nil() || is_table(&value)? != wants_tables {
                    continue;
                }
                if !std::mem::take(&mut is_first) {
                    self.output.push_str(", ");
                }
                self.output.extend([&quoted_key(&key), " = "]);
                self.element(&value, depth + 1)?;
            }
        }
        self.output.push('}');
        Ok(())
    }
}

/// Whether a value gets a header of its own.
fn is_table(value: &Value) -> Result<bool, CallError> {
    Ok(matches!(value, Value::Map(_)) || is_table_array(value)?)
}

fn is_table_array(value: &Value) -> Result<bool, CallError> {
    let Value::List(list) = value else {
        return Ok(false);
    };
    if list.iter().any(Value::is_nil) {
        return Err(CallError::new("toml: cannot encode array with nil element"));
    }
    Ok(!list.is_empty() && list.iter().all(|item| matches!(item, Value::Map(_))))
}

fn float(number: f64) -> std::string::String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = strconv::format_float(number, 'g', None, 64);
    if text.contains(['e', '.']) {
        text
    } else {
        format!("{text}.0")
    }
}

fn quoted_key(key: &Text) -> std::string::String {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(is_bare) {
        key.to_str().into_owned()
    } else {
        quoted(key)
    }
}

fn quoted(text: &Text) -> std::string::String {
    let mut output = std::string::String::from("\"");
    for character in text.to_str().chars() {
        match character {
            '"' => output.push_str("\\\""),
            '\\' => output.push_str("\\\\"),
            '\t' => output.push_str("\\t"),
            '\n' => output.push_str("\\n"),
            '\r' => output.push_str("\\r"),
            '\x08' => output.push_str("\\b"),
            '\x0c' => output.push_str("\\f"),
            c if c < ' ' || c == '\x7f' => {
                output.push_str(&["\\u", &format!("{:04x}", u32::from(c))].concat());
            }
            c => output.push(c),
        }
    }
    output.push('"');
    output
}

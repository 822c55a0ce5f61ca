//! The fields of an index and of its entries, with the types that Go's decoder asks for.

use rheostat_gocompat::json::kind;
use rheostat_gocompat::strconv;
use serde_json::{Map, Value};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Flag,
    Texts,
    TextMap,
    Moment,
    Object,
    Objects(&'static Fields),
    Anythings,
}

/// The fields of an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fields {
    /// The name of the Go type, for messages.
    owner: &'static str,
    /// What stands before the names of fields in messages.
    path: &'static str,
    known: &'static [(&'static str, Shape)],
}

const MAINTAINER: Fields = Fields {
    owner: "Maintainer",
    path: "entries.Metadata.maintainers.",
    known: &[
        ("name", Shape::Text),
        ("email", Shape::Text),
        ("url", Shape::Text),
    ],
};

const DEPENDENCY: Fields = Fields {
    owner: "Dependency",
    path: "entries.Metadata.dependencies.",
    known: &[
        ("name", Shape::Text),
        ("version", Shape::Text),
        ("repository", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::Texts),
        ("enabled", Shape::Flag),
        ("import-values", Shape::Anythings),
        ("alias", Shape::Text),
    ],
};

/// What Chart.yaml says.
pub(super) const METADATA: Fields = Fields {
    owner: "ChartVersion",
    path: "entries.Metadata.",
    known: &[
        ("name", Shape::Text),
        ("home", Shape::Text),
        ("sources", Shape::Texts),
        ("version", Shape::Text),
        ("description", Shape::Text),
        ("keywords", Shape::Texts),
        ("maintainers", Shape::Objects(&MAINTAINER)),
        ("icon", Shape::Text),
        ("apiVersion", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::Text),
        ("appVersion", Shape::Text),
        ("deprecated", Shape::Flag),
        ("annotations", Shape::TextMap),
        ("kubeVersion", Shape::Text),
        ("dependencies", Shape::Objects(&DEPENDENCY)),
        ("type", Shape::Text),
    ],
};

/// What an entry says besides.
pub(super) const ENTRY: Fields = Fields {
    owner: "ChartVersion",
    path: "entries.",
    known: &[
        ("urls", Shape::Texts),
        ("created", Shape::Moment),
        ("removed", Shape::Flag),
        ("digest", Shape::Text),
        ("checksum", Shape::Text),
        ("engine", Shape::Text),
        ("tillerVersion", Shape::Text),
        ("url", Shape::Text),
    ],
};

/// What the index itself says; `entries` is read on its own.
pub(super) const HEAD: Fields = Fields {
    owner: "IndexFile",
    path: "",
    known: &[
        ("serverInfo", Shape::Object),
        ("apiVersion", Shape::Text),
        ("generated", Shape::Moment),
        ("publicKeys", Shape::Texts),
        ("annotations", Shape::TextMap),
    ],
};

impl Fields {
    /// The field of a name, in any case as Go has it.
    pub(super) fn find(&self, name: &str) -> Option<(&'static str, Shape)> {
        let exact = self.known.iter().find(|(field, _)| *field == name);
        let any_case = || {
            self.known
                .iter()
                .find(|(field, _)| field.eq_ignore_ascii_case(name))
        };
        exact.or_else(any_case).copied()
    }

    /// A field's value, if it has the type that the field asks for. Nulls are none.
    pub(super) fn checked(
        &self,
        name: &str,
        shape: Shape,
        value: Value,
        reading: Reading,
    ) -> Result<Option<Value>, String> {
        let mismatch = |found: &Value, wanted: &str| {
            let Self { owner, path, .. } = self;
            format!(
                "json: cannot unmarshal {} into Go struct field {owner}.{path}{name} of type {wanted}",
                kind(found)
            )
        };
        let text = |value: Value| match reading.as_text(value) {
            Ok(text) => Ok(Value::String(text)),
            Err(value) => Err(mismatch(&value, "string")),
        };
        Ok(Some(match (shape, value) {
            (_, Value::Null) => return Ok(None),
            (Shape::Text, value) => text(value)?,
            (Shape::Flag, value @ Value::Bool(_))
            | (Shape::Object, value @ Value::Object(_))
            | (Shape::Anythings, value @ Value::Array(_)) => value,
            (Shape::Moment, Value::String(moment)) => moment_of(&moment).map(Value::String)?,
            (Shape::Moment, _) => {
                return Err("Time.UnmarshalJSON: input is not a JSON string".to_owned());
            }
            (Shape::Texts, Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::Null => Ok(Value::String(String::new())),
                    item => text(item),
                })
                .collect::<Result<_, _>>()?,
            (Shape::TextMap, Value::Object(entries)) => {
                let entries = entries.into_iter().map(|(key, value)| match value {
                    Value::Null => Ok((key, Value::String(String::new()))),
                    value => Ok((key, text(value)?)),
                });
                Value::Object(entries.collect::<Result<_, String>>()?)
            }
            (Shape::Objects(fields), Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::Object(object) => fields.object(object, reading).map(Value::Object),
                    Value::Null => Ok(Value::Null),
                    other => Err(mismatch(&other, &format!("chart.{}", fields.owner))),
                })
                .collect::<Result<_, _>>()?,
            (shape, value) => return Err(mismatch(&value, shape.go_type())),
        }))
    }

    fn object(
        &self,
        object: Map<String, Value>,
        reading: Reading,
    ) -> Result<Map<String, Value>, String> {
        let mut checked = Map::new();
        for (key, value) in object {
            let Some((name, shape)) = self.find(&key) else {
                reading.unknown(&key)?;
                continue;
            };
            if let Some(value) = self.checked(name, shape, value, reading)? {
                checked.insert(name.to_owned(), value);
            }
        }
        Ok(checked)
    }
}

impl Shape {
    fn go_type(self) -> &'static str {
        match self {
            Self::Text | Self::Moment => "string",
            Self::Flag => "bool",
            Self::Texts => "[]string",
            Self::TextMap => "map[string]string",
            Self::Object => "map[string]interface {}",
            Self::Objects(&MAINTAINER) => "[]*v2.Maintainer",
            Self::Objects(_) => "[]*v2.Dependency",
            Self::Anythings => "[]interface {}",
        }
    }
}

/// How lenient the decoder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Unknown fields are errors in YAML, and ignored in JSON.
    pub(super) is_yaml: bool,
    /// Numbers and booleans may stand for text in YAML, in some places.
    pub(super) is_text_coerced: bool,
}

impl Reading {
    /// Refuses an unknown field, or not.
    pub(super) fn unknown(self, name: &str) -> Result<(), String> {
        if self.is_yaml {
            return Err(format!("json: unknown field {}", strconv::quote_str(name)));
        }
        Ok(())
    }

    fn as_text(self, value: Value) -> Result<String, Value> {
        match value {
            Value::String(text) => Ok(text),
            Value::Bool(value) if self.is_text_coerced => Ok(value.to_string()),
            Value::Number(number) if self.is_text_coerced => Ok(if number.is_f64() {
                strconv::format_float(number.as_f64().unwrap_or(f64::NAN), 'g', None, 64)
            } else {
                number.to_string()
            }),
            other => Err(other),
        }
    }
}

/// A moment as Go writes it.
fn moment_of(text: &str) -> Result<String, String> {
    const READ: &str = "2006-01-02T15:04:05Z07:00";
    const WRITTEN: &str = "2006-01-02T15:04:05.999999999Z07:00";
    rheostat_gocompat::time::Time::parse(READ, text)
        .map(|time| time.format(WRITTEN))
        .map_err(|error| error.to_string())
}

//! Typed reading of configuration, as Go's `encoding/json` decodes what
//! `sigs.k8s.io/yaml` has read.
//!
//! Keys match regardless of case, the last of several equal keys wins, and
//! `null` leaves a field as it is. Two readings exist: kustomization files
//! refuse unknown fields and want strings to be strings, plugin
//! configurations ignore unknown fields and take numbers and booleans for
//! strings. [`Reading`] says which.
//!
//! Absent: anything about the meaning of a field.

use std::collections::BTreeMap;

use rheostat_gocompat::strconv;
use rheostat_yaml::node::ScalarValue;
use rheostat_yaml::{Mapping, Node, Position, Scalar, SmolStr};

/// How strict a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// A field that the type does not have is an error.
    pub refuses_unknown_fields: bool,
    /// Numbers and booleans stand for strings where a string is wanted.
    pub takes_scalars_for_strings: bool,
}

impl Reading {
    /// How kustomize reads a kustomization file.
    pub(crate) const KUSTOMIZATION: Self = Self {
        refuses_unknown_fields: true,
        takes_scalars_for_strings: false,
    };
    /// How kustomize reads a transformer configuration.
    pub(crate) const CONFIGURATION: Self = Self {
        refuses_unknown_fields: true,
        takes_scalars_for_strings: true,
    };
    /// How kustomize reads the configuration of a builtin plugin, and Flux a
    /// root kustomization file.
    pub(crate) const LENIENT: Self = Self {
        refuses_unknown_fields: false,
        takes_scalars_for_strings: true,
    };
}

/// Why a value does not fit its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The type has no such field.
    #[error("json: unknown field {field:?} (line {line})")]
    UnknownField {
        /// The key.
        field: String,
        /// Line of the key.
        line: u32,
    },
    /// The field wants another kind of value.
    #[error(
        "json: cannot unmarshal {found} into Go struct field {path} of type {wanted} (line {line})"
    )]
    Mismatch {
        /// What stands there: `string`, `number`, `bool`, `object`, `array`.
        found: &'static str,
        /// Type and field names from the outermost type down.
        path: String,
        /// Go's name of the type that the field has.
        wanted: &'static str,
        /// Line of the value.
        line: u32,
    },
}

/// A type that reads itself from a mapping.
pub(crate) trait Record: Sized + 'static {
    /// Name of the type in messages.
    const NAME: &'static str;
    /// The fields.
    const FIELDS: &'static [Field<Self>];
}

/// A field of a record: its name in the text, and its place in the record.
pub(crate) struct Field<T> {
    name: &'static str,
    slot: fn(&mut T) -> &mut dyn Decode,
}

impl<T> Field<T> {
    /// Whether `key` names this field, regardless of case.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.name.eq_ignore_ascii_case(key)
    }

    pub(crate) const fn new(name: &'static str, slot: fn(&mut T) -> &mut dyn Decode) -> Self {
        Self { name, slot }
    }
}

/// Where a value stands, for messages, and how to read it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    reading: Reading,
    name: &'a str,
    parent: Option<&'a Self>,
}

impl<'a> Place<'a> {
    /// The outermost place, called `name`.
    pub(crate) fn root(name: &'a str, reading: Reading) -> Self {
        Self {
            reading,
            name,
            parent: None,
        }
    }

    fn child<'b>(&'b self, name: &'b str) -> Place<'b> {
        Place {
            reading: self.reading,
            name,
            parent: Some(self),
        }
    }

    fn path(&self) -> String {
        match self.parent {
            Some(parent) => format!("{}.{}", parent.path(), self.name),
            None => self.name.to_owned(),
        }
    }

    fn mismatch(&self, node: &Node, wanted: &'static str) -> DecodeError {
        DecodeError::Mismatch {
            found: json_kind(node),
            path: self.path(),
            wanted,
            line: node.position().line,
        }
    }
}

/// A value that can be read over another one in its place.
pub(crate) trait Decode {
    /// Reads `node` into `self`.
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError>;
}

/// Reads a record from a whole document.
pub(crate) fn record<T: Record + Default>(node: &Node, reading: Reading) -> Result<T, DecodeError> {
    let mut value = T::default();
    value.decode(node, &Place::root(T::NAME, reading))?;
    Ok(value)
}

impl<T: Record> Decode for T {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        let Some(mapping) = object(node, place, T::NAME)? else {
            return Ok(());
        };
        for (key, value) in sorted(mapping) {
            let exact = T::FIELDS.iter().find(|field| field.name == key);
            let field = exact.or_else(|| {
                let same = |field: &&Field<T>| field.name.eq_ignore_ascii_case(&key);
                T::FIELDS.iter().find(same)
            });
            match field {
                Some(field) => (field.slot)(self).decode(value, &place.child(field.name))?,
                None if place.reading.refuses_unknown_fields => {
                    let line = key_position(mapping, &key).line;
                    return Err(DecodeError::UnknownField { field: key, line });
                }
                None => {}
            }
        }
        Ok(())
    }
}

impl Decode for String {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        let Some(scalar) = node.as_scalar() else {
            return Err(place.mismatch(node, "string"));
        };
        match scalar.value() {
            Ok(ScalarValue::Null) => {}
            Ok(ScalarValue::Str(text)) => *self = text.into_owned(),
            Ok(value) if place.reading.takes_scalars_for_strings => {
                *self = coerced(&value);
            }
            Ok(_) | Err(_) => return Err(place.mismatch(node, "string")),
        }
        Ok(())
    }
}

impl Decode for SmolStr {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        let mut text = String::from(self.as_str());
        text.decode(node, place)?;
        *self = Self::from(text);
        Ok(())
    }
}

impl Decode for bool {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        if let Some(value) = node.as_bool() {
            *self = value;
        } else if !node.is_null() {
            return Err(place.mismatch(node, "bool"));
        }
        Ok(())
    }
}

impl Decode for i64 {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        if let Some(value) = node.as_i64() {
            *self = value;
        } else if !node.is_null() {
            return Err(place.mismatch(node, "int64"));
        }
        Ok(())
    }
}

impl<T: Decode + Default> Decode for Option<T> {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        if node.is_null() {
            *self = None;
            return Ok(());
        }
        self.get_or_insert_with(T::default).decode(node, place)
    }
}

impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        if node.is_null() {
            self.clear();
            return Ok(());
        }
        let Some(items) = node.as_sequence() else {
            return Err(place.mismatch(node, "[]"));
        };
        self.clear();
        for item in items {
            let mut value = T::default();
            value.decode(item, place)?;
            self.push(value);
        }
        Ok(())
    }
}

impl<T: Decode + Default> Decode for BTreeMap<String, T> {
    fn decode(&mut self, node: &Node, place: &Place<'_>) -> Result<(), DecodeError> {
        let Some(mapping) = object(node, place, "map[string]")? else {
            return Ok(());
        };
        for (key, node) in sorted(mapping) {
            let mut value = T::default();
            value.decode(node, place)?;
            self.insert(key, value);
        }
        Ok(())
    }
}

/// Any value, kept as it is.
impl Decode for Node {
    fn decode(&mut self, node: &Node, _: &Place<'_>) -> Result<(), DecodeError> {
        *self = node.clone();
        Ok(())
    }
}

/// The mapping at `node`; none when it is null.
fn object<'a>(
    node: &'a Node,
    place: &Place<'_>,
    wanted: &'static str,
) -> Result<Option<&'a Mapping>, DecodeError> {
    match node {
        Node::Mapping(mapping) => Ok(Some(mapping)),
        _ if node.is_null() => Ok(None),
        _ => Err(place.mismatch(node, wanted)),
    }
}

/// Keys as JSON has them, in the order in which Go writes them out.
fn sorted(mapping: &Mapping) -> BTreeMap<String, &Node> {
    let entries = mapping.entries.iter();
    entries
        .map(|entry| (key_text(&entry.key), &entry.value))
        .collect()
}

/// A key as text. `on:` is the boolean `true`.
fn key_text(key: &Scalar) -> String {
    match key.value() {
        Ok(value) => coerced(&value),
        Err(_) => key.text().to_owned(),
    }
}

/// The text that a value stands for where a string is wanted.
fn coerced(value: &ScalarValue<'_>) -> String {
    match value {
        ScalarValue::Null => "null".to_owned(),
        ScalarValue::Bool(value) => value.to_string(),
        ScalarValue::Int(value) => value.to_string(),
        ScalarValue::Uint(value) => value.to_string(),
        ScalarValue::Float(value) => strconv::format_float(*value, 'g', None, 32),
        ScalarValue::Str(text) => text.clone().into_owned(),
    }
}

fn key_position(mapping: &Mapping, key: &str) -> Position {
    let found = mapping.entries.iter().find(|entry| entry.key.text() == key);
    found.map(|entry| entry.key.position).unwrap_or_default()
}

fn json_kind(node: &Node) -> &'static str {
    match node {
        Node::Mapping(_) => "object",
        Node::Sequence(_) => "array",
        Node::Scalar(scalar) => match scalar.value() {
            Ok(ScalarValue::Null) => "null",
            Ok(ScalarValue::Bool(_)) => "bool",
            Ok(ScalarValue::Int(_) | ScalarValue::Uint(_) | ScalarValue::Float(_)) => "number",
            Ok(ScalarValue::Str(_)) | Err(_) => "string",
        },
    }
}

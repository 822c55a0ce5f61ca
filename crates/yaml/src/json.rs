//! Between nodes and JSON values, as `sigs.k8s.io/yaml` and kyaml convert them.

mod go_value;
mod number;

use std::borrow::Cow;

pub(crate) use go_value::go_syntax;
pub(crate) use number::{format_float, from_float};
use serde_json::Value;

use crate::emit::passage;
use crate::node::{Scalar, ScalarError, ScalarValue, Style, Tag};
use crate::{Entry, Mapping, Node, Position, Profile, resolve};

/// A node that JSON cannot express.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// `.nan` or `.inf`.
    #[error("json: unsupported value: {value}")]
    Number {
        /// As Go prints it.
        value: String,
        /// Where it is.
        position: Position,
    },
    /// A key that does not become a string.
    #[error("{problem}")]
    Key {
        /// In Go's words.
        problem: String,
        /// Where the key is.
        position: Position,
    },
    /// A text that `sigs.k8s.io/yaml` cannot read back from JSON.
    #[error("{problem}")]
    Text {
        /// In go-yaml's words.
        problem: &'static str,
        /// Where it is.
        position: Position,
    },
    /// A scalar whose text does not fit its tag.
    #[error("yaml: {problem}")]
    Scalar {
        /// How it does not fit.
        problem: ScalarError,
        /// Where it is.
        position: Position,
    },
}

impl JsonError {
    /// Where the node is.
    pub fn position(&self) -> Position {
        match self {
            Self::Number { position, .. }
            | Self::Key { position, .. }
            | Self::Text { position, .. }
            | Self::Scalar { position, .. } => *position,
        }
    }
}

/// Converts a node.
///
/// Of the keys, v2 makes the strings `sigs.k8s.io/yaml` makes (`on` becomes `true`, `0x1` becomes `1`); v3 takes the
/// text of keys at the root and asks for strings below.
///
/// # Errors
/// [`JsonError`] for infinities, keys that are no strings, and scalars that do not fit their tags.
pub fn from_node(node: &Node, profile: Profile) -> Result<Value, JsonError> {
    convert(
        node,
        profile,
        Place {
            is_root: true,
            in_flow: false,
        },
    )
}

/// Converts a JSON value to a node in block style.
pub fn to_node(value: &Value) -> Node {
    match value {
        Value::Null => Node::null(),
        Value::Bool(value) => Node::bool(*value),
        Value::Number(number) => {
            let tag = if number.is_f64() {
                Tag::Float
            } else {
                Tag::Int
            };
            Node::Scalar(Scalar::new(smol_str::format_smolstr!("{number}"), tag))
        }
        Value::String(text) => Node::string(text.as_str()),
        Value::Array(items) => Node::from(items.iter().map(to_node).collect::<Vec<_>>()),
        Value::Object(fields) => {
            let entries = fields.iter().map(|(key, value)| Entry {
                key: Scalar::string(key),
                value: to_node(value),
            });
            Node::Mapping(Mapping {
                entries: entries.collect(),
                ..Mapping::default()
            })
        }
    }
}

/// Where a node stands in its document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) is_root: bool,
    /// Inside `[…]` or `{…}`, where kyaml prints an empty null as `''` and reads it back as a string.
    pub(crate) in_flow: bool,
}

impl Place {
    /// The place of what is inside a collection that stands here.
    pub(crate) fn inside(self, is_flow: bool) -> Self {
        Self {
            is_root: false,
            in_flow: self.in_flow || is_flow,
        }
    }
}

/// The value of a scalar, with kyaml's way of quoting some in flow collections.
pub(crate) fn scalar_value(
    scalar: &Scalar,
    profile: Profile,
    place: Place,
) -> Result<ScalarValue<'_>, JsonError> {
    let is_quoted = profile == Profile::V3
        && (is_quoted_by_style(scalar) || (place.in_flow && needs_quotes_in_flow(scalar)));
    if is_quoted {
        return Ok(ScalarValue::Str(Cow::Borrowed(scalar.text())));
    }
    match scalar.value() {
        Ok(ScalarValue::Float(value)) if !value.is_finite() => Err(JsonError::Number {
            value: go_value::float(value),
            position: scalar.position,
        }),
        Ok(value) => Ok(value),
        Err(problem) => Err(JsonError::Scalar {
            problem,
            position: scalar.position,
        }),
    }
}

/// Whether go-yaml v3 prints a scalar that is no string in quotes, which makes it one. Scalars get there when they take
/// the place of a quoted one and, as kyaml has it, its style.
fn is_quoted_by_style(scalar: &Scalar) -> bool {
    scalar.style != Style::Plain
        && !scalar.is_tagged
        && scalar.tag != Tag::Str
        && scalar.tag == resolve::plain(scalar.text(), Profile::V3)
}

/// Whether go-yaml v3 quotes a scalar in `[…]` and `{…}` that is no string, which makes it one: an empty null, and a
/// timestamp with a time.
fn needs_quotes_in_flow(scalar: &Scalar) -> bool {
    let is_plain = scalar.style == Style::Plain && !scalar.is_tagged;
    let has_no_plain_form = match scalar.tag {
        Tag::Null => scalar.text().is_empty(),
        Tag::Timestamp => scalar.text().contains(':'),
        _ => false,
    };
    is_plain && has_no_plain_form
}

/// The string that a key becomes.
pub(crate) fn key_text(
    entry: &Entry,
    profile: Profile,
    place: Place,
) -> Result<Cow<'_, str>, JsonError> {
    let key = &entry.key;
    match profile {
        _ if key.tag == Tag::Str => Ok(Cow::Borrowed(key.text())),
        Profile::V2 => key_text_v2(entry),
        // kyaml decodes the root into a map with string keys and leaves the type of the maps below to go-yaml.
        Profile::V3 if place.is_root || key.tag == Tag::Merge => Ok(Cow::Borrowed(key.text())),
        Profile::V3 if key.is_null() && key.text().is_empty() => Ok(Cow::Borrowed("")),
        Profile::V3 => Err(JsonError::Key {
            problem: "json: unsupported type: map[interface {}]interface {}".to_owned(),
            position: key.position,
        }),
    }
}

/// The string that a key becomes in v2; its text where it becomes none.
pub(crate) fn plain_key_text(key: &Scalar) -> String {
    let entry = Entry {
        key: key.clone(),
        value: Node::null(),
    };
    let text = key_text_v2(&entry).map(Cow::into_owned);
    text.unwrap_or_else(|_| key.text().to_owned())
}

fn key_text_v2(entry: &Entry) -> Result<Cow<'_, str>, JsonError> {
    let key = &entry.key;
    let value = key.value().map_err(|problem| JsonError::Scalar {
        problem,
        position: key.position,
    })?;
    let text = match value {
        ScalarValue::Str(text) => text,
        ScalarValue::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        ScalarValue::Int(value) => Cow::Owned(value.to_string()),
        ScalarValue::Float(value) => Cow::Owned(number::format_float_key(value)),
        ScalarValue::Null | ScalarValue::Uint(_) => {
            return Err(JsonError::Key {
                problem: go_value::unsupported_key(entry),
                position: key.position,
            });
        }
    };
    Ok(text)
}

fn convert(node: &Node, profile: Profile, place: Place) -> Result<Value, JsonError> {
    match node {
        Node::Scalar(scalar) => convert_scalar(scalar, profile, place),
        Node::Sequence(sequence) => {
            let place = place.inside(sequence.is_flow);
            sequence
                .items
                .iter()
                .map(|item| convert(item, profile, place))
                .collect()
        }
        Node::Mapping(mapping) => {
            let inside = place.inside(mapping.is_flow);
            let fields = mapping.entries.iter().map(|entry| {
                let key = key_text(
                    entry,
                    profile,
                    Place {
                        is_root: place.is_root,
                        ..inside
                    },
                )?;
                Ok((key.into_owned(), convert(&entry.value, profile, inside)?))
            });
            fields.collect::<Result<_, _>>().map(Value::Object)
        }
    }
}

fn convert_scalar(scalar: &Scalar, profile: Profile, place: Place) -> Result<Value, JsonError> {
    Ok(match scalar_value(scalar, profile, place)? {
        ScalarValue::Null => Value::Null,
        ScalarValue::Bool(value) => Value::Bool(value),
        ScalarValue::Int(value) => Value::from(value),
        ScalarValue::Uint(value) => Value::from(value),
        ScalarValue::Float(value) => from_float(value),
        ScalarValue::Str(text) if profile == Profile::V3 => {
            Value::String(passage::through_v3(scalar, text, place).into_owned())
        }
        ScalarValue::Str(text) => Value::String(text.into_owned()),
    })
}

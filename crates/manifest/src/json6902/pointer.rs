//! JSON pointers, and the containers that they lead to.

use serde_json::{Map, Value};

/// An object or a list within a document.
pub(super) enum Container<'d> {
    Object(&'d mut Map<String, Value>),
    List(&'d mut Vec<Value>),
}

/// The container that holds what a path names, and its key there. `None` if a step leads nowhere or to a scalar.
///
/// What stands before the first `/` is ignored.
pub(super) fn find<'d>(document: &'d mut Value, path: &str) -> Option<(Container<'d>, String)> {
    let mut segments: Vec<_> = path.split('/').skip(1).map(unescape).collect();
    let key = segments.pop()?;
    let mut value = document;
    for segment in segments {
        value = match value {
            Value::Object(fields) => fields.get_mut(&segment)?,
            Value::Array(items) => {
                let index = position(&segment, items.len()).ok()?;
                &mut items[index]
            }
            _ => return None,
        };
    }
    match value {
        Value::Object(fields) => Some((Container::Object(fields), key)),
        Value::Array(items) => Some((Container::List(items), key)),
        _ => None,
    }
}

impl Container<'_> {
    /// The value of a key; an object without it has none, a list without it is an error.
    pub(super) fn get(&self, key: &str) -> Result<Option<&Value>, String> {
        match self {
            Self::Object(fields) => Ok(fields.get(key)),
            Self::List(items) => position(key, items.len()).map(|index| items.get(index)),
        }
    }

    pub(super) fn set(&mut self, key: &str, value: Value) -> Result<(), String> {
        match self {
            Self::Object(fields) => {
                fields.insert(key.to_owned(), value);
            }
            Self::List(items) => {
                let index = position(key, items.len())?;
                items[index] = value;
            }
        }
        Ok(())
    }

    pub(super) fn add(self, key: &str, value: Value) -> Result<(), String> {
        match self {
            Self::Object(fields) => {
                fields.insert(key.to_owned(), value);
            }
            Self::List(items) if key == "-" => items.push(value),
            Self::List(items) => {
                let is_number = number(key).map_err(|problem| {
                    format!("value was not a proper array index: '{key}': {problem}")
                });
                is_number?;
                let index = position(key, items.len() + 1)?;
                items.insert(index, value);
            }
        }
        Ok(())
    }

    pub(super) fn remove(self, key: &str) -> Result<Value, String> {
        match self {
            Self::Object(fields) => fields
                .remove(key)
                .ok_or_else(|| format!("Unable to remove nonexistent key: {key}: missing value")),
            Self::List(items) => position(key, items.len()).map(|index| items.remove(index)),
        }
    }
}

/// The index that a key names in a list of a length; negative ones count from the end.
fn position(key: &str, length: usize) -> Result<usize, String> {
    let number = number(key)?;
    let magnitude = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
    let index = if number < 0 {
        length.checked_sub(magnitude)
    } else {
        Some(magnitude)
    };
    let index = index.filter(|index| *index < length);
    index.ok_or_else(|| {
        format!("Unable to access invalid index: {number}: invalid index referenced")
    })
}

/// `strconv.Atoi`.
fn number(key: &str) -> Result<i64, String> {
    key.parse().map_err(|error: std::num::ParseIntError| {
        let problem = match error.kind() {
            std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                "value out of range"
            }
            _ => "invalid syntax",
        };
        format!("strconv.Atoi: parsing {key:?}: {problem}")
    })
}

fn unescape(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some(at) = rest.find('~') {
        text.push_str(&rest[..at]);
        let (char, length) = match rest.as_bytes().get(at + 1) {
            Some(b'0') => ('~', 2),
            Some(b'1') => ('/', 2),
            _ => ('~', 1),
        };
        text.push(char);
        rest = &rest[at + length..];
    }
    text + rest
}

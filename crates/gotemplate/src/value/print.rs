//! Values as Go's `fmt` sees them.

use std::{borrow::Cow, sync::Arc};

use rheostat_gocompat::fmt::{self, Operand, TooDeep, View};

use super::{Kind, Value};

impl Operand for Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Invalid | Self::Nil => View::Nil,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(number) | Self::Int64(number) => View::Int(*number),
            Self::Uint8(number) => View::Uint(u64::from(*number)),
            Self::Uint64(number) => View::Uint(*number),
            Self::Float(value) => View::Float {
                value: *value,
                bits: 64,
            },
            Self::Complex(real, imaginary) => View::Complex {
                real: *real,
                imaginary: *imaginary,
            },
            Self::String(text) => View::String(Cow::Borrowed(text)),
            Self::Bytes(bytes) => View::Bytes(Cow::Borrowed(bytes)),
            Self::List(list) => View::List {
                items: Cow::Borrowed(list),
                is_nil: list.is_nil(),
            },
            Self::Map(map) => {
                let entries = map
                    .entries()
                    .into_iter()
                    .map(|(key, value)| (Self::String(key), value))
                    .collect();
                View::Map {
                    entries,
                    is_nil: map.is_nil(),
                }
            }
            Self::Object(object) => match (object.number(), object.kind()) {
                (Some(number), _) => View::Int(number),
                (None, Kind::Pointer) => View::Pointer(Some(Box::new(Self::Object(Arc::new(
                    Pointee(Arc::clone(object)),
                ))))),
                (None, _) => View::Struct(object.printed_fields()),
            },
        }
    }

    fn type_name(&self) -> Cow<'_, str> {
        Self::type_name(self)
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Object(object) => object.text(),
            _ => None,
        }
    }
}

/// What a pointer points to, which prints as a struct.
#[derive(Debug)]
struct Pointee(Arc<dyn super::Object>);

impl super::Object for Pointee {
    fn type_name(&self) -> &'static str {
        self.0.type_name().trim_start_matches('*')
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.0.fields()
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.0.printed_fields()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Value {
    /// Appends what an action prints of the value.
    ///
    /// # Errors
    /// [`TooDeep`] where the value nests too deeply or holds itself.
    pub fn write(&self, output: &mut Vec<u8>) -> Result<(), TooDeep> {
        match self {
            Self::Invalid => output.extend_from_slice(b"<no value>"),
            Self::String(text) => output.extend_from_slice(text),
            Self::Object(object) => match object.printed_text() {
                Some(text) => output.extend_from_slice(text.as_bytes()),
                None if object.kind() == Kind::Pointer => {
                    fmt::write_value(output, &Self::Object(Arc::new(Pointee(Arc::clone(object)))))?;
                }
                None => fmt::write_value(output, self)?,
            },
            other => fmt::write_value(output, other)?,
        }
        Ok(())
    }

    /// The text that `%v` gives.
    ///
    /// # Errors
    /// [`TooDeep`] where the value nests too deeply or holds itself.
    pub fn to_text(&self) -> Result<Vec<u8>, TooDeep> {
        let mut output = Vec::new();
        fmt::write_value(&mut output, self)?;
        Ok(output)
    }
}

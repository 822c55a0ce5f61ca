//! The values that templates work on.
//!
//! They are Go values as reflection shows them to a template: maps are references that `set` changes for all who hold them,
//! lists are immutable, integers and floats are apart, and a nil interface is not the same as no value at all.

mod entries;
mod list;
mod map;
mod object;
mod print;
mod release;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

pub use entries::Entries;
pub use list::{List, ListType};
pub use map::{Map, MapType};
pub use object::{Method, Object};

use crate::text::Text;

/// A value. Cloning shares maps, lists and strings.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// No value: what `nil` literals, empty pipelines and fields of nothing yield. Prints `<no value>`.
    #[default]
    Invalid,
    /// A nil interface: an element that is not there, or is null.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `int64`.
    Int64(i64),
    /// `uint8`, the type of an element of a string.
    Uint8(u8),
    /// `uint64`.
    Uint64(u64),
    /// `float64`.
    Float(f64),
    /// `complex128`, as real and imaginary part.
    Complex(f64, f64),
    /// `string`.
    String(Text),
    /// `[]byte`.
    Bytes(Text),
    /// A slice.
    List(Arc<List>),
    /// A map with string keys.
    Map(Arc<Map>),
    /// Anything else with fields or methods.
    Object(Arc<dyn Object>),
}

/// What reflection calls the kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No value, or a nil interface.
    Invalid,
    /// A boolean.
    Bool,
    /// A signed integer.
    Int,
    /// An unsigned integer.
    Uint,
    /// A float.
    Float,
    /// A complex number.
    Complex,
    /// A string.
    String,
    /// A slice.
    Slice,
    /// A map.
    Map,
    /// A struct.
    Struct,
    /// A pointer.
    Pointer,
}

impl Value {
    /// An empty `map[string]interface {}`.
    pub fn map() -> Self {
        Self::Map(Arc::new(Map::default()))
    }

    /// A `[]interface {}`.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(List::new(items)))
    }

    /// A `[]string`.
    pub fn strings<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items
            .into_iter()
            .map(|item| Self::String(item.into()))
            .collect();
        Self::List(Arc::new(List::typed("string", items)))
    }

    /// Whether there is nothing: no value or a nil interface.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Invalid | Self::Nil)
    }

    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) | Self::Int64(_) => Kind::Int,
            Self::Uint8(_) | Self::Uint64(_) => Kind::Uint,
            Self::Float(_) => Kind::Float,
            Self::Complex(..) => Kind::Complex,
            Self::String(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// Go's name of the kind, such as `float64` or `slice`.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Invalid | Self::Nil => "invalid",
            Self::Bytes(_) | Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Object(object) => match object.kind() {
                Kind::Pointer => "ptr",
                Kind::Int => "int64",
                _ => "struct",
            },
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Uint8(_) => "uint8",
            Self::Uint64(_) => "uint64",
            Self::Float(_) => "float64",
            Self::Complex(..) => "complex128",
            Self::String(_) => "string",
        }
    }

    /// Go's name of the type, such as `[]interface {}`; that of a nil interface is `interface {}`.
    pub fn type_name(&self) -> Cow<'static, str> {
        match self {
            Self::Invalid | Self::Nil => "interface {}".into(),
            Self::Bytes(_) => "[]uint8".into(),
            Self::List(list) => list.type_name(),
            Self::Map(map) => map.map_type().name.into(),
            Self::Object(object) => object.type_name().into(),
            other => other.kind_name().into(),
        }
    }

    /// Whether `if` takes the value for true: everything but zero, empty and nil.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Invalid | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(number) | Self::Int64(number) => *number != 0,
            Self::Uint8(number) => *number != 0,
            Self::Uint64(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::String(text) | Self::Bytes(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => object.is_true(),
        }
    }

    /// Whether the two are the same deeply, as `reflect.DeepEqual` has it: of equal types and equal contents.
    pub fn deep_equals(&self, other: &Self) -> bool {
        self.equals_to_depth(other, 0)
    }

    fn equals_to_depth(&self, other: &Self, depth: usize) -> bool {
        if depth > rheostat_gocompat::fmt::MAX_DEPTH {
            return false;
        }
        match (self, other) {
            (Self::Invalid | Self::Nil, Self::Invalid | Self::Nil) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) | (Self::Int64(left), Self::Int64(right)) => {
                left == right
            }
            (Self::Uint8(left), Self::Uint8(right)) => left == right,
            (Self::Uint64(left), Self::Uint64(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => {
                left.partial_cmp(right) == Some(Ordering::Equal)
            }
            (Self::Complex(..), Self::Complex(..)) => self.type_name() == other.type_name(),
            (Self::String(left), Self::String(right)) | (Self::Bytes(left), Self::Bytes(right)) => {
                left == right
            }
            (Self::List(left), Self::List(right)) => {
                left.type_name() == right.type_name()
                    && left.is_nil() == right.is_nil()
                    && left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|(left, right)| left.equals_to_depth(right, depth + 1))
            }
            (Self::Map(left), Self::Map(right)) => {
                if left.is_same(right) {
                    return true;
                }
                let (left_entries, right_entries) = (left.entries(), right.entries());
                left.map_type().name == right.map_type().name
                    && left_entries.len() == right_entries.len()
                    && left_entries.iter().zip(&right_entries).all(
                        |((key, value), (other_key, other))| {
                            key == other_key && value.equals_to_depth(other, depth + 1)
                        },
                    )
            }
            (Self::Object(left), Self::Object(right)) => {
                Arc::ptr_eq(left, right)
                    || (left.type_name() == right.type_name()
                        && left.text() == right.text()
                        && left.text().is_some())
            }
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

impl From<Vec<u8>> for Value {
    /// A string of these bytes.
    fn from(bytes: Vec<u8>) -> Self {
        Self::String(bytes.into())
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

//! The tree that a YAML document is: ordered mappings, scalars with tag and style, positions.
//!
//! Text of up to 23 bytes lives inside its node and longer text is shared, so that copying a tree is cheap. Anchors and
//! aliases are not part of the tree: the reader expands them.

mod mapping;
mod scalar;

pub use mapping::{Entry, Mapping};
pub use scalar::{Scalar, ScalarError, ScalarValue, Style, Tag};
use smol_str::SmolStr;

/// Where a node begins, both counted from 1; both 0 for nodes that no reader made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character, in characters.
    pub column: u32,
}

/// An ordered list of nodes.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The elements in order.
    pub items: Vec<Node>,
    /// Whether it was written as `[…]`.
    pub is_flow: bool,
    /// Where it begins.
    pub position: Position,
}

/// A value in a YAML document.
#[derive(Clone, Debug)]
pub enum Node {
    /// Text with a tag: string, number, boolean, null.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Keys with values.
    Mapping(Mapping),
}

impl Node {
    /// The null scalar, printed as `null`.
    pub fn null() -> Self {
        Self::Scalar(Scalar::null())
    }

    /// A string. The emitters quote it where it would read as something else.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::Scalar(Scalar::string(text))
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Self::Scalar(Scalar::int(value))
    }

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        Self::Scalar(Scalar::bool(value))
    }

    /// An empty mapping in block style.
    pub fn mapping() -> Self {
        Self::Mapping(Mapping::default())
    }

    /// An empty sequence in block style.
    pub fn sequence() -> Self {
        Self::Sequence(Sequence::default())
    }

    /// Where the node begins.
    pub fn position(&self) -> Position {
        match self {
            Self::Scalar(scalar) => scalar.position,
            Self::Sequence(sequence) => sequence.position,
            Self::Mapping(mapping) => mapping.position,
        }
    }

    pub(crate) fn set_position(&mut self, position: Position) {
        match self {
            Self::Scalar(scalar) => scalar.position = position,
            Self::Sequence(sequence) => sequence.position = position,
            Self::Mapping(mapping) => mapping.position = position,
        }
    }

    /// `scalar`, `sequence` or `mapping`, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "scalar",
            Self::Sequence(_) => "sequence",
            Self::Mapping(_) => "mapping",
        }
    }

    /// Whether this is a scalar that means null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.is_null())
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar of any tag: `"5"` for the integer 5.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(Scalar::text)
    }

    /// The text of a scalar that means a string.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.is_string())
            .map(Scalar::text)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar()?.value() {
            Ok(ScalarValue::Bool(value)) => Some(value),
            _ => None,
        }
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.as_scalar()?.value() {
            Ok(ScalarValue::Int(value)) => Some(value),
            _ => None,
        }
    }

    /// The elements, if this is a sequence.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match self {
            Self::Sequence(sequence) => Some(&sequence.items),
            _ => None,
        }
    }

    /// The elements, if this is a sequence.
    pub fn as_sequence_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::Sequence(sequence) => Some(&mut sequence.items),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self {
            Self::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match self {
            Self::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_mapping_mut()?.get_mut(key)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }
}

impl From<Mapping> for Node {
    fn from(mapping: Mapping) -> Self {
        Self::Mapping(mapping)
    }
}

impl From<Scalar> for Node {
    fn from(scalar: Scalar) -> Self {
        Self::Scalar(scalar)
    }
}

impl From<Vec<Self>> for Node {
    fn from(items: Vec<Self>) -> Self {
        Self::Sequence(Sequence {
            items,
            ..Sequence::default()
        })
    }
}

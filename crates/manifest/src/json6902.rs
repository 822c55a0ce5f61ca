//! JSON Patch (RFC 6902) as Go's evanphx/json-patch v4 applies it.
//!
//! It is more lenient than the standard, and people rely on it: `replace` of a missing key adds it, negative indices
//! count from the end, the first segment of a path is ignored whether a `/` is before it or not.

mod growth;
mod operation;
mod pointer;

use rheostat_gocompat::{json, strconv};
use rheostat_yaml::{Limits, Node, Profile, Scalar, Style, Tag};
use serde_json::Value;

use self::growth::Growth;
pub use self::operation::{Operation, OperationKind};

/// Why a patch cannot be read or applied.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PatchError {
    /// The text is neither JSON nor YAML.
    #[error("{0}")]
    Text(String),
    /// The patch is no list of operations, or what it leaves is no object.
    #[error("json: cannot unmarshal {found} into Go value of type {wanted}")]
    Type {
        /// What was found, in Go's words.
        found: &'static str,
        /// What was wanted, in Go's words.
        wanted: &'static str,
    },
    /// An operation is unknown or lacks a field.
    #[error("{0}")]
    Operation(String),
    /// The object has no place where the operation could work.
    #[error("{operation} operation does not apply: {problem}: missing value")]
    Missing {
        /// The kind of operation.
        operation: &'static str,
        /// What is missing.
        problem: String,
    },
    /// The place is there and refuses the operation.
    #[error("error in {operation} for path: '{path}': {problem}")]
    Refused {
        /// The kind of operation.
        operation: &'static str,
        /// The path of the operation.
        path: String,
        /// Why.
        problem: String,
    },
    /// A `test` found another value.
    #[error("testing value {path} failed: test failed")]
    TestFailed {
        /// The path of the operation.
        path: String,
    },
    /// The object would grow beyond what can be read.
    #[error("{operation} operation exceeds the limit of {limit} {of}")]
    Limit {
        /// The kind of operation.
        operation: &'static str,
        /// The most that is allowed.
        limit: usize,
        /// Of what.
        of: &'static str,
    },
    /// The object is beyond what JSON can hold.
    #[error(transparent)]
    Object(#[from] rheostat_yaml::json::JsonError),
}

/// A list of operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    operations: Vec<Operation>,
}

impl Patch {
    /// Reads a patch from text: JSON if it begins with `[`, else the first document of YAML.
    ///
    /// # Errors
    /// [`PatchError`] when the text is neither, or is no list of objects. Operations are looked at when they are
    /// applied.
    pub fn parse(text: &str) -> Result<Self, PatchError> {
        let value = if text.starts_with('[') {
            serde_json::from_str(text).map_err(|error| PatchError::Text(error.to_string()))?
        } else {
            from_yaml(text)?
        };
        Self::from_value(value)
    }

    /// Takes a patch from a value.
    ///
    /// # Errors
    /// [`PatchError::Type`] when it is no list of objects.
    pub fn from_value(value: Value) -> Result<Self, PatchError> {
        let items = match value {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            other => {
                return Err(PatchError::Type {
                    found: json::kind(&other),
                    wanted: "jsonpatch.Patch",
                });
            }
        };
        let operations = items.into_iter().map(|item| match item {
            Value::Object(fields) => Ok(Operation::new(fields)),
            Value::Null => Ok(Operation::default()),
            other => Err(PatchError::Type {
                found: json::kind(&other),
                wanted: "jsonpatch.Operation",
            }),
        });
        Ok(Self {
            operations: operations.collect::<Result<_, _>>()?,
        })
    }

    /// The operations in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Applies the operations in order.
    ///
    /// # Errors
    /// [`PatchError`] of the first operation that fails. The document is then half patched.
    pub fn apply(&self, document: &mut Value) -> Result<(), PatchError> {
        let mut growth = Growth::default();
        self.operations
            .iter()
            .try_for_each(|operation| operation.apply(document, &mut growth))
    }

    /// Applies the operations to a node, by way of JSON as kustomize does: numbers become 64-bit floats, keys are
    /// sorted.
    ///
    /// # Errors
    /// [`PatchError`] of the first operation that fails, or if the node is beyond JSON.
    pub fn apply_to_node(&self, node: &Node) -> Result<Node, PatchError> {
        let mut document = rheostat_yaml::json::from_node(node, Profile::V3)?;
        self.apply(&mut document)?;
        if !document.is_object() {
            let found = json::kind(&document);
            return Err(PatchError::Type {
                found,
                wanted: "map[string]interface {}",
            });
        }
        Ok(node_of_floats(&document))
    }
}

fn from_yaml(text: &str) -> Result<Value, PatchError> {
    let node = rheostat_yaml::parse(text.as_bytes(), Profile::V2, &Limits::default());
    let node =
        node.map_err(|error| PatchError::Text(format!("error converting YAML to JSON: {error}")))?;
    let value = node.map_or(Ok(Value::Null), |node| {
        rheostat_yaml::json::from_node(&node, Profile::V2)
    });
    value.map_err(|error| PatchError::Text(format!("error converting YAML to JSON: {error}")))
}

/// The node of a document that Go decoded into `map[string]any`, where every number is a float.
fn node_of_floats(value: &Value) -> Node {
    let mut node = rheostat_yaml::json::to_node(value);
    as_printed(&mut node);
    node
}

/// Gives scalars the form in which Go prints them on their way. Numbers get the text of floats: 1000000 becomes `1e+06`.
/// Most readers see the same number, and an annotation that is made of the text sees the text. Texts that would read
/// back as something else get quotes, which stay when another value takes their place.
fn as_printed(node: &mut Node) {
    match node {
        Node::Scalar(scalar) if scalar.is_string() => {
            if scalar.text().contains('\n') {
                scalar.style = Style::Literal;
            } else if !Scalar::untagged(scalar.shared_text(), Style::Plain).is_string() {
                scalar.style = Style::DoubleQuoted;
            }
        }
        Node::Scalar(scalar) if matches!(scalar.tag(), Tag::Int | Tag::Float) => {
            let Ok(value) = scalar.text().parse::<f64>() else {
                return;
            };
            let text = strconv::format_float(value, 'g', None, 64);
            let is_integer = text.parse::<i64>().is_ok();
            *scalar = Scalar::new(text, if is_integer { Tag::Int } else { Tag::Float });
        }
        Node::Scalar(_) => {}
        Node::Sequence(sequence) => sequence.items.iter_mut().for_each(as_printed),
        Node::Mapping(mapping) => mapping.iter_mut().for_each(|(_, value)| as_printed(value)),
    }
}

#[cfg(test)]
mod tests;

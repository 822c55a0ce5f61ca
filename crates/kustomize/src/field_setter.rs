//! Writing into fields, with kyaml's rules for style and type.
//!
//! A value without a tag takes the style of the one that it replaces, and
//! means what text means in that style: a plain `p-1` that becomes `1` turns
//! into a number. A value with a tag keeps its type.

use rheostat_yaml::{Entry, Mapping, Node, Position, Scalar, SmolStr, Style};

/// A node is of another kind than the operation needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("wrong node kind: expected {expected} but got {found}: node contents:\n{contents}")]
pub(crate) struct WrongNodeKind {
    pub(crate) expected: &'static str,
    pub(crate) found: &'static str,
    contents: String,
}

impl WrongNodeKind {
    pub(crate) fn new(expected: &'static str, node: &Node) -> Self {
        let contents = rheostat_yaml::emit::to_kustomize(node).unwrap_or_default();
        Self {
            expected,
            found: kind_name(node),
            contents,
        }
    }
}

/// Kyaml's name of the kind.
pub(crate) fn kind_name(node: &Node) -> &'static str {
    match node {
        Node::Scalar(_) => "ScalarNode",
        Node::Sequence(_) => "SequenceNode",
        Node::Mapping(_) => "MappingNode",
    }
}

/// Replaces a node by text without a tag, whatever it was.
pub(crate) fn set_untagged(node: &mut Node, text: &str) {
    let mut value = Scalar::untagged(text, style_of(node));
    value.position = node.position();
    *node = Node::Scalar(value);
}

/// Replaces a scalar by text without a tag.
///
/// # Errors
/// [`WrongNodeKind`] when the node is a collection.
pub(crate) fn set_scalar(node: &mut Node, text: &str) -> Result<(), WrongNodeKind> {
    require_scalar(node)?;
    set_untagged(node, text);
    Ok(())
}

/// Replaces a scalar by one with a tag.
///
/// # Errors
/// [`WrongNodeKind`] when the node is a collection.
pub(crate) fn set_tagged(node: &mut Node, mut value: Scalar) -> Result<(), WrongNodeKind> {
    require_scalar(node)?;
    value.style = style_of(node);
    value.position = node.position();
    *node = Node::Scalar(value);
    Ok(())
}

/// Sets an entry of a mapping to a string. A new one gets a mark as its
/// position. A null stays as it is, since it has no place for an entry. Says
/// whether the entry is new.
///
/// # Errors
/// [`WrongNodeKind`] when the node is neither a mapping nor null.
pub(crate) fn set_entry(
    node: &mut Node,
    key: &str,
    text: &SmolStr,
    mark: Position,
) -> Result<bool, WrongNodeKind> {
    let mapping = match node {
        Node::Mapping(mapping) => mapping,
        _ if node.is_null() => return Ok(false),
        _ => return Err(WrongNodeKind::new("MappingNode", node)),
    };
    let mut value = Scalar::string(text.clone());
    if let Some(present) = mapping.get_mut(key) {
        value.style = style_of(present);
        value.position = present.position();
        *present = Node::Scalar(value);
        return Ok(false);
    }
    value.position = mark;
    mapping.entries.push(entry(key, Node::Scalar(value)));
    Ok(true)
}

/// A new entry of a mapping. Its key has no tag, so that `2` becomes a
/// number, which cannot be printed as a key.
pub(crate) fn entry(key: impl Into<SmolStr>, value: Node) -> Entry {
    Entry {
        key: Scalar::untagged(key, Style::Plain),
        value,
    }
}

/// A mapping of texts, with keys as in [`entry`].
pub(crate) fn mapping_of_texts(texts: impl IntoIterator<Item = (SmolStr, SmolStr)>) -> Mapping {
    let entries = texts
        .into_iter()
        .map(|(key, value)| entry(key, Node::string(value)));
    Mapping {
        entries: entries.collect(),
        ..Mapping::default()
    }
}

/// The value under a key, made where it is missing, with a key as in
/// [`entry`].
pub(crate) fn get_or_insert<'a>(
    mapping: &'a mut Mapping,
    key: &SmolStr,
    make: impl FnOnce() -> Node,
) -> &'a mut Node {
    let index = mapping.index_of(key).unwrap_or_else(|| {
        mapping.entries.push(entry(key.clone(), make()));
        mapping.len() - 1
    });
    &mut mapping.entries[index].value
}

/// # Errors
/// [`WrongNodeKind`] when the node is a collection.
pub(crate) fn require_scalar(node: &Node) -> Result<(), WrongNodeKind> {
    match node {
        Node::Scalar(_) => Ok(()),
        Node::Sequence(_) | Node::Mapping(_) => Err(WrongNodeKind::new("ScalarNode", node)),
    }
}

fn style_of(node: &Node) -> Style {
    node.as_scalar()
        .map(|scalar| scalar.style)
        .unwrap_or_default()
}

//! `$patch`: what a patch wants done with a whole mapping or list.

use rheostat_yaml::{Mapping, Node};

use super::MergeError;

/// The key of the directive.
const KEY: &str = "$patch";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// Takes the directive out of a mapping. An unknown one stays in it.
pub(super) fn take_from_mapping(mapping: &mut Mapping) -> Result<Directive, MergeError> {
    let Some(value) = mapping.get(KEY) else {
        return Ok(Directive::Merge);
    };
    let directive = parse(value)?;
    mapping.remove(KEY);
    Ok(directive)
}

/// Takes the directive out of a list: an element that holds nothing else. Only the first element with a directive
/// counts, and empty elements go with it.
pub(super) fn take_from_list(items: &mut Vec<Node>) -> Result<Directive, MergeError> {
    let first = items.iter().find_map(|item| {
        item.as_mapping()
            .filter(|mapping| mapping.contains_key(KEY))
    });
    let Some(value) = first
        .filter(|mapping| mapping.len() == 1)
        .and_then(|mapping| mapping.get(KEY))
    else {
        return Ok(Directive::Merge);
    };
    let directive = parse(value)?;
    let strategy = value.text().unwrap_or_default().to_owned();
    items.retain(|item| {
        let is_empty = item.is_null() || item.as_mapping().is_some_and(Mapping::is_empty);
        !is_empty && item.get(KEY).and_then(Node::text) != Some(&strategy)
    });
    Ok(directive)
}

/// A copy of an element of a patch, whose directive it takes along: an element that is used again has none.
pub(super) fn take_copy(node: &mut Node) -> Node {
    let copy = node.clone();
    if let Node::Mapping(mapping) = node {
        // An unknown directive stays, and is complained about where the copy is merged.
        let _ = take_from_mapping(mapping);
    }
    copy
}

/// Whether a node asks to take the place of what it would be merged into.
pub(super) fn replaces(node: &Node) -> bool {
    node.get(KEY).and_then(Node::text) == Some("replace")
}

fn parse(value: &Node) -> Result<Directive, MergeError> {
    match value.text().unwrap_or_default() {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => Err(MergeError::UnknownStrategy {
            strategy: other.to_owned(),
        }),
    }
}

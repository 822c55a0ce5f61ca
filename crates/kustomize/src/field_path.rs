//! Field paths of replacements and variables: `spec.containers.[name=a].image`.
//!
//! [`look_up`] reads one field: elements of lists are chosen by index, by
//! `-` for the last, or by `[key=value]` exactly. [`Matcher`] writes to many:
//! `*` stands for all elements, and the value in `[key=value]` is a regular
//! expression. A key with dots is written `[a.b]` or `a\.b`.

mod matcher;

use rheostat_yaml::Node;

pub(crate) use matcher::{Matcher, MissingField};

use crate::field_setter::WrongNodeKind;
use crate::field_spec::split_path;

/// Why a path cannot be followed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FieldPathError {
    /// A node is of another kind than the path needs.
    #[error("{0}")]
    WrongNodeKind(String),
    /// An index is below zero.
    #[error("array index {0} cannot be negative")]
    NegativeIndex(i64),
    /// `*` cannot choose one field.
    #[error("wildcard is not supported in PathGetter")]
    Wildcard,
    /// A list element is named without a value.
    #[error("list path element must contain fieldName=fieldValue for element to match")]
    NoValue,
    /// A list is too short.
    #[error("index {index} specified but only {length} elements found")]
    OutOfRange {
        /// The index.
        index: usize,
        /// Length of the list.
        length: usize,
    },
    /// A value is no pattern.
    #[error("{0}")]
    Pattern(String),
    /// Text in a scalar is no YAML.
    #[error("{0}")]
    Embedded(String),
    /// A value cannot be set there.
    #[error("{0}")]
    Setter(String),
}

impl From<WrongNodeKind> for FieldPathError {
    fn from(error: WrongNodeKind) -> Self {
        Self::WrongNodeKind(error.to_string())
    }
}

/// Splits a path at its dots. Dots in brackets belong to a key.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut parts = split_path(path, '.').into_iter();
    let mut result = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut bracketed = part;
        for more in parts.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        if !bracketed.contains('=') {
            let inner = bracketed.trim_matches(['[', ']']).to_owned();
            bracketed = inner;
        }
        result.push(bracketed);
    }
    result
}

/// The node at the end of a path; none when the path leads nowhere.
///
/// # Errors
/// [`FieldPathError`] when a node is of the wrong kind, or the path makes no
/// sense.
pub(crate) fn look_up<'a>(
    node: &'a Node,
    path: &[String],
) -> Result<Option<&'a Node>, FieldPathError> {
    let mut found = node;
    for part in path {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        match step(found, part)? {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// As [`look_up`], to be changed.
///
/// # Errors
/// As [`look_up`].
pub(crate) fn look_up_mut<'a>(
    node: &'a mut Node,
    path: &[String],
) -> Result<Option<&'a mut Node>, FieldPathError> {
    let mut found = node;
    for part in path {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        if step(found, part)?.is_none() {
            return Ok(None);
        }
        let next = match found {
            Node::Mapping(mapping) => mapping.get_mut(part),
            Node::Sequence(sequence) => {
                let index = element_index(&sequence.items, part)?;
                index.and_then(|index| sequence.items.get_mut(index))
            }
            Node::Scalar(_) => None,
        };
        match next {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn step<'a>(node: &'a Node, part: &str) -> Result<Option<&'a Node>, FieldPathError> {
    if is_element(part) {
        if node.is_null() {
            check_element(part)?;
            return Ok(None);
        }
        let Node::Sequence(sequence) = node else {
            check_element(part)?;
            return Err(WrongNodeKind::new("SequenceNode", node).into());
        };
        let index = element_index(&sequence.items, part)?;
        return Ok(index.and_then(|index| sequence.items.get(index)));
    }
    match node {
        Node::Mapping(mapping) => Ok(mapping.get(part)),
        other if other.is_null() => Ok(None),
        other => Err(WrongNodeKind::new("MappingNode", other).into()),
    }
}

/// Whether a part chooses an element of a list.
fn is_element(part: &str) -> bool {
    part.parse::<i64>().is_ok() || matches!(part, "-" | "*") || is_list_index(part)
}

fn check_element(part: &str) -> Result<(), FieldPathError> {
    element_index(&[], part).map(|_| ())
}

/// The element that a part chooses; none when there is none.
fn element_index(items: &[Node], part: &str) -> Result<Option<usize>, FieldPathError> {
    if let Ok(index) = part.parse::<i64>() {
        let index = usize::try_from(index).map_err(|_| FieldPathError::NegativeIndex(index))?;
        return Ok((index < items.len()).then_some(index));
    }
    match part {
        "-" => return Ok(items.len().checked_sub(1)),
        "*" => return Err(FieldPathError::Wildcard),
        _ => {}
    }
    let (key, value) = split_element(part)?;
    Ok(items.iter().position(|item| {
        let field = if key.is_empty() {
            Some(item)
        } else {
            item.get(key)
        };
        field.is_some_and(|field| field.text().unwrap_or_default() == value)
    }))
}

/// Whether a part has the form `[…]`.
fn is_list_index(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// Key and value of `[key=value]`.
fn split_element(part: &str) -> Result<(&str, &str), FieldPathError> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or(FieldPathError::NoValue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_brackets_belong_to_a_key() {
        let check = |path: &str, expected: &[&str]| assert_eq!(split(path), expected, "{path}");
        check("a.b", &["a", "b"]);
        check(r"a.b\.c.d", &["a", "b.c", "d"]);
        check("a.[b.c].d", &["a", "b.c", "d"]);
        check("a.[b=c.d].e", &["a", "[b=c.d]", "e"]);
        check("a.[b].c", &["a", "[b]", "c"]);
    }

    #[test]
    fn elements_are_chosen_exactly() {
        let text = "a: [{n: x, v: 1}, {n: xy, v: 2}]\nb: [p, q]\n";
        let limits = rheostat_yaml::Limits::default();
        let node = rheostat_yaml::parse(text.as_bytes(), rheostat_yaml::Profile::V3, &limits);
        let node = node.expect("YAML").expect("a document");
        let check = |path: &str, expected: Result<Option<&str>, &str>| {
            let found = look_up(&node, &split(path));
            let found = found.map(|node| node.and_then(Node::text));
            match (found, expected) {
                (Err(error), Err(phrase)) => assert!(error.to_string().contains(phrase)),
                (found, expected) => {
                    let found = found.map_err(|error| error.to_string());
                    assert_eq!(found, expected.map_err(str::to_owned), "{path}");
                }
            }
        };
        check("a.[n=xy].v", Ok(Some("2")));
        check("a.[n=y].v", Ok(None));
        check("a.1.v", Ok(Some("2")));
        check("a.-.v", Ok(Some("2")));
        check("a.7.v", Ok(None));
        check("b.[=q]", Ok(Some("q")));
        check("a.*.v", Err("wildcard"));
        check("a.n", Err("expected MappingNode but got SequenceNode"));
        check("b.-1", Err("cannot be negative"));
    }
}

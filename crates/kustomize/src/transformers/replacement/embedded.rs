//! Documents inside of scalars: a path that ends at a text goes on inside
//! the JSON or YAML in it.

use rheostat_yaml::emit::{SequenceIndent, to_kyaml};
use rheostat_yaml::json;
use rheostat_yaml::{Limits, Node, Profile};

use super::{Copied, value};
use crate::field_path::{self, FieldPathError, Matcher, MissingField};
use crate::hasher::go_json;

/// Writes a value into the document that a scalar on the path holds. Says
/// whether there was such a document with such a field; if not, nothing has
/// changed.
pub(super) fn write(
    object: &mut Node,
    path: &[String],
    copied: &Copied<'_>,
    missing: MissingField,
) -> bool {
    let Some((outer, inner)) = split_at_document(object, path) else {
        return false;
    };
    let Ok(Some(Node::Scalar(scalar))) = field_path::look_up_mut(object, outer) else {
        return false;
    };
    let original = scalar.text();
    let Ok(Some(mut document)) = parse(original) else {
        return false;
    };
    let new = copied.value;
    let mut set = |field: &mut Node| {
        let counted = copied.count();
        counted.map_err(|error| FieldPathError::Setter(error.to_string()))?;
        match field {
            Node::Scalar(scalar) => {
                *scalar = value::with_text(scalar, new.text().unwrap_or_default());
            }
            Node::Sequence(_) | Node::Mapping(_) => *field = new.clone(),
        }
        Ok(())
    };
    match Matcher::new(missing, &mut set).visit(&mut document, inner) {
        Ok(found) if found > 0 => {}
        Ok(_) | Err(_) => return false,
    }
    let Some(text) = print(&document, original) else {
        return false;
    };
    *scalar = value::with_text(scalar, &text);
    true
}

/// The path to the first scalar that parses, and the rest.
fn split_at_document<'p>(
    object: &Node,
    path: &'p [String],
) -> Option<(&'p [String], &'p [String])> {
    for length in 1..path.len() {
        let (outer, inner) = path.split_at(length);
        let Ok(Some(Node::Scalar(scalar))) = field_path::look_up(object, outer) else {
            continue;
        };
        if parse(scalar.text()).is_ok() {
            return Some((outer, inner));
        }
    }
    None
}

fn parse(text: &str) -> Result<Option<Node>, rheostat_yaml::ReadError> {
    rheostat_yaml::parse(text.as_bytes(), Profile::V3, &Limits::default())
}

/// The document in the form that it had: JSON, indented if it was, or YAML
/// without the line break at its end.
fn print(document: &Node, original: &str) -> Option<String> {
    if !original.trim_start().starts_with(['{', '[']) {
        let text = to_kyaml(document, SequenceIndent::Compact);
        return Some(text.trim().to_owned());
    }
    let value = json::from_node(document, Profile::V3).ok()?;
    let is_indented = original.contains('\n') && original.contains("  ");
    let text = if is_indented {
        serde_json::to_string_pretty(&value).ok()?
    } else {
        value.to_string()
    };
    Some(go_json(&text))
}

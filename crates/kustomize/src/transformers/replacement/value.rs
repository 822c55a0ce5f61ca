//! Taking a part of a value, and putting a value into a field.

use rheostat_yaml::{Node, Scalar};

use super::ReplacementError;
use crate::kustfile::FieldOptions;

/// The part of a value that the options of a source choose.
///
/// # Errors
/// [`ReplacementError`] when the value has no parts or too few.
pub(super) fn part_of(
    value: &Node,
    options: Option<&FieldOptions>,
) -> Result<Node, ReplacementError> {
    let Some(options) = options.filter(|options| !options.delimiter.is_empty()) else {
        return Ok(value.clone());
    };
    let Node::Scalar(scalar) = value else {
        return Err(ReplacementError::NotScalar);
    };
    let part = usize::try_from(options.index)
        .ok()
        .and_then(|index| scalar.text().split(options.delimiter.as_str()).nth(index));
    match part {
        Some(part) => Ok(Node::Scalar(with_text(scalar, part))),
        None => Err(ReplacementError::OutOfBounds {
            index: options.index,
            value: scalar.text().to_owned(),
        }),
    }
}

/// Puts a value, or a part of the field's text, into a field. A scalar keeps
/// its own type and quotes.
///
/// # Errors
/// [`ReplacementError::NotScalar`] when a part is to be put into a
/// collection.
pub(super) fn set(
    field: &mut Node,
    value: &Node,
    options: Option<&FieldOptions>,
) -> Result<(), ReplacementError> {
    let options = options.filter(|options| !options.delimiter.is_empty());
    let text = value.text().unwrap_or_default();
    match (&*field, options) {
        (Node::Scalar(scalar), Some(options)) => {
            let text = if value.is_null() { "" } else { text };
            let joined = with_part(scalar.text(), text, options);
            *field = Node::Scalar(with_text(scalar, &joined));
        }
        (Node::Scalar(scalar), None) => *field = Node::Scalar(with_text(scalar, text)),
        (Node::Sequence(_) | Node::Mapping(_), Some(_)) => return Err(ReplacementError::NotScalar),
        (Node::Sequence(_) | Node::Mapping(_), None) => *field = value.clone(),
    }
    Ok(())
}

/// A text with one of its parts replaced, or one more in front or behind.
fn with_part(text: &str, part: &str, options: &FieldOptions) -> String {
    let delimiter = options.delimiter.as_str();
    let mut parts: Vec<&str> = text.split(delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, part),
        Ok(index) => match parts.get_mut(index) {
            Some(present) => *present = part,
            None => parts.push(part),
        },
    }
    parts.join(delimiter)
}

/// A scalar of the same type and style with another text. One that was just
/// made has no type yet, and gets the one that its text looks like.
pub(super) fn with_text(scalar: &Scalar, text: &str) -> Scalar {
    let was_made = scalar.is_null() && scalar.text().is_empty() && scalar.position.line == 0;
    if was_made {
        return Scalar::untagged(text, scalar.style);
    }
    let mut changed = Scalar::new(text, scalar.tag().clone());
    changed.style = scalar.style;
    changed.is_tagged = scalar.is_tagged;
    changed.position = scalar.position;
    changed
}

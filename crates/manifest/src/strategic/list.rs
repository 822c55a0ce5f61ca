//! Lists whose elements are told apart by the values of their keys.

mod irregular;
mod regular;
mod values;

use rheostat_yaml::{Node, Sequence};
use smol_str::SmolStr;

use super::directive::{self, Directive};
use super::{MergeError, Origin, Type, Walker};

/// Elements up to which lists are merged that lack or repeat keys: that takes the square of their number.
const MAX_IRREGULAR: usize = 2_000;

/// The only key that is inferred.
const INFERRED_KEY: &str = "name";

/// The key by which lists of an unknown type are merged: `name`, if all elements have it.
pub(super) fn inferred_keys(lists: [Option<&Node>; 2]) -> Result<Option<Vec<SmolStr>>, MergeError> {
    let mut keys = lists
        .into_iter()
        .flatten()
        .filter_map(Node::as_sequence)
        .map(|items| {
            let is_keyed = items.iter().all(|item| item.get(INFERRED_KEY).is_some());
            if is_keyed { INFERRED_KEY } else { "" }
        });
    match (keys.next(), keys.next()) {
        (Some(first), Some(second)) if !first.is_empty() && first != second => {
            Err(MergeError::ConflictingKeys { first, second })
        }
        (Some(INFERRED_KEY), _) | (_, Some(INFERRED_KEY)) => {
            Ok(Some(vec![SmolStr::new_static(INFERRED_KEY)]))
        }
        _ => Ok(None),
    }
}

/// The keys of a set of scalars: one that names the scalar itself.
const SET: &[SmolStr] = &[SmolStr::new_static("")];

/// Two lists to merge.
struct Lists {
    dest: Vec<Node>,
    patch: Vec<Node>,
    /// Whether the object's list came from the patch, which then has nothing to add.
    is_same: bool,
}

/// What is known about the elements.
#[derive(Clone, Copy)]
struct Elements<'s, 'k> {
    /// One empty key stands for a set of scalars.
    keys: &'k [SmolStr],
    schema: Option<Type<'s>>,
}

impl<'s> Walker<'s> {
    /// Merges a list by its keys; no keys stand for a set of scalars.
    pub(super) fn walk_keyed_list(
        &self,
        dest: Option<Node>,
        origin: Origin,
        schema: Option<Type<'s>>,
        keys: &[SmolStr],
    ) -> Result<Option<Node>, MergeError> {
        let Some((sequence, origin)) = visit_list(dest, origin)? else {
            return Ok(None);
        };
        let is_same = matches!(origin, Origin::Same);
        let patch = match origin {
            Origin::Patch(Node::Sequence(patch)) => patch.items,
            Origin::Patch(_) | Origin::Absent | Origin::Same => Vec::new(),
        };
        if patch.is_empty() && sequence.items.is_empty() {
            return Ok(Some(Node::Sequence(sequence)));
        }
        let elements = Elements {
            keys: if keys.is_empty() { SET } else { keys },
            schema: schema.and_then(|schema| schema.elements()),
        };
        let lists = Lists {
            dest: sequence.items,
            patch,
            is_same,
        };
        let are_regular = |items: &[Node]| values::are_regular(items, elements.keys);
        let items = if are_regular(&lists.dest) && are_regular(&lists.patch) {
            self.merge_regular(lists, elements)?
        } else if lists.dest.len() + lists.patch.len() > MAX_IRREGULAR {
            return Err(MergeError::TooLong {
                limit: MAX_IRREGULAR,
            });
        } else {
            self.merge_irregular(lists, elements)?
        };
        Ok(Some(Node::Sequence(Sequence {
            items,
            ..Sequence::default()
        })))
    }
}

/// What a list starts from before its elements are merged.
fn visit_list(
    dest: Option<Node>,
    mut origin: Origin,
) -> Result<Option<(Sequence, Origin)>, MergeError> {
    let Some(Node::Sequence(mut sequence)) = dest else {
        return Ok(match origin {
            Origin::Patch(Node::Sequence(patch)) => Some((patch, Origin::Same)),
            Origin::Patch(_) | Origin::Absent | Origin::Same => None,
        });
    };
    let directive = match &mut origin {
        Origin::Absent => Directive::Merge,
        Origin::Same => directive::take_from_list(&mut sequence.items)?,
        Origin::Patch(Node::Sequence(patch)) => directive::take_from_list(&mut patch.items)?,
        Origin::Patch(_) => return Ok(None),
    };
    Ok(match (directive, origin) {
        (Directive::Delete, _) => None,
        (Directive::Replace, Origin::Patch(Node::Sequence(patch))) => Some((patch, Origin::Same)),
        (_, origin) => Some((sequence, origin)),
    })
}

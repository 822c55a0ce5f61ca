//! The values of the keys of elements, by which they are told apart.

use std::collections::HashSet;

use rheostat_yaml::{Mapping, Node};
use smol_str::SmolStr;

/// The values of all keys of an element; empty for those that it lacks.
pub(super) type Values = Vec<SmolStr>;

/// Whether there is nothing in an element that could be told apart.
pub(super) fn is_empty(node: &Node) -> bool {
    node.is_null() || node.as_mapping().is_some_and(Mapping::is_empty)
}

/// The text of a scalar; nothing for a collection.
pub(super) fn raw_text(node: &Node) -> &str {
    node.text().unwrap_or_default()
}

/// Whether each element has all of its keys and no two have the same values.
pub(super) fn are_regular(items: &[Node], keys: &[SmolStr]) -> bool {
    let is_set = keys.first().is_none_or(SmolStr::is_empty);
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| {
        let is_of_kind = match item {
            Node::Scalar(_) => is_set && !item.is_null(),
            Node::Mapping(_) => !is_set,
            Node::Sequence(_) => false,
        };
        let values = values_of(item, keys);
        is_of_kind && !values.iter().any(SmolStr::is_empty) && seen.insert(values)
    })
}

/// The values of the elements of both lists without repetition, the patch's first.
pub(super) fn distinct_values(patch: &[Node], dest: &[Node], keys: &[SmolStr]) -> Vec<Values> {
    let mut seen = HashSet::new();
    let all = patch
        .iter()
        .chain(dest)
        .map(|element| values_of(element, keys));
    all.filter(|values| seen.insert(values.clone())).collect()
}

pub(super) fn values_of(element: &Node, keys: &[SmolStr]) -> Values {
    if keys.first().is_none_or(SmolStr::is_empty) {
        return vec![raw_text(element).into()];
    }
    let value = |key: &SmolStr| match element.get(key) {
        Some(node) if !node.is_null() => SmolStr::from(raw_text(node)),
        _ => SmolStr::default(),
    };
    keys.iter().map(value).collect()
}

/// Lets values that agree where both have something fill each other's gaps.
pub(super) fn complete(list: &mut [Values]) {
    for left in 0..list.len() {
        // The reference goes on comparing what was here before.
        let before = list[left].clone();
        for right in 0..list.len() {
            if let Some(values) = united(&before, &list[right]) {
                list[left].clone_from(&values);
                list[right] = values;
            }
        }
    }
}

fn united(left: &Values, right: &Values) -> Option<Values> {
    let mut has_common = false;
    let values = left.iter().zip(right).map(|(left, right)| {
        has_common |= left == right;
        match (left.is_empty(), right.is_empty()) {
            _ if left == right => Some(left),
            (false, false) => None,
            (false, true) => Some(left),
            (true, _) => Some(right),
        }
    });
    let values = values
        .map(Option::<&SmolStr>::cloned)
        .collect::<Option<Values>>()?;
    has_common.then_some(values)
}

/// The keys that any of the values has something for, and an element's values for them; all keys if there are none.
pub(super) fn usable(list: &[Values], own: &[SmolStr], keys: &[SmolStr]) -> (Vec<SmolStr>, Values) {
    let is_used = |index: usize| {
        list.iter()
            .any(|values| values.get(index).is_some_and(|value| !value.is_empty()))
    };
    let used: Vec<bool> = (0..keys.len()).map(is_used).collect();
    if !used.contains(&true) {
        return (keys.to_vec(), own.to_vec());
    }
    let select = |list: &[SmolStr]| {
        let selected = list.iter().zip(&used).filter(|(_, is_used)| **is_used);
        selected.map(|(item, _)| item.clone()).collect::<Vec<_>>()
    };
    (select(keys), select(own))
}

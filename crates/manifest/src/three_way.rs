//! The patch that brings an object to what is wanted now, knowing what was wanted before: what left the wanted object goes, what
//! differs from it is set, and what others added stays.
//!
//! [`json`] makes a JSON merge patch, in which lists are replaced. [`strategic`] makes a strategic merge patch for the types of a
//! [`Schema`](crate::Schema), in which the elements of lists are told apart by their keys; a server merges it as `kubectl apply`
//! has it do. Absent: conflicts, of which neither knows any.

mod list;

use serde_json::{Map, Value};

use crate::schema::Type;

/// Levels of objects that are compared; below, values are taken whole. Kubernetes accepts no object that nests as deeply.
const MAX_DEPTH: usize = 500;

/// An object as it was wanted, as it is wanted now, and as it is.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'v> {
    /// As it was wanted before.
    pub original: &'v Value,
    /// As it is wanted now.
    pub modified: &'v Value,
    /// As it is.
    pub current: &'v Value,
}

/// The JSON merge patch for an object of any kind; nothing if there is nothing to do.
pub fn json(versions: Versions<'_>) -> Option<Value> {
    patch(versions, None)
}

/// The strategic merge patch for an object of a type; nothing if there is nothing to do.
pub fn strategic(versions: Versions<'_>, kind: Type<'_>) -> Option<Value> {
    patch(versions, Some(kind))
}

fn patch(versions: Versions<'_>, kind: Option<Type<'_>>) -> Option<Value> {
    let Versions {
        original,
        modified,
        current,
    } = versions;
    let original = original.as_object();
    let (Some(modified), Some(current)) = (modified.as_object(), current.as_object()) else {
        return (modified != current).then(|| modified.clone());
    };
    let changes = object(original, modified, current, Place { kind, depth: 0 });
    (!changes.is_empty()).then_some(Value::Object(changes))
}

/// Where in an object a comparison is.
#[derive(Clone, Copy)]
struct Place<'s> {
    /// The type, in a strategic patch, as far as it is known.
    kind: Option<Type<'s>>,
    depth: usize,
}

impl Place<'_> {
    fn field(self, name: &str) -> Self {
        Self {
            kind: self.kind.and_then(|kind| kind.field(name)),
            depth: self.depth + 1,
        }
    }

    fn element(self) -> Self {
        Self {
            kind: self.kind.and_then(|kind| kind.elements()),
            depth: self.depth + 1,
        }
    }
}

fn object(
    original: Option<&Map<String, Value>>,
    modified: &Map<String, Value>,
    current: &Map<String, Value>,
    place: Place<'_>,
) -> Map<String, Value> {
    let mut changes = Map::new();
    for (key, wanted) in modified {
        let before = original.and_then(|original| original.get(key));
        let present = current.get(key);
        field(&mut changes, key, (before, wanted, present), place);
    }
    for (key, before) in original.into_iter().flatten() {
        if !modified.contains_key(key) && !before.is_null() {
            changes.insert(key.clone(), Value::Null);
        }
    }
    changes
}

/// Adds what is to be done about one field.
fn field(
    changes: &mut Map<String, Value>,
    key: &str,
    (before, wanted, present): (Option<&Value>, &Value, Option<&Value>),
    place: Place<'_>,
) {
    let inner = place.field(key);
    match (wanted, present) {
        (Value::Object(wanted), Some(Value::Object(present))) if inner.depth < MAX_DEPTH => {
            let before = before.and_then(Value::as_object);
            let mut inner_changes = object(before, wanted, present, inner);
            if inner_changes.is_empty() {
                return;
            }
            if place.kind.is_some() && is_union(key) {
                retain(&mut inner_changes, wanted);
            }
            changes.insert(key.to_owned(), Value::Object(inner_changes));
        }
        (Value::Array(wanted), Some(Value::Array(present))) if inner.depth < MAX_DEPTH => {
            let before = before
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice);
            list::changes(changes, key, [before, wanted, present], inner);
        }
        // A null removes what is there, and where nothing is there, nothing has to be removed.
        (Value::Null, None | Some(Value::Null)) => {}
        (wanted, present) if present == Some(wanted) => {}
        (wanted, _) => {
            changes.insert(key.to_owned(), wanted.clone());
        }
    }
}

/// Whether a field holds one of several alternatives, so that those which the server added for another one have to go: the
/// strategy of a Deployment. The other such field is the list of volumes.
fn is_union(key: &str) -> bool {
    key == "strategy"
}

/// Has the server drop all fields but those that are wanted.
fn retain(changes: &mut Map<String, Value>, wanted: &Map<String, Value>) {
    let keys = wanted.keys().cloned().map(Value::String).collect();
    changes.insert("$retainKeys".to_owned(), Value::Array(keys));
}

#[cfg(test)]
mod tests;

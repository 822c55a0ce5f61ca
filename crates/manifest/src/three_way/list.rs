//! Lists: replaced as a whole, or merged by the keys of their elements.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Place, object, retain};

/// Adds what is to be done about a list: as it was wanted, as it is wanted now, and as it is.
pub(super) fn changes(
    changes: &mut Map<String, Value>,
    field: &str,
    [before, wanted, present]: [&[Value]; 3],
    place: Place<'_>,
) {
    if wanted == present && before.iter().all(|element| wanted.contains(element)) {
        return;
    }
    let keys = place.kind.and_then(|kind| kind.merge_keys());
    match keys.map(Vec::as_slice) {
        None => {
            if wanted != present {
                changes.insert(field.to_owned(), wanted.into());
            }
        }
        Some([]) => scalars(changes, field, [before, wanted, present]),
        // Where several fields together tell elements apart, the server merges by the first alone.
        Some([key, ..]) => {
            let lists = [before, wanted, present].map(|list| by_key(list, key));
            if let [Some(before), Some(_), Some(by_key)] = lists {
                let lists = Keyed {
                    key,
                    before,
                    wanted,
                    present,
                    by_key,
                };
                lists.changes(changes, field, place);
            } else if wanted != present {
                // Elements that lack the key, or share it, cannot be told apart.
                let mut whole = vec![serde_json::json!({"$patch": "replace"})];
                whole.extend_from_slice(wanted);
                changes.insert(field.to_owned(), Value::Array(whole));
            }
        }
    }
}

/// A set of scalars: what is new is added, what left is taken out.
fn scalars(
    changes: &mut Map<String, Value>,
    field: &str,
    [before, wanted, present]: [&[Value]; 3],
) {
    let without = |list: &[Value], other: &[Value]| -> Vec<Value> {
        let is_missing = |element: &&Value| !other.contains(element);
        list.iter().filter(is_missing).cloned().collect()
    };
    let added = without(wanted, present);
    if !added.is_empty() {
        changes.insert(field.to_owned(), Value::Array(added));
    }
    let removed = without(before, wanted);
    if !removed.is_empty() {
        let directive = format!("$deleteFromPrimitiveList/{field}");
        changes.insert(directive, Value::Array(removed));
    }
}

/// Elements by what their key holds; nothing if one lacks it or two share it.
fn by_key<'v>(list: &'v [Value], key: &str) -> Option<HashMap<String, &'v Value>> {
    let mut found = HashMap::with_capacity(list.len());
    for element in list {
        let value = element.get(key).filter(|value| !value.is_null())?;
        if found.insert(value.to_string(), element).is_some() {
            return None;
        }
    }
    Some(found)
}

/// A list whose elements are told apart by a key.
struct Keyed<'v> {
    key: &'v str,
    before: HashMap<String, &'v Value>,
    wanted: &'v [Value],
    present: &'v [Value],
    /// The elements of `present`.
    by_key: HashMap<String, &'v Value>,
}

impl Keyed<'_> {
    fn changes(&self, changes: &mut Map<String, Value>, field: &str, place: Place<'_>) {
        let mut elements = Vec::new();
        let mut order = Vec::with_capacity(self.wanted.len());
        let mut left = self.before.clone();
        for wanted in self.wanted {
            let value = &wanted[self.key];
            let name = value.to_string();
            order.push(self.only_key(value));
            let before = left.remove(&name);
            match self.by_key.get(&name) {
                None => elements.push(wanted.clone()),
                Some(present) => {
                    elements.extend(self.element(
                        [before, Some(wanted), Some(present)],
                        field,
                        place,
                    ));
                }
            }
        }
        let mut gone: Vec<&Value> = left.into_values().collect();
        gone.sort_by_key(|element| element[self.key].to_string());
        for element in gone {
            let mut deletion = self.only_key(&element[self.key]);
            deletion["$patch"] = "delete".into();
            elements.push(deletion);
        }
        if elements.is_empty() && self.is_in_order() {
            return;
        }
        if !elements.is_empty() {
            changes.insert(field.to_owned(), Value::Array(elements));
        }
        changes.insert(format!("$setElementOrder/{field}"), Value::Array(order));
    }

    /// What is to be done about an element that is there.
    fn element(
        &self,
        [before, wanted, present]: [Option<&Value>; 3],
        field: &str,
        place: Place<'_>,
    ) -> Option<Value> {
        let (wanted, present) = (wanted?.as_object()?, present?.as_object()?);
        let before = before.and_then(Value::as_object);
        let mut changes = object(before, wanted, present, place.element());
        if changes.is_empty() {
            return None;
        }
        if field == "volumes" {
            retain(&mut changes, wanted);
        }
        changes.insert(self.key.to_owned(), wanted.get(self.key)?.clone());
        Some(Value::Object(changes))
    }

    fn only_key(&self, value: &Value) -> Value {
        Value::Object([(self.key.to_owned(), value.clone())].into_iter().collect())
    }

    /// Whether the elements that are there stand in the order that is wanted.
    fn is_in_order(&self) -> bool {
        let wanted = self.wanted.iter().map(|element| &element[self.key]);
        let is_wanted = |value: &&Value| {
            let mut wanted = self.wanted.iter();
            wanted.any(|element| element[self.key] == **value)
        };
        let present = self.present.iter().map(|element| &element[self.key]);
        present.filter(is_wanted).eq(wanted)
    }
}

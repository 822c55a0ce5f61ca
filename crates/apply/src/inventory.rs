//! What was applied, in the order in which it was applied.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::id::ObjectId;

/// One object of an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which object.
    pub id: ObjectId,
    /// The version of its group under which it was applied.
    #[serde(rename = "v")]
    pub version: String,
}

/// The objects that an owner has applied. Serialized, it is what Flux keeps in a status: `{entries: [{id, v}]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The objects, in the order in which they were applied.
    pub entries: Vec<Entry>,
}

impl Inventory {
    /// The entries that `newer` does not have, whatever their versions.
    #[must_use]
    pub fn without(&self, newer: &Self) -> Self {
        let kept: HashSet<&ObjectId> = newer.entries.iter().map(|entry| &entry.id).collect();
        let gone = |entry: &&Entry| !kept.contains(&entry.id);
        Self {
            entries: self.entries.iter().filter(gone).cloned().collect(),
        }
    }

    /// This inventory, followed by the entries that only `other` has.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        joined.entries.extend(other.without(self).entries);
        joined
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl FromIterator<Entry> for Inventory {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(names: &[&str]) -> Inventory {
        let entry = |name: &&str| {
            let (name, version) = name.split_once('@').unwrap_or((name, "v1"));
            Entry {
                id: format!("ns_{name}__ConfigMap").parse().unwrap(),
                version: version.to_owned(),
            }
        };
        names.iter().map(entry).collect()
    }

    #[test]
    fn a_version_makes_no_other_object() {
        let stale = inventory(&["a", "b@v1beta1", "c"]).without(&inventory(&["b@v1"]));
        assert_eq!(stale, inventory(&["a", "c"]));
    }

    #[test]
    fn joining_keeps_order_and_repeats_nothing() {
        let joined = inventory(&["a", "b"]).joined(&inventory(&["b", "c"]));
        assert_eq!(joined, inventory(&["a", "b", "c"]));
    }
}

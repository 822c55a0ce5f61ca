//! Ordered keys and values. Look-ups are linear: the mappings of manifests are small.

use super::{Node, Position, Scalar};

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key. Mappings and sequences as keys are refused by the reader.
    pub key: Scalar,
    /// The value.
    pub value: Node,
}

/// Keys with values, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The entries. Their keys have different texts; code that adds entries keeps it so.
    pub entries: Vec<Entry>,
    /// Whether it was written as `{…}`.
    pub is_flow: bool,
    /// Where it begins.
    pub position: Position,
}

impl Mapping {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Index of the entry whose key has this text.
    pub fn index_of(&self, key: &str) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.key.text() == key)
    }

    /// Whether there is an entry whose key has this text.
    pub fn contains_key(&self, key: &str) -> bool {
        self.index_of(key).is_some()
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key.text() == key)
            .map(|entry| &entry.value)
    }

    /// The value under a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key.text() == key)
            .map(|entry| &mut entry.value)
    }

    /// Sets the value under a key, in place or at the end, and returns what was there.
    pub fn insert(
        &mut self,
        key: impl Into<smol_str::SmolStr> + AsRef<str>,
        value: Node,
    ) -> Option<Node> {
        if let Some(present) = self.get_mut(key.as_ref()) {
            return Some(std::mem::replace(present, value));
        }
        self.entries.push(Entry {
            key: Scalar::string(key),
            value,
        });
        None
    }

    /// The value under a key, which is first set by `default` at the end of the mapping if it is absent.
    pub fn get_or_insert_with(&mut self, key: &str, default: impl FnOnce() -> Node) -> &mut Node {
        let index = self.index_of(key).unwrap_or_else(|| {
            self.entries.push(Entry {
                key: Scalar::string(key),
                value: default(),
            });
            self.entries.len() - 1
        });
        &mut self.entries[index].value
    }

    /// Takes the value under a key out; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        self.index_of(key)
            .map(|index| self.entries.remove(index).value)
    }

    /// The entries in order, keys as text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.text(), &entry.value))
    }

    /// The entries in order, keys as text.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.entries
            .iter_mut()
            .map(|entry| (entry.key.text(), &mut entry.value))
    }
}

//! The entries of maps, shared until one who holds them changes them.

use std::{collections::BTreeMap, collections::btree_map, slice, sync::Arc, vec};

use super::Value;
use crate::text::Text;

/// Up to how many entries lie in one piece, where a key in the middle moves those behind it: there that is no slower than a
/// tree. A map that grows at its end stays in one piece.
const MAX_PIECE: usize = 256;

/// The entries of a map as they are at one time, in the order of their keys. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Entries(Option<Arc<Store>>);

/// Where entries lie. Nearly all maps are small and never change.
#[derive(Debug, Clone)]
enum Store {
    Piece(Vec<(Text, Value)>),
    Tree(BTreeMap<Text, Value>),
}

impl Store {
    fn iter(&self) -> Iter<'_> {
        match self {
            Self::Piece(entries) => Iter::Piece(entries.iter()),
            Self::Tree(entries) => Iter::Tree(entries.iter()),
        }
    }

    fn get(&self, key: &[u8]) -> Option<&Value> {
        match self {
            Self::Piece(entries) => {
                let index = search(entries, key).ok()?;
                Some(&entries[index].1)
            }
            Self::Tree(entries) => entries.get(key),
        }
    }

    fn insert(&mut self, key: Text, value: Value) {
        match self {
            Self::Piece(entries) => match search(entries, &key) {
                Ok(index) => entries[index].1 = value,
                Err(index) if index == entries.len() || entries.len() < MAX_PIECE => {
                    entries.insert(index, (key, value));
                }
                Err(_) => {
                    let mut tree: BTreeMap<_, _> = std::mem::take(entries).into_iter().collect();
                    tree.insert(key, value);
                    *self = Self::Tree(tree);
                }
            },
            Self::Tree(entries) => {
                entries.insert(key, value);
            }
        }
    }

    fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match self {
            Self::Piece(entries) => {
                let index = search(entries, key).ok()?;
                Some(entries.remove(index).1)
            }
            Self::Tree(entries) => entries.remove(key),
        }
    }
}

fn search(entries: &[(Text, Value)], key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|(known, _)| (**known).cmp(key))
}

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self.0.as_deref() {
            None => 0,
            Some(Store::Piece(entries)) => entries.len(),
            Some(Store::Tree(entries)) => entries.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        self.0.as_ref()?.get(key)
    }

    /// The entries one after another.
    pub fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Some(store) => store.iter(),
            None => Iter::Piece([].iter()),
        }
    }

    pub(super) fn insert(&mut self, key: Text, value: Value) {
        let store = self
            .0
            .get_or_insert_with(|| Arc::new(Store::Piece(Vec::new())));
        Arc::make_mut(store).insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Value> {
        // What is shared is copied only where something is taken out.
        let store = self.0.as_mut().filter(|store| store.get(key).is_some())?;
        Arc::make_mut(store).remove(key)
    }

    /// Entries that share nothing changeable with these, down to `depth` levels; `None` where they are deeper.
    pub(super) fn deep_copy(&self, depth: usize) -> Option<Self> {
        if !self.iter().any(|(_, value)| value.holds_changeable()) {
            return Some(self.clone());
        }
        // Collected as an `Option`, the copies would grow one by one and keep room to grow.
        let mut copies = Vec::with_capacity(self.len());
        for (key, value) in self {
            copies.push((key.clone(), value.deep_copy(depth)?));
        }
        Some(Self::sorted(copies))
    }

    /// Hands over the maps and lists among them, if nobody else holds them.
    pub(super) fn give_up(&mut self, waiting: &mut Vec<Value>) {
        if !self.iter().any(|(_, value)| value.holds_changeable()) {
            return;
        }
        let values: Vec<Value> = match self.0.take().and_then(Arc::into_inner) {
            Some(Store::Piece(entries)) => entries.into_iter().map(|(_, value)| value).collect(),
            Some(Store::Tree(entries)) => entries.into_values().collect(),
            None => return,
        };
        waiting.extend(values.into_iter().filter(Value::holds_changeable));
    }

    /// Entries whose keys ascend.
    fn sorted(entries: Vec<(Text, Value)>) -> Self {
        let has_entries = !entries.is_empty();
        Self(has_entries.then(|| Arc::new(Store::Piece(entries))))
    }
}

impl FromIterator<(Text, Value)> for Entries {
    /// Of two entries of one key the later holds.
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            let tree: BTreeMap<_, _> = entries.into_iter().collect();
            entries = tree.into_iter().collect();
        }
        Self::sorted(entries)
    }
}

/// The entries of a map, borrowed.
#[derive(Debug, Clone)]
pub enum Iter<'e> {
    /// From one piece.
    Piece(slice::Iter<'e, (Text, Value)>),
    /// From a tree.
    Tree(btree_map::Iter<'e, Text, Value>),
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Text, &'e Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Piece(entries) => entries.next().map(|(key, value)| (key, value)),
            Self::Tree(entries) => entries.next(),
        }
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Text, &'e Value);
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

impl IntoIterator for Entries {
    type Item = (Text, Value);
    type IntoIter = vec::IntoIter<(Text, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        let entries = match self.0.map(Arc::unwrap_or_clone) {
            None => Vec::new(),
            Some(Store::Piece(entries)) => entries,
            Some(Store::Tree(entries)) => entries.into_iter().collect(),
        };
        entries.into_iter()
    }
}

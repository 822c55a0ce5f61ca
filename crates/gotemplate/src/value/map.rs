//! Maps with string keys.

use std::sync::Arc;

use parking_lot::RwLock;

use super::{Entries, Method, Value};
use crate::text::Text;

/// A map of Go, shared by all who hold it: `set` in one template shows in the next.
///
/// Its entries are kept in the order of their keys, which is the order in which Go prints and ranges over them. Whoever reads
/// them shares them as they are, and a change after that is made to a copy: no lock is held while a template or a function
/// runs, so a map that holds itself does no harm but to those who print it.
#[derive(Debug)]
pub struct Map {
    kind: &'static MapType,
    is_nil: bool,
    entries: Arc<RwLock<Entries>>,
}

/// What a map's Go type means to a template.
#[derive(Debug)]
pub struct MapType {
    /// Go's name, such as `map[string]interface {}`.
    pub name: &'static str,
    /// Whether Go lets it pass where a `map[string]interface {}` is asked for.
    pub is_plain: bool,
    /// What a key that is not there yields.
    pub zero: fn() -> Value,
    /// Methods, which stand before keys of the same name.
    pub methods: &'static [(&'static str, Method)],
}

impl MapType {
    /// `map[string]interface {}`.
    pub const ANY: Self = Self {
        name: "map[string]interface {}",
        is_plain: true,
        zero: || Value::Nil,
        methods: &[],
    };
    /// `map[string]string`.
    pub const STRINGS: Self = Self {
        name: "map[string]string",
        is_plain: false,
        zero: || Value::String(Text::default()),
        methods: &[],
    };
}

impl MapType {
    /// `map[string]interface {}`, the type of maps that are made without one.
    pub(crate) fn any() -> &'static Self {
        &ANY
    }
}

static ANY: MapType = MapType::ANY;
static STRINGS: MapType = MapType::STRINGS;

impl Default for Map {
    fn default() -> Self {
        Self::typed(&ANY)
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::default()
    }

    /// A nil `map[string]interface {}`: empty, `null` in JSON, and nothing can be set in it.
    pub fn nil() -> Self {
        Self::nil_of(&ANY)
    }

    /// The nil map of the same type.
    #[must_use]
    pub fn into_nil(self) -> Self {
        Self::nil_of(self.kind)
    }

    fn nil_of(kind: &'static MapType) -> Self {
        Self {
            kind,
            is_nil: true,
            entries: Arc::default(),
        }
    }

    /// Hands over the maps and lists in it, if nobody else holds the entries.
    pub(super) fn give_up(&mut self, waiting: &mut Vec<Value>) {
        if let Some(entries) = Arc::get_mut(&mut self.entries) {
            entries.get_mut().give_up(waiting);
        }
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    /// An empty map of a type.
    pub fn typed(kind: &'static MapType) -> Self {
        Self {
            kind,
            is_nil: false,
            entries: Arc::default(),
        }
    }

    /// An empty `map[string]string`.
    pub fn of_strings() -> Self {
        Self::typed(&STRINGS)
    }

    /// The same map under another type: what is set in one shows in the other.
    #[must_use]
    pub fn retyped(&self, kind: &'static MapType) -> Self {
        Self {
            kind,
            is_nil: self.is_nil,
            entries: Arc::clone(&self.entries),
        }
    }

    /// Whether the two are one map, whatever their types.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries)
    }

    /// Its type.
    pub fn map_type(&self) -> &'static MapType {
        self.kind
    }

    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries.read().get(key).cloned()
    }

    /// Whether a key is there.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.entries.read().get(key).is_some()
    }

    /// Sets a key.
    pub fn insert(&self, key: impl Into<Text>, value: impl Into<Value>) {
        self.entries.write().insert(key.into(), value.into());
    }

    /// Takes a key out.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.entries.write().remove(key)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.read().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.read().is_empty()
    }

    /// The entries as they are now, in the order of their keys.
    pub fn entries(&self) -> Entries {
        self.entries.read().clone()
    }

    /// The keys as they are now, sorted.
    pub fn keys(&self) -> Vec<Text> {
        let entries = self.entries();
        entries.iter().map(|(key, _)| key.clone()).collect()
    }

    /// A copy of this map that shares nothing changeable with it, down to `depth` levels; `None` where it is deeper.
    pub fn deep_copy(&self, depth: usize) -> Option<Self> {
        let copy = self.entries().deep_copy(depth.checked_sub(1)?)?;
        Some(Self {
            kind: self.kind,
            is_nil: self.is_nil,
            entries: Arc::new(RwLock::new(copy)),
        })
    }
}

impl<K: Into<Text>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self {
            kind: &ANY,
            is_nil: false,
            entries: Arc::new(RwLock::new(entries)),
        }
    }
}

impl Value {
    /// A copy that shares nothing changeable with this value, down to `depth` levels; `None` where it is deeper.
    pub fn deep_copy(&self, depth: usize) -> Option<Self> {
        match self {
            Self::Map(map) => Some(Self::Map(Arc::new(map.deep_copy(depth)?))),
            // A list that holds no map or list is shared: it cannot change.
            Self::List(list) if list.iter().any(Self::holds_changeable) => {
                let depth = depth.checked_sub(1)?;
                let mut items = Vec::with_capacity(list.len());
                for item in list.iter() {
                    items.push(item.deep_copy(depth)?);
                }
                Some(Self::List(Arc::new(super::List::typed(
                    list.element(),
                    items,
                ))))
            }
            other => Some(other.clone()),
        }
    }

    /// Whether a copy of the value has to be another value.
    pub(super) fn holds_changeable(&self) -> bool {
        matches!(self, Self::Map(_) | Self::List(_))
    }
}

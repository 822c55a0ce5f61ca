//! What is remembered of each Kustomization between two passes. All of it can be lost: a restart
//! asks more questions, and comes to the same end.

use std::collections::HashMap;

use parking_lot::Mutex;
use rheostat_apply::{Inventory, Ledger};
use rheostat_runtime::ObjectKey;
use rheostat_tree::Tree;

use crate::plan::Built;

/// What is remembered of one Kustomization.
#[derive(Debug, Default)]
pub struct Memory {
    /// Which incarnation of the object this is about.
    pub uid: Option<String>,
    /// What the server last said about its objects.
    pub ledger: Ledger,
    /// Objects that failed passes applied. The stored inventory does not name them, as in the
    /// reference, but they are pruned like those that it names.
    pub unrecorded: Inventory,
    /// The last build.
    pub built: Option<Built>,
}

/// What is remembered of all Kustomizations.
#[derive(Debug, Default)]
pub struct Memories {
    by_key: Mutex<HashMap<ObjectKey, Memory>>,
}

impl Memories {
    /// Takes what is remembered of an object; nothing, if another one has taken its place. A pass
    /// that does not [give it back](Self::put) has forgotten it.
    pub fn take(&self, key: &ObjectKey, uid: Option<&str>) -> Memory {
        let known = self.by_key.lock().remove(key).unwrap_or_default();
        if known.uid.as_deref() == uid {
            return known;
        }
        Memory {
            uid: uid.map(str::to_owned),
            ..Memory::default()
        }
    }

    /// Whether the last build of an object holds for another tree, too. Nobody knows while a pass
    /// over the object runs.
    pub fn holds_in(&self, key: &ObjectKey, tree: &Tree) -> bool {
        let memories = self.by_key.lock();
        let built = memories.get(key).and_then(|memory| memory.built.as_ref());
        let read_set = built.map(Built::read_set);
        drop(memories);
        read_set.is_some_and(|read_set| read_set.holds_in(tree))
    }

    /// Remembers.
    pub fn put(&self, key: &ObjectKey, memory: Memory) {
        self.by_key.lock().insert(key.clone(), memory);
    }
}

//! The pure part of a store: what it holds, who refers to whom, and which of two versions counts.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use kube::api::ObjectMeta;

use crate::object::{ObjectKey, ObjectRef};

/// Where a version of an object came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The list that a watch begins with.
    List,
    /// A watch event.
    Watch,
    /// The answer to a write of our own.
    Write,
}

/// Which of two versions a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precedence {
    /// The version that it has.
    Held,
    /// Both are the same.
    Same,
    /// The version that it is given.
    Given,
}

pub(super) struct Objects<K> {
    pub(super) by_key: HashMap<ObjectKey, Held<K>>,
    pub(super) referrers: HashMap<ObjectRef, BTreeSet<ObjectKey>>,
}

pub(super) struct Held<K> {
    pub(super) object: Arc<K>,
    /// True while this is the answer to our own write, which the watch has yet to deliver.
    pub(super) is_own_write: bool,
    references: Vec<ObjectRef>,
}

impl<K> Default for Objects<K> {
    fn default() -> Self {
        Self {
            by_key: HashMap::new(),
            referrers: HashMap::new(),
        }
    }
}

impl<K> Objects<K> {
    /// Keeps an object and returns what was there before.
    pub(super) fn insert(
        &mut self,
        key: &ObjectKey,
        object: Arc<K>,
        origin: Origin,
        references: Vec<ObjectRef>,
    ) -> Option<Arc<K>> {
        let old = self.remove(key);
        for target in &references {
            self.referrers
                .entry(target.clone())
                .or_default()
                .insert(key.clone());
        }
        let held = Held {
            object,
            is_own_write: origin == Origin::Write,
            references,
        };
        self.by_key.insert(key.clone(), held);
        old
    }

    pub(super) fn remove(&mut self, key: &ObjectKey) -> Option<Arc<K>> {
        let held = self.by_key.remove(key)?;
        for target in held.references {
            if let Some(referrers) = self.referrers.get_mut(&target) {
                referrers.remove(key);
                if referrers.is_empty() {
                    self.referrers.remove(&target);
                }
            }
        }
        Some(held.object)
    }
}

/// Compares what is held (and whether it came from our own write) with what is given.
///
/// The order of watch events is trusted; only between a write's answer and the watch, which run side by side, do
/// versions decide. Resource versions are compared as numbers there, which Kubernetes guarantees for one resource.
pub(super) fn precedence(
    held: Option<(&ObjectMeta, bool)>,
    given: &ObjectMeta,
    origin: Origin,
) -> Precedence {
    let Some((held, is_own_write)) = held else {
        // An answer that comes after the watch saw the object go must not bring it back.
        return if origin == Origin::Write {
            Precedence::Held
        } else {
            Precedence::Given
        };
    };
    if held.uid != given.uid {
        return if origin == Origin::Write {
            Precedence::Held
        } else {
            Precedence::Given
        };
    }
    if held.resource_version == given.resource_version {
        return Precedence::Same;
    }
    let is_race = is_own_write || origin == Origin::Write;
    if is_race && version(given) < version(held) {
        Precedence::Held
    } else {
        Precedence::Given
    }
}

fn version(meta: &ObjectMeta) -> Option<u64> {
    meta.resource_version.as_deref()?.parse().ok()
}

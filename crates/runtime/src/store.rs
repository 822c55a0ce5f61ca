//! The objects of one kind in memory, kept up to date by a watch.
//!
//! A store answers at once, tells observers of every change and lets any number of tasks wait for one object.
//! What an observer never needs is trimmed before it is kept. A delivery that changes nothing (after a restart of
//! the API server all objects are delivered again) is dropped.

mod delivered;
mod feed;
mod objects;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt, sync::Arc};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

pub(crate) use self::delivered::Delivered;
use self::objects::{Objects, Origin, Precedence};
use crate::{
    object::{Managed, ObjectKey, ObjectRef},
    shell::Context,
};

/// One change of one object.
#[derive(Debug, Clone)]
pub struct Change<K> {
    /// The object.
    pub key: ObjectKey,
    /// As it was; nothing if it is new.
    pub old: Option<Arc<K>>,
    /// As it is; nothing if it is gone.
    pub new: Option<Arc<K>>,
    /// True for what was there when the observer or the watch began.
    pub is_initial: bool,
}

/// What is watched, and what of it is kept.
pub struct Selection<K> {
    /// Which objects (`--watch-label-selector`); empty for all.
    pub labels: String,
    /// Takes from an object what nobody reads. Managed fields are dropped in any case.
    pub trim: fn(&mut K),
    /// The objects that one refers to, for [`Store::referrers`].
    pub index: fn(&K) -> Vec<ObjectRef>,
}

impl<K> Default for Selection<K> {
    fn default() -> Self {
        Self {
            labels: String::new(),
            trim: |_| {},
            index: |_| Vec::new(),
        }
    }
}

impl<K> fmt::Debug for Selection<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selection")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

/// The objects of one kind. Clones share them.
pub struct Store<K> {
    inner: Arc<Inner<K>>,
}

impl<K> Clone for Store<K> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K: Managed> fmt::Debug for Store<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("kind", &K::kind(&()))
            .field("len", &self.len())
            .finish()
    }
}

type Observer<K> = Box<dyn Fn(&Change<K>) + Send + Sync>;

struct Inner<K> {
    selection: Selection<K>,
    objects: RwLock<Objects<K>>,
    observers: Mutex<Vec<Observer<K>>>,
    subscribers: Mutex<HashMap<ObjectKey, watch::Sender<()>>>,
    is_ready: watch::Sender<bool>,
}

impl<K: Managed> Store<K> {
    /// Starts watching the kind in the namespaces of the context, until the context stops.
    pub fn watch(context: &Context, selection: Selection<K>) -> Self {
        let labels = selection.labels.clone();
        let store = Self::empty(selection);
        tokio::spawn(feed::run(
            store.clone(),
            context.watched::<K>(),
            labels,
            context.stop.clone(),
        ));
        store
    }

    /// Resolves once everything that was there at the start is in the store.
    pub async fn ready(&self) {
        // The sender lives as long as the store does.
        let _ = self
            .inner
            .is_ready
            .subscribe()
            .wait_for(|is_ready| *is_ready)
            .await;
    }

    /// One object.
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<K>> {
        self.inner
            .objects
            .read()
            .by_key
            .get(key)
            .map(|held| Arc::clone(&held.object))
    }

    /// All objects, in no order.
    pub fn list(&self) -> Vec<Arc<K>> {
        self.inner
            .objects
            .read()
            .by_key
            .values()
            .map(|held| Arc::clone(&held.object))
            .collect()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.inner.objects.read().by_key.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The objects that refer to `target` according to the selection's index, in order of their keys.
    pub fn referrers(&self, target: &ObjectRef) -> Vec<ObjectKey> {
        self.inner
            .objects
            .read()
            .referrers
            .get(target)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Calls `observer` for every object that is there and then for every change, on the task that watches:
    /// it must be quick and must not block.
    pub fn on_change(&self, observer: impl Fn(&Change<K>) + Send + Sync + 'static) {
        let mut observers = self.inner.observers.lock();
        for object in self.list() {
            observer(&Change {
                key: ObjectKey::of(object.meta()),
                old: None,
                new: Some(object),
                is_initial: true,
            });
        }
        observers.push(Box::new(observer));
    }

    /// Waits until `condition` holds for the object (or for its absence), and returns what it held for.
    pub async fn wait_until<T>(
        &self,
        key: &ObjectKey,
        condition: impl Fn(Option<&K>) -> Option<T>,
    ) -> T {
        let mut changes = self.subscribe(key);
        loop {
            if let Some(value) = condition(self.get(key).as_deref()) {
                return value;
            }
            if changes.changed().await.is_err() {
                changes = self.subscribe(key);
            }
        }
    }

    /// Takes over the server's answer to a write of our own ahead of the watch, so that the next pass does not
    /// begin with what was there before. An object that the watch has seen go stays gone.
    pub(crate) fn put(&self, object: K) -> Arc<K> {
        self.apply(object, Origin::Write)
    }

    /// Returns what the store holds afterwards.
    fn apply(&self, mut object: K, origin: Origin) -> Arc<K> {
        object.meta_mut().managed_fields = None;
        (self.inner.selection.trim)(&mut object);
        let key = ObjectKey::of(object.meta());
        let object = Arc::new(object);
        let old = {
            let mut objects = self.inner.objects.write();
            let held = objects.by_key.get_mut(&key);
            match objects::precedence(
                held.as_deref()
                    .map(|held| (held.object.meta(), held.is_own_write)),
                object.meta(),
                origin,
            ) {
                Precedence::Held => return held.map_or(object, |held| Arc::clone(&held.object)),
                Precedence::Same => {
                    return held.map_or(object, |held| {
                        held.is_own_write &= origin == Origin::Write;
                        Arc::clone(&held.object)
                    });
                }
                Precedence::Given => {}
            }
            let references = (self.inner.selection.index)(&object);
            objects.insert(&key, Arc::clone(&object), origin, references)
        };
        self.tell(&Change {
            key,
            old,
            new: Some(Arc::clone(&object)),
            is_initial: origin == Origin::List,
        });
        object
    }

    fn remove(&self, key: &ObjectKey) {
        let removed = self.inner.objects.write().remove(key);
        if let Some(old) = removed {
            self.tell(&Change {
                key: key.clone(),
                old: Some(old),
                new: None,
                is_initial: false,
            });
        }
    }

    fn tell(&self, change: &Change<K>) {
        for observer in self.inner.observers.lock().iter() {
            observer(change);
        }
        let mut subscribers = self.inner.subscribers.lock();
        if let Some(sender) = subscribers.get(&change.key)
            && sender.send(()).is_err()
        {
            subscribers.remove(&change.key);
        }
    }

    fn subscribe(&self, key: &ObjectKey) -> watch::Receiver<()> {
        let mut subscribers = self.inner.subscribers.lock();
        subscribers
            .entry(key.clone())
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe()
    }

    fn empty(selection: Selection<K>) -> Self {
        let inner = Inner {
            selection,
            objects: RwLock::new(Objects::default()),
            observers: Mutex::new(Vec::new()),
            subscribers: Mutex::new(HashMap::new()),
            is_ready: watch::Sender::new(false),
        };
        Self {
            inner: Arc::new(inner),
        }
    }
}

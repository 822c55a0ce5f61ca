//! Who wakes whom: a source its Kustomizations, a Kustomization those that wait for it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use rheostat_api::{Artifact, ConditionType, Kind, Kustomization, Object};
use rheostat_runtime::{Cause, Change, ObjectKey, ObjectRef, Store, Waker};

use crate::desired::Desired;
use crate::memory::Memories;
use crate::observe::Surroundings;
use crate::sources::{Offering, artifact_of};
use crate::trees::Trees;

/// How far dependencies are followed for the order of waking. A longer chain, or a cycle, is woken
/// all the same; its members then wait for each other.
const MAX_CHAIN: usize = 64;

/// How long those wait for whom nothing has changed. A pass over a few objects takes a twentieth of it.
const HEAD_START: Duration = Duration::from_secs(1);

/// What a Kustomization refers to: its source and those that come first. (pure)
pub fn references(object: &Kustomization) -> Vec<ObjectRef> {
    let desired = Desired::parse(object);
    let dependencies = desired.dependencies.into_iter().map(|key| ObjectRef {
        kind: "Kustomization".to_owned(),
        key,
    });
    std::iter::once(desired.source)
        .chain(dependencies)
        .collect()
}

/// What is needed to wake those whom a source concerns.
#[derive(Clone, Debug)]
pub struct SourceWaker {
    /// The Kustomizations of this instance.
    pub managed: Store<Kustomization>,
    /// The unpacked artifacts.
    pub trees: Arc<Trees>,
    /// What is remembered of each Kustomization.
    pub memories: Arc<Memories>,
    /// The queue.
    pub waker: Waker,
}

impl SourceWaker {
    /// Wakes Kustomizations whenever their source has something new.
    pub fn follow<K: Kind<Status: Offering>>(self, sources: &Store<Object<K>>) {
        sources.on_change(move |change| {
            let old = change.old.as_deref().and_then(artifact_of);
            let new = change.new.as_deref().and_then(artifact_of);
            if let Some(old) = old.filter(|old| Some(*old) != new) {
                self.trees.forget(old);
            }
            let is_news = |new: &&Artifact| old.is_none_or(|old| !old.has_revision(&new.revision));
            if let Some(new) = new.filter(is_news) {
                let source = ObjectRef {
                    kind: K::KIND.to_owned(),
                    key: change.key.clone(),
                };
                tokio::spawn(self.clone().wake(source, new.clone()));
            }
        });
    }

    /// Wakes those first whose build changes, and whom they depend on: the others only have to take
    /// note of the revision, and a large repository has many of them. They begin when the first ones
    /// have ended, since what they ask of the API server would hold those up.
    async fn wake(self, source: ObjectRef, artifact: Artifact) {
        let due = in_order(&self.managed, &source, &artifact.revision);
        if due.is_empty() {
            return;
        }
        // A tree that cannot be had is reported by the passes.
        let urgent = match self.trees.get(&artifact).await {
            Ok(tree) => urgent(&due, |key| !self.memories.holds_in(key, &tree)),
            Err(_) => due.iter().map(|due| due.key.clone()).collect(),
        };
        let (first, rest): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|due| urgent.contains(&due.key));
        for due in &first {
            self.waker.wake(&due.key, Cause::Watch(source.clone()));
        }
        if !rest.is_empty() {
            let ended = async {
                for due in &first {
                    self.attempted(&due.key, &artifact).await;
                }
            };
            // Those that are not done by then have to share the server.
            let _ = tokio::time::timeout(HEAD_START, ended).await;
        }
        for due in rest {
            self.waker.wake(&due.key, Cause::CatchUp(source.clone()));
        }
    }
}

impl SourceWaker {
    /// Resolves once an object has tried the revision of an artifact; at once for one that never will.
    async fn attempted(&self, key: &ObjectKey, artifact: &Artifact) {
        let has_ended = |object: Option<&Kustomization>| {
            let status = object.and_then(|object| object.status.as_ref());
            let attempted = status.and_then(|status| status.last_attempted_revision.as_ref());
            let is_idle = object.is_none_or(|object| object.spec.suspend);
            (is_idle || attempted == Some(&artifact.revision)).then_some(())
        };
        self.managed.wait_until(key, has_ended).await;
    }
}

/// A Kustomization that a new revision concerns.
#[derive(Debug)]
struct Due {
    key: ObjectKey,
    dependencies: Vec<ObjectKey>,
}

/// Wakes Kustomizations that wait for another one as soon as that one is further on.
pub fn on_dependencies(surroundings: &Arc<Surroundings>, waker: &Waker) {
    let (around, waker) = (Arc::downgrade(surroundings), waker.clone());
    surroundings.kustomizations.on_change(move |change| {
        let Some(around) = around.upgrade() else {
            return;
        };
        if readiness(change.old.as_deref()) == readiness(change.new.as_deref()) {
            return;
        }
        let dependency = dependency(change);
        for key in around.kustomizations.referrers(&dependency) {
            if around.awaiting.lock().contains(&key) {
                waker.wake(&key, Cause::Watch(dependency.clone()));
            }
        }
    });
}

fn dependency(change: &Change<Kustomization>) -> ObjectRef {
    ObjectRef {
        kind: "Kustomization".to_owned(),
        key: change.key.clone(),
    }
}

/// What a dependent looks at.
fn readiness(object: Option<&Kustomization>) -> Option<(bool, bool, String)> {
    let object = object?;
    let status = object.status.as_ref()?;
    Some((
        status.observed_generation == Some(object.generation()),
        object
            .condition(&ConditionType::Ready)
            .is_some_and(rheostat_api::Condition::is_true),
        status.last_applied_revision.clone().unwrap_or_default(),
    ))
}

/// The Kustomizations of a source that have something to do for a revision, those first that
/// others depend on.
fn in_order(managed: &Store<Kustomization>, source: &ObjectRef, revision: &str) -> Vec<Due> {
    let referrers = managed.referrers(source);
    let objects: HashMap<ObjectKey, Arc<Kustomization>> = referrers
        .iter()
        .filter_map(|key| Some((key.clone(), managed.get(key)?)))
        .collect();
    let mut ranks = HashMap::new();
    let mut due: Vec<(usize, &ObjectKey, &Arc<Kustomization>)> = objects
        .iter()
        .filter(|(_, object)| has_work(object, revision))
        .map(|(key, object)| (rank(&objects, key, &mut ranks, 0), key, object))
        .collect();
    due.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    due.into_iter()
        .map(|(_, key, object)| Due {
            key: key.clone(),
            dependencies: Desired::parse(object).dependencies,
        })
        .collect()
}

/// Those whose build changes, and all that they depend on. `due` is in the order of dependencies.
fn urgent(due: &[Due], is_changed: impl Fn(&ObjectKey) -> bool) -> HashSet<ObjectKey> {
    let mut urgent = HashSet::new();
    for due in due.iter().rev() {
        if urgent.contains(&due.key) || is_changed(&due.key) {
            urgent.insert(due.key.clone());
            urgent.extend(due.dependencies.iter().cloned());
        }
    }
    urgent
}

/// Whether a revision is news to an object: one that has tried it, and was not refused, knows it.
fn has_work(object: &Kustomization, revision: &str) -> bool {
    let attempted = object
        .status
        .as_ref()
        .and_then(|status| status.last_attempted_revision.as_deref());
    let is_true = |kind: &ConditionType| {
        object
            .condition(kind)
            .is_some_and(rheostat_api::Condition::is_true)
    };
    let is_busy = is_true(&ConditionType::Ready) || is_true(&ConditionType::Reconciling);
    !(is_busy && attempted == Some(revision))
}

/// The length of the longest chain of dependencies below an object; in a cycle it starts anywhere.
fn rank<'a>(
    objects: &'a HashMap<ObjectKey, Arc<Kustomization>>,
    key: &ObjectKey,
    ranks: &mut HashMap<&'a ObjectKey, usize>,
    depth: usize,
) -> usize {
    let Some((key, object)) = objects.get_key_value(key).filter(|_| depth < MAX_CHAIN) else {
        return 0;
    };
    if let Some(known) = ranks.get(key) {
        return *known;
    }
    ranks.insert(key, 0);
    let below = Desired::parse(object).dependencies;
    let longest = below
        .iter()
        .map(|dependency| 1 + rank(objects, dependency, ranks, depth + 1))
        .max()
        .unwrap_or_default();
    ranks.insert(key, longest);
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(name: &str, dependencies: &[&str]) -> Due {
        let key = |name: &&str| ObjectKey::new("apps", *name);
        Due {
            key: key(&name),
            dependencies: dependencies.iter().map(key).collect(),
        }
    }

    #[test]
    fn whoever_changes_takes_along_those_before_it() {
        let all = [
            due("a", &[]),
            due("b", &[]),
            due("c", &["a"]),
            due("d", &["c"]),
        ];
        let found = urgent(&all, |key| key.name == "d");
        let mut names: Vec<&str> = found.iter().map(|key| key.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "c", "d"]);
    }
}

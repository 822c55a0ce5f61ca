//! Who wakes whom: a source its Kustomizations, a Kustomization those that wait for it.

use std::collections::HashMap;
use std::sync::Arc;

use rheostat_api::{Artifact, ConditionType, GitRepository, Kustomization};
use rheostat_runtime::{Cause, Change, ObjectKey, ObjectRef, Store, Waker};

use crate::desired::Desired;
use crate::observe::Surroundings;
use crate::trees::Trees;

/// How far dependencies are followed for the order of waking. A longer chain, or a cycle, is woken
/// all the same; its members then wait for each other.
const MAX_CHAIN: usize = 64;

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

/// Wakes Kustomizations when their source has something new, in the order of their dependencies.
pub fn on_sources(
    sources: &Store<GitRepository>,
    managed: &Store<Kustomization>,
    trees: &Arc<Trees>,
    waker: &Waker,
) {
    let (managed, trees, waker) = (managed.clone(), Arc::clone(trees), waker.clone());
    sources.on_change(move |change| {
        let old = change.old.as_deref().and_then(artifact_of);
        let new = change.new.as_deref().and_then(artifact_of);
        if let Some(old) = old.filter(|old| Some(*old) != new) {
            trees.forget(old);
        }
        let Some(new) = new.filter(|new| old.is_none_or(|old| !old.has_revision(&new.revision)))
        else {
            return;
        };
        let source = ObjectRef {
            kind: "GitRepository".to_owned(),
            key: change.key.clone(),
        };
        for key in in_order(&managed, &source, &new.revision) {
            waker.wake(&key, Cause::Watch(source.clone()));
        }
    });
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

fn artifact_of(source: &GitRepository) -> Option<&Artifact> {
    source.status.as_ref()?.artifact.as_ref()
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
fn in_order(managed: &Store<Kustomization>, source: &ObjectRef, revision: &str) -> Vec<ObjectKey> {
    let referrers = managed.referrers(source);
    let objects: HashMap<ObjectKey, Arc<Kustomization>> = referrers
        .iter()
        .filter_map(|key| Some((key.clone(), managed.get(key)?)))
        .collect();
    let due = referrers
        .iter()
        .filter(|key| objects.get(*key).is_some_and(|o| has_work(o, revision)))
        .collect::<Vec<_>>();
    let mut ranks = HashMap::new();
    let mut due: Vec<(usize, &ObjectKey)> = due
        .into_iter()
        .map(|key| (rank(&objects, key, &mut ranks, 0), key))
        .collect();
    due.sort();
    due.into_iter().map(|(_, key)| key.clone()).collect()
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

//! Who wakes whom: a source the charts that are in it.

use rheostat_api::{Artifact, HelmChart};
use rheostat_runtime::{Cause, Change, Managed, ObjectRef, Store, Waker};

use super::ChartSources;

/// The source of a chart, by which it is found. (pure)
pub fn references(object: &HelmChart) -> Vec<ObjectRef> {
    let source = &object.spec.source_ref;
    vec![ObjectRef::new(
        source.kind.as_str(),
        object.namespace(),
        &*source.name,
    )]
}

/// Wakes charts whenever their source has something that they have not looked
/// at.
pub fn on_sources(sources: &ChartSources, charts: &Store<HelmChart>, waker: &Waker) {
    follow(&sources.helm, charts, waker, |source| {
        source.status.as_ref()?.artifact.as_ref()
    });
    follow(&sources.git, charts, waker, |source| {
        source.status.as_ref()?.artifact.as_ref()
    });
}

fn follow<K: Managed>(
    sources: &Store<K>,
    charts: &Store<HelmChart>,
    waker: &Waker,
    artifact: fn(&K) -> Option<&Artifact>,
) {
    let (charts, waker) = (charts.clone(), waker.clone());
    sources.on_change(move |change: &Change<K>| {
        let old = change.old.as_deref().and_then(artifact);
        let Some(new) = change.new.as_deref().and_then(artifact) else {
            return;
        };
        if old.is_some_and(|old| old.has_revision(&new.revision)) {
            return;
        }
        let source = ObjectRef {
            kind: K::kind(&()).into_owned(),
            key: change.key.clone(),
        };
        for key in charts.referrers(&source) {
            let has_looked = charts.get(&key).is_some_and(|chart| {
                let status = chart.status.as_ref();
                let seen =
                    status.and_then(|status| status.observed_source_artifact_revision.as_deref());
                seen == Some(&*new.revision)
            });
            if !has_looked {
                waker.wake(&key, Cause::Watch(source.clone()));
            }
        }
    });
}

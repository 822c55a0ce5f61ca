//! Who wakes whom: what offers a chart, a HelmRelease those that wait for it, and what holds values.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use rheostat_api::resource::{Kind, Object, ReconciledStatus};
use rheostat_api::source::{HelmChart, OciRepository};
use rheostat_api::{Artifact, Condition, ConditionType, HelmRelease};
use rheostat_runtime::{Cause, Change, Managed, ObjectRef, Store, Waker};

use crate::desired::Desired;
use crate::observe::{Surroundings, is_ready};

/// What a HelmRelease refers to: what offers its chart, those that come first, and what holds values. (pure)
pub fn references(object: &HelmRelease) -> Vec<ObjectRef> {
    let desired = Desired::parse(object);
    let namespace = &desired.key.namespace;
    let dependencies = desired.dependencies.into_iter().map(|key| ObjectRef {
        kind: "HelmRelease".to_owned(),
        key,
    });
    let values = desired.values_from.iter();
    let values = values.map(|from| ObjectRef::new(from.kind.name(), namespace, &from.name));
    std::iter::once(desired.source)
        .chain(dependencies)
        .chain(values)
        .collect()
}

/// Wakes HelmReleases whenever what offers their chart has something new.
pub fn on_sources(surroundings: &Surroundings, managed: &Store<HelmRelease>, waker: &Waker) {
    follow(
        &surroundings.charts,
        managed,
        waker,
        chart_artifact,
        |status, artifact| status.last_attempted_revision.as_deref() == Some(&artifact.revision),
    );
    let artifact_of = |source: &OciRepository| source.status.as_ref()?.artifact.clone();
    follow(
        &surroundings.repositories,
        managed,
        waker,
        artifact_of,
        |status, artifact| {
            let revision = artifact.revision.as_str();
            let digest = revision
                .split_once('@')
                .map_or(revision, |(_, digest)| digest);
            status.last_attempted_revision_digest.as_deref() == Some(digest)
        },
    );
}

fn chart_artifact(chart: &HelmChart) -> Option<Artifact> {
    chart.status.as_ref()?.artifact.clone()
}

fn follow<K: Kind>(
    sources: &Store<Object<K>>,
    managed: &Store<HelmRelease>,
    waker: &Waker,
    artifact_of: impl Fn(&Object<K>) -> Option<Artifact> + Send + Sync + 'static,
    is_attempted: impl Fn(&rheostat_api::HelmReleaseStatus, &Artifact) -> bool + Send + Sync + 'static,
) where
    K::Status: ReconciledStatus,
    Object<K>: Managed,
{
    let (managed, waker) = (managed.clone(), waker.clone());
    sources.on_change(move |change| {
        let old = change.old.as_deref();
        let Some(new) = change.new.as_deref() else {
            return;
        };
        let Some(artifact) = artifact_of(new) else {
            return;
        };
        let is_ready = |source: &Object<K>| {
            let ready = source.condition(&ConditionType::Ready);
            ready.is_some_and(Condition::is_true)
        };
        let revision = old.and_then(&artifact_of).map(|artifact| artifact.revision);
        let is_news = revision.as_ref() != Some(&artifact.revision)
            || (is_ready(new) && !old.is_some_and(is_ready));
        if !is_news {
            return;
        }
        let source = ObjectRef {
            kind: K::KIND.to_owned(),
            key: change.key.clone(),
        };
        for key in managed.referrers(&source) {
            let Some(release) = managed.get(&key) else {
                continue;
            };
            let status = release.status.as_ref();
            let knows = status.is_some_and(|status| is_attempted(status, &artifact));
            if !(knows && is_busy(&release)) {
                waker.wake(&key, Cause::Watch(source.clone()));
            }
        }
    });
}

/// Whether a release that knows a chart is content with it, or is at work on it.
fn is_busy(release: &HelmRelease) -> bool {
    [ConditionType::Ready, ConditionType::Reconciling]
        .iter()
        .any(|r#type| release.condition(r#type).is_some_and(Condition::is_true))
}

/// Wakes HelmReleases that wait for another one as soon as that one is further on.
pub fn on_dependencies(surroundings: &Arc<Surroundings>, waker: &Waker) {
    let (around, waker) = (Arc::downgrade(surroundings), waker.clone());
    surroundings.releases.on_change(move |change| {
        let Some(around) = around.upgrade() else {
            return;
        };
        let readiness = |object: Option<&HelmRelease>| object.map(is_ready);
        if readiness(change.old.as_deref()) == readiness(change.new.as_deref()) {
            return;
        }
        let dependency = reference("HelmRelease", change);
        for key in around.releases.referrers(&dependency) {
            if around.awaiting.lock().contains(&key) {
                waker.wake(&key, Cause::Watch(dependency.clone()));
            }
        }
    });
}

/// Wakes HelmReleases whose values changed.
pub fn on_configs(
    config_maps: &Store<ConfigMap>,
    secrets: &Store<Secret>,
    managed: &Store<HelmRelease>,
    waker: &Waker,
) {
    follow_config("ConfigMap", config_maps, managed, waker);
    follow_config("Secret", secrets, managed, waker);
}

fn follow_config<K: Managed>(
    kind: &'static str,
    configs: &Store<K>,
    managed: &Store<HelmRelease>,
    waker: &Waker,
) {
    let (managed, waker) = (managed.clone(), waker.clone());
    configs.on_change(move |change| {
        if change.is_initial {
            return;
        }
        let config = reference(kind, change);
        for key in managed.referrers(&config) {
            waker.wake(&key, Cause::Watch(config.clone()));
        }
    });
}

fn reference<K>(kind: &str, change: &Change<K>) -> ObjectRef {
    ObjectRef {
        kind: kind.to_owned(),
        key: change.key.clone(),
    }
}

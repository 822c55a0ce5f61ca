//! What a pass has to know before it begins: whether the HelmReleases that come first are ready, and
//! the artifact of what offers the chart. Everything is read from watched stores.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use rheostat_api::helm::chart::ChartReferenceKind;
use rheostat_api::resource::{Kind, Object, ReconciledStatus};
use rheostat_api::source::{HelmChart, OciRepository};
use rheostat_api::{Artifact, Condition, ConditionType, HelmRelease, Reason};
use rheostat_runtime::{ObjectKey, Store, acl};

use crate::desired::Desired;
use crate::outcome::{Halt, Notice, Verdict};

/// The stores that passes read.
#[derive(Debug)]
pub struct Surroundings {
    /// The charts.
    pub charts: Store<HelmChart>,
    /// The artifacts of registries.
    pub repositories: Store<OciRepository>,
    /// All HelmReleases, whichever instance reconciles them.
    pub releases: Store<HelmRelease>,
    /// Those that wait for another one.
    pub awaiting: Mutex<HashSet<ObjectKey>>,
    /// Whether references must stay in their namespace.
    pub is_cross_namespace_blocked: bool,
    /// The pause before something is looked at again where no watch tells.
    pub requeue_dependency: Duration,
}

/// What offers the chart, once it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The artifact.
    pub artifact: Artifact,
    /// Whether its revision is that of an OCI artifact.
    pub is_oci: bool,
}

impl Surroundings {
    /// Checks that every HelmRelease that comes first is ready. Where one is not, the pass is
    /// repeated as soon as that changes.
    ///
    /// # Errors
    /// Waiting: `DependencyNotReady`.
    pub fn check_dependencies(&self, desired: &Desired) -> Result<(), Halt> {
        if desired.dependencies.is_empty() {
            self.forget(&desired.key);
            return Ok(());
        }
        // Told before the look, so that no change between the two is missed.
        self.awaiting.lock().insert(desired.key.clone());
        for dependency in &desired.dependencies {
            self.check_dependency(dependency).map_err(|why| Halt {
                verdict: Verdict::After(self.requeue_dependency),
                notice: Notice::Note,
                ..Halt::failed(Reason::DependencyNotReady, why)
            })?;
        }
        self.forget(&desired.key);
        Ok(())
    }

    /// The HelmRelease waits for no other one any more.
    pub fn forget(&self, key: &ObjectKey) {
        self.awaiting.lock().remove(key);
    }

    fn check_dependency(&self, dependency: &ObjectKey) -> Result<(), String> {
        let Some(found) = self.releases.get(dependency) else {
            let name = &dependency.name;
            return Err(format!(
                "unable to get '{dependency}' dependency: \
                 helmreleases.helm.toolkit.fluxcd.io \"{name}\" not found"
            ));
        };
        if is_ready(&found) {
            Ok(())
        } else {
            Err(format!("dependency '{dependency}' is not ready"))
        }
    }

    /// What offers the chart that a HelmRelease asks for. `generation` is the least that the
    /// HelmChart must be of, where the controller has just written it.
    ///
    /// # Errors
    /// Stalled: `AccessDenied`. Waiting: `SourceNotReady`. Failed: `ArtifactFailed`.
    pub fn source(
        &self,
        object: &HelmRelease,
        desired: &Desired,
        generation: i64,
    ) -> Result<Source, Halt> {
        let target = &desired.source;
        acl::check(&desired.key, target, self.is_cross_namespace_blocked)
            .map_err(|denied| Halt::stalled(Reason::AccessDenied, denied.to_string()))?;
        let kind = object
            .spec
            .chart_ref
            .as_ref()
            .map(|reference| &reference.kind);
        match kind {
            None | Some(ChartReferenceKind::HelmChart) => {
                let found = self.charts.get(&target.key);
                let artifact = self.artifact(found.as_deref(), desired, generation, |status| {
                    status.artifact.as_ref()
                })?;
                Ok(Source {
                    artifact,
                    is_oci: false,
                })
            }
            Some(ChartReferenceKind::OciRepository) => {
                let found = self.repositories.get(&target.key);
                let artifact = self.artifact(found.as_deref(), desired, generation, |status| {
                    status.artifact.as_ref()
                })?;
                Ok(Source {
                    artifact,
                    is_oci: true,
                })
            }
            Some(ChartReferenceKind::ExternalArtifact | ChartReferenceKind::Other(_)) => {
                let message =
                    format!("can't access '{target}', ExternalArtifact feature gate is disabled");
                Err(Halt::stalled(Reason::AccessDenied, message))
            }
        }
    }

    fn artifact<K: Kind>(
        &self,
        found: Option<&Object<K>>,
        desired: &Desired,
        generation: i64,
        of: impl Fn(&K::Status) -> Option<&Artifact>,
    ) -> Result<Artifact, Halt>
    where
        K::Status: ReconciledStatus,
    {
        let not_ready = |why: &str| {
            let (kind, key) = (K::KIND, &desired.source.key);
            Halt {
                verdict: Verdict::About(self.requeue_dependency),
                ..Halt::silent(
                    Reason::SourceNotReady,
                    format!("{kind} '{key}' is not ready: {why}"),
                )
            }
        };
        let Some(found) = found else {
            if generation > 0 {
                return Err(not_ready(
                    "latest generation of object has not been reconciled",
                ));
            }
            let (kind, group, name) = (K::KIND, K::GROUP, &desired.source.key.name);
            let message =
                format!("could not get Source object: {kind}.{group} \"{name}\" not found");
            return Err(Halt::silent(Reason::ArtifactFailed, message));
        };
        let status = found.status.as_ref();
        let observed = status.and_then(ReconciledStatus::observed_generation);
        if found.generation() < generation || observed != Some(found.generation()) {
            let ready = found.condition(&ConditionType::Ready);
            let why = ready
                .filter(|ready| ready.is_false())
                .map(|ready| &*ready.message);
            let why = why.unwrap_or("latest generation of object has not been reconciled");
            return Err(not_ready(why));
        }
        if let Some(stalled) = found.condition(&ConditionType::Stalled)
            && stalled.is_true()
        {
            return Err(not_ready(&stalled.message));
        }
        let artifact = status.and_then(of).cloned();
        artifact.ok_or_else(|| not_ready("does not have an artifact"))
    }
}

/// Whether a HelmRelease is ready in its present form.
pub fn is_ready(object: &HelmRelease) -> bool {
    let observed = object
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    let ready = object.condition(&ConditionType::Ready);
    observed == Some(object.generation()) && ready.is_some_and(Condition::is_true)
}

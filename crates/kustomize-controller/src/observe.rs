//! What a pass has to know before it begins: the source's artifact, and whether the Kustomizations
//! that come first are ready. Everything is read from watched stores.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use rheostat_api::kustomize::kustomization::SourceKind;
use rheostat_api::{Artifact, ConditionType, Kustomization, Reason};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::{ObjectKey, Store, acl};

use crate::desired::{Desired, unsupported};
use crate::outcome::{Halt, HaltVerdict, Notice};
use crate::sources::{Sources, artifact_in};

/// The stores that passes read.
#[derive(Debug)]
pub struct Surroundings {
    /// The sources.
    pub sources: Sources,
    /// All Kustomizations, whichever instance reconciles them.
    pub kustomizations: Store<Kustomization>,
    /// Those that wait for another one.
    pub awaiting: Mutex<HashSet<ObjectKey>>,
    /// Whether references must stay in their namespace.
    pub is_cross_namespace_blocked: bool,
    /// The pause before a dependency is looked at again where no watch tells.
    pub requeue_dependency: Duration,
}

impl Surroundings {
    /// The artifact of the source that a Kustomization names.
    ///
    /// # Errors
    /// Stalled: `NotSupported`, `AccessDenied`. Waiting: `ArtifactFailed`.
    pub fn artifact(&self, object: &Kustomization, desired: &Desired) -> Result<Artifact, Halt> {
        let fields = unsupported(&object.spec);
        if !fields.is_empty() {
            let message = format!("not supported yet: {}", fields.join(", "));
            return Err(Halt::stalled(Reason::NotSupported, message, true));
        }
        let target = &desired.source;
        acl::check(&desired.key, target, self.is_cross_namespace_blocked)
            .map_err(|denied| Halt::stalled(Reason::AccessDenied, denied.to_string(), false))?;
        let found = match object.spec.source_ref.kind {
            SourceKind::Bucket => artifact_in(&self.sources.buckets, &target.key),
            SourceKind::GitRepository => artifact_in(&self.sources.git, &target.key),
            SourceKind::OciRepository => artifact_in(&self.sources.oci, &target.key),
            SourceKind::ExternalArtifact => {
                let message =
                    format!("can't access '{target}', ExternalArtifact feature gate is disabled");
                return Err(Halt::stalled(Reason::AccessDenied, message, false));
            }
            SourceKind::Other(_) => {
                let (name, kind) = (&target.key.name, &target.kind);
                let message = format!("source `{name}` kind '{kind}' not supported");
                return Err(Halt {
                    verdict: HaltVerdict::Backoff,
                    ..Halt::waiting(Reason::ArtifactFailed, message, Duration::ZERO)
                });
            }
        };
        found
            .map_err(|missing| Halt::waiting(Reason::ArtifactFailed, missing, desired.retry))?
            .ok_or_else(|| self.artifact_missing("Source artifact not found"))
    }

    /// The source's artifact is announced but cannot be had yet.
    pub fn artifact_missing(&self, what: &str) -> Halt {
        let retry = GoDuration::from_std(self.requeue_dependency);
        let message = format!("{what}, retrying in {retry}");
        Halt::waiting(Reason::ArtifactFailed, message, self.requeue_dependency)
    }

    /// Checks that every Kustomization that comes first is ready. Where one is not, the pass is
    /// repeated as soon as that changes.
    ///
    /// # Errors
    /// Waiting: `DependencyNotReady`.
    pub fn check_dependencies(&self, desired: &Desired, artifact: &Artifact) -> Result<(), Halt> {
        if desired.dependencies.is_empty() {
            self.forget(&desired.key);
            return Ok(());
        }
        // Told before the look, so that no change between the two is missed.
        self.awaiting.lock().insert(desired.key.clone());
        for dependency in &desired.dependencies {
            self.check_dependency(desired, dependency, artifact)
                .map_err(|why| self.not_ready(why))?;
        }
        self.forget(&desired.key);
        Ok(())
    }

    /// The Kustomization waits for no other one any more.
    pub fn forget(&self, key: &ObjectKey) {
        self.awaiting.lock().remove(key);
    }

    fn check_dependency(
        &self,
        desired: &Desired,
        dependency: &ObjectKey,
        artifact: &Artifact,
    ) -> Result<(), String> {
        let Some(found) = self.kustomizations.get(dependency) else {
            let name = &dependency.name;
            return Err(format!(
                "dependency '{dependency}' not found: \
                 kustomizations.kustomize.toolkit.fluxcd.io \"{name}\" not found"
            ));
        };
        let status = found.status.clone().unwrap_or_default();
        let is_observed = status.observed_generation == Some(found.generation());
        let ready = found.condition(&ConditionType::Ready);
        if !is_observed || !ready.is_some_and(rheostat_api::Condition::is_true) {
            return Err(format!("dependency '{dependency}' is not ready"));
        }
        let is_same_source = Desired::parse(&found).source == desired.source;
        let applied = status.last_applied_revision.unwrap_or_default();
        if is_same_source && !artifact.has_revision(&applied) {
            return Err(format!(
                "dependency '{dependency}' revision is not up to date"
            ));
        }
        Ok(())
    }

    fn not_ready(&self, why: String) -> Halt {
        let retry = GoDuration::from_std(self.requeue_dependency);
        let note = format!("Dependencies do not meet ready condition, retrying in {retry}");
        Halt {
            notice: Notice::Note(note),
            ..Halt::waiting(Reason::DependencyNotReady, why, self.requeue_dependency)
        }
    }
}

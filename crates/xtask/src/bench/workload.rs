//! What controllers are given to do: N objects of one kind, and the source that they come from.

pub(super) mod kustomizations;
pub(super) mod releases;

use std::time::Duration;

use anyhow::{Context as _, Result};
use kube::api::{Patch, PatchParams};
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use rheostat_api::helm::helm_release::HelmReleaseKind;
use rheostat_api::kustomize::kustomization::KustomizationKind;
use rheostat_api::resource::ReconciledStatus;
use rheostat_api::{Kind, Object, metadata};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::phase::Phase;

/// The namespace of the objects and their source.
pub(super) const NAMESPACE: &str = "bench";

/// The namespaces over which the applied objects are spread.
pub(super) const TARGETS: usize = 20;

/// How long the first artifact may take on a busy machine.
const STORED_WITHIN: Duration = Duration::from_mins(1);

/// Whose cost is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Subject {
    /// Kustomizations of one GitRepository.
    Kustomizations,
    /// HelmReleases of one HelmChart.
    HelmReleases,
}

/// Objects of one kind, and their source.
pub(super) trait Workload: Sized + 'static {
    /// The kind of the objects.
    type Kind: Kind<Status: ReconciledStatus>;

    /// Whose cost is measured.
    const SUBJECT: Subject;
    /// What happens, in this order.
    const PHASES: &'static [Phase];

    /// Serves the first revision. With `has_source`, source-controller runs, and has it when this returns.
    ///
    /// # Errors
    /// There is no server, or no artifact.
    async fn open(client: &Client, n: usize, has_source: bool) -> Result<Self>;

    /// Serves what a phase begins with.
    ///
    /// # Errors
    /// The server or the API server refuses.
    async fn publish(&mut self, phase: Phase) -> Result<()>;

    /// The revision that is served.
    fn revision(&self) -> &str;

    /// One of the objects.
    fn object(index: usize) -> Object<Self::Kind>;

    /// The revision that an object has brought to the cluster.
    fn shown(status: &<Self::Kind as Kind>::Status) -> Option<&str>;

    /// What an object comes to, with the path of each at the API server. Another `version` changes one of them.
    fn applied(index: usize, version: u32) -> Vec<(String, Value)>;
}

impl Subject {
    /// The program that applies.
    pub(super) fn applier(self) -> &'static str {
        match self {
            Self::Kustomizations => "kustomize-controller",
            Self::HelmReleases => "helm-controller",
        }
    }

    /// The group and version, the kind and the plural of the objects.
    pub(super) fn names(self) -> (String, &'static str, &'static str) {
        match self {
            Self::Kustomizations => names::<KustomizationKind>(),
            Self::HelmReleases => names::<HelmReleaseKind>(),
        }
    }
}

/// The name of an object.
pub(super) fn name(index: usize) -> String {
    format!("app-{index}")
}

/// The namespace that an object applies to.
pub(super) fn target(index: usize) -> String {
    format!("app-{}", index % TARGETS)
}

/// Asks for a reconcile.
pub(super) async fn request<K: Kind>(
    objects: &Api<Object<K>>,
    name: &str,
    token: &str,
) -> Result<()> {
    let request = json!({"metadata": {"annotations": {metadata::REQUESTED_AT: token}}});
    objects
        .patch(name, &PatchParams::default(), &Patch::Merge(request))
        .await
        .with_context(|| format!("requesting a reconcile of {name}"))?;
    Ok(())
}

/// Waits until a source has an artifact.
async fn until_stored<K: Kind>(
    sources: &Api<Object<K>>,
    name: &str,
    is_stored: impl Fn(&K::Status) -> bool,
) -> Result<()> {
    let has_artifact = |object: Option<&Object<K>>| {
        object
            .and_then(|object| object.status.as_ref())
            .is_some_and(&is_stored)
    };
    let stored = await_condition(sources.clone(), name, has_artifact);
    tokio::time::timeout(STORED_WITHIN, stored)
        .await
        .context("waiting for the first artifact")??;
    Ok(())
}

fn names<K: Kind>() -> (String, &'static str, &'static str) {
    (format!("{}/{}", K::GROUP, K::VERSION), K::KIND, K::PLURAL)
}

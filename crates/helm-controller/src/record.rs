//! What came of a step, written into the status that will be. (pure)

pub mod message;
mod released;
mod remediation;
mod tested;
#[cfg(test)]
mod tests;
mod uninstalled;
mod unlocked;

use std::time::Duration;

use rheostat_api::Reason;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::snapshot::Snapshot;
use rheostat_api::kustomize::inventory::ResourceInventory;
use rheostat_api::metadata::helm::{
    EVENT_APP_VERSION, EVENT_OCI_DIGEST, EVENT_REVISION, EVENT_TOKEN,
};
use rheostat_release::Release;
use rheostat_runtime::Event;

use crate::desired::Desired;
use crate::digests::Digests;
use crate::draft::Draft;
use crate::history;
use crate::policy::Policies;
use crate::state::ChartIdentity;

pub use uninstalled::Uninstallation;

/// What a step did.
#[derive(Clone, Debug, Default)]
pub struct Performed {
    /// The revisions whose records were written or deleted, each as it was last.
    pub observed: Vec<Release>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// How long it took.
    pub took: Duration,
    /// The objects of the release, where a revision was made and they could be told.
    pub inventory: Option<ResourceInventory>,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error.
    pub error: String,
    /// What was done last.
    pub log: Vec<String>,
}

/// What is to be told of a step, and whether it has to be tried again as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The events.
    pub events: Vec<Event>,
    /// The error of a step that changed nothing.
    pub error: Option<String>,
}

/// What steps are about.
#[derive(Clone, Copy, Debug)]
pub struct Recorder<'a> {
    /// What is asked for.
    pub spec: &'a HelmReleaseSpec,
    /// The same, parsed.
    pub desired: &'a Desired,
    /// What happens after failures.
    pub policies: Policies<'a>,
    /// Makes digests.
    pub digests: Digests,
    /// The chart.
    pub chart: ChartIdentity<'a>,
    /// The version of what the chart holds.
    pub app_version: &'a str,
    /// The digest of the values.
    pub config_digest: &'a str,
    /// The digest of the OCI artifact that the chart came in.
    pub oci_digest: Option<&'a str>,
}

impl Performed {
    /// The newest revision that was written, as it is in storage.
    pub fn newest(&self) -> Option<&Release> {
        self.observed.iter().max_by_key(|release| release.version)
    }
}

impl Recorder<'_> {
    fn summarize(&self, draft: &mut Draft) {
        draft.summarize(self.spec, self.policies, self.digests);
    }

    /// An event about a revision that is known.
    fn about(event: Event, snapshot: &Snapshot) -> Event {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        event
            .with(EVENT_REVISION, &*snapshot.chart_version)
            .with(EVENT_TOKEN, &*snapshot.config_digest)
            .with(EVENT_APP_VERSION, text(&snapshot.app_version))
            .with(EVENT_OCI_DIGEST, text(&snapshot.oci_digest))
    }

    /// An event about what is wanted.
    fn about_wanted(&self, event: Event) -> Event {
        event
            .with(EVENT_REVISION, self.chart.version)
            .with(EVENT_TOKEN, self.config_digest)
            .with(EVENT_APP_VERSION, self.app_version)
            .with(EVENT_OCI_DIGEST, self.oci_digest.unwrap_or_default())
    }

    /// Brings known snapshots up to date with what was written; answers the revisions that were not known, the oldest first.
    /// What a snapshot knows besides is kept by `keep`.
    fn refresh<'r>(
        &self,
        draft: &mut Draft,
        observed: &'r [Release],
        keep: impl Fn(&Snapshot, &mut Snapshot),
    ) -> Vec<&'r Release> {
        let mut unknown = Vec::new();
        for release in observed {
            let mut history = draft.status.history.iter_mut();
            match history.find(|snapshot| history::is_of(snapshot, release)) {
                Some(snapshot) => {
                    let oci_digest = snapshot.oci_digest.as_deref();
                    let mut fresh = history::snapshot(release, oci_digest, self.digests);
                    keep(snapshot, &mut fresh);
                    *snapshot = fresh;
                }
                None => unknown.push(release),
            }
        }
        unknown
    }
}

/// A warning of a step that failed.
fn warning(reason: &Reason, message: &str, failure: &Failure) -> Event {
    Event::warning(reason.as_str(), message::with_log(message, &failure.log))
}

//! What is there of a release, compared with what is wanted. (pure)
//!
//! Whether the objects on the cluster are still as they were released is a question to the cluster; it is answered with
//! [`Determined::AskDrift`] until somebody did.

use std::time::Duration;

use jiff::Timestamp;
use rheostat_api::HelmReleaseStatus;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::drift::DriftDetectionMode;
use rheostat_release::{Release, Status};

use crate::digests::{self, Digests};
use crate::drift::Drift;
use crate::history::{self, SNAPSHOT_VERSION};
use crate::policy::Policies;

/// What is there of a release.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing, or a release that was uninstalled.
    Absent,
    /// A revision that an action is, or was, at work on.
    Locked {
        /// Its status.
        status: Status,
        /// How long somebody else's action is to be left alone; nothing for one that is ours or over.
        wait: Option<Duration>,
    },
    /// A release that somebody else made or changed.
    Unmanaged,
    /// A revision that failed, or whose tests did.
    Failed,
    /// A revision of another chart, other values or other metadata.
    OutOfSync,
    /// A revision whose objects are not as they were released.
    Drifted(Drift),
    /// A revision whose tests were not run yet.
    Untested,
    /// What is wanted.
    InSync,
}

/// How far the comparison came.
#[derive(Clone, Debug, PartialEq)]
pub enum Determined {
    /// It is done.
    State(State),
    /// The objects on the cluster have to be compared, too.
    AskDrift,
    /// A status with which nothing can be done.
    Undeterminable(Status),
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The last revision in storage; nothing where there is none.
    pub last: Option<&'a Release>,
    /// Whether the last write to its record was ours.
    pub is_ours: bool,
    /// What is known of the release.
    pub status: &'a HelmReleaseStatus,
    /// What is asked for.
    pub spec: &'a HelmReleaseSpec,
    /// The generation of that.
    pub generation: i64,
    /// What happens after failures.
    pub policies: Policies<'a>,
    /// The chart that is wanted.
    pub chart: ChartIdentity<'a>,
    /// The digest of the values that are wanted.
    pub config_digest: &'a str,
    /// Makes digests.
    pub digests: Digests,
    /// How the objects on the cluster differ, where that was asked.
    pub drift: Option<&'a Drift>,
    /// How long an action of somebody else may take.
    pub timeout: Duration,
    /// This moment.
    pub now: Timestamp,
}

/// A chart by name and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartIdentity<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
}

impl Comparison<'_> {
    /// Compares; what is found first decides.
    pub fn determine(&self) -> Determined {
        let Some(last) = self.last else {
            return Determined::State(State::Absent);
        };
        if last.info.status.is_pending() {
            return Determined::State(State::Locked {
                status: last.info.status,
                wait: self.wait_for_others(last),
            });
        }
        let Some(known) = self.status.history.first() else {
            return Determined::State(if last.info.status == Status::Uninstalled {
                State::Absent
            } else {
                State::Unmanaged
            });
        };
        let is_current = known.api_version.as_deref() == Some(SNAPSHOT_VERSION);
        let is_known = if is_current {
            digests::is_of(&known.digest, last, known.oci_digest.as_deref())
        } else {
            // Older rules of digesting are not known here; what they were made of is.
            history::is_of(known, last)
        };
        if !is_known {
            return Determined::State(State::Unmanaged);
        }
        match last.info.status {
            Status::Failed => Determined::State(State::Failed),
            Status::Uninstalled => Determined::State(State::Absent),
            Status::Deployed => self.of_deployed(last),
            status @ (Status::Unsaid
            | Status::Superseded
            | Status::Uninstalling
            | Status::PendingInstall
            | Status::PendingUpgrade
            | Status::PendingRollback
            | Status::Unknown) => Determined::Undeterminable(status),
        }
    }

    fn of_deployed(&self, last: &Release) -> Determined {
        let known = self.status.history.first();
        let is_tested = known.is_some_and(history::is_tested);
        let has_failed_test = known.is_some_and(history::has_failed_test);
        if !self.is_of_chart(last)
            || known.is_none_or(|known| known.config_digest != self.config_digest)
            || self.has_new_overlay()
        {
            return Determined::State(State::OutOfSync);
        }
        if self.policies.tests() {
            if !is_tested {
                return Determined::State(State::Untested);
            }
            let remediation = self.policies.active_remediation(self.status);
            let counts = remediation.is_some_and(|active| !active.ignores_test_failures);
            if counts && has_failed_test {
                return Determined::State(State::Failed);
            }
        }
        if !detects_drift(self.spec) {
            return Determined::State(State::InSync);
        }
        match self.drift {
            None => Determined::AskDrift,
            Some(drift) if drift.is_empty() => Determined::State(State::InSync),
            Some(drift) => Determined::State(State::Drifted(drift.clone())),
        }
    }

    fn is_of_chart(&self, last: &Release) -> bool {
        last.chart.as_ref().is_some_and(|chart| {
            let metadata = &chart.metadata;
            (&*metadata.name, &*metadata.version) == (self.chart.name, self.chart.version)
        })
    }

    /// Whether post-renderers or metadata changed. They are looked at once in a generation: an upgrade that failed over them is
    /// not to be begun anew without end.
    fn has_new_overlay(&self) -> bool {
        let status = self.status;
        status.observed_generation != Some(self.generation)
            && (status.observed_post_renderers_digest != self.digests.post_renderers(self.spec)
                || status.observed_common_metadata_digest
                    != self.digests.common_metadata(self.spec))
    }

    /// How long an action of somebody else has left. One that is older than it may be was given up.
    fn wait_for_others(&self, last: &Release) -> Option<Duration> {
        if self.is_ours {
            return None;
        }
        let begun = last.info.last_deployed.unix_nanoseconds()?;
        let age = self.now.as_nanosecond().saturating_sub(begun);
        let age = Duration::from_nanos(u64::try_from(age).unwrap_or_default());
        self.timeout.checked_sub(age).filter(|left| !left.is_zero())
    }
}

/// Whether anybody wants to know of drift.
pub fn detects_drift(spec: &HelmReleaseSpec) -> bool {
    let mode = spec.drift_detection.as_ref().and_then(|d| d.mode.as_ref());
    matches!(
        mode,
        Some(DriftDetectionMode::Enabled | DriftDetectionMode::Warn)
    )
}

#[cfg(test)]
mod tests;

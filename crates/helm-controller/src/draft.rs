//! The status as it will be: what a pass does and finds out is written here first. (pure)

use jiff::Timestamp;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::{
    Condition, ConditionStatus, ConditionType, HelmRelease, HelmReleaseStatus, Reason,
};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::conditions::Conditions;

use crate::digests::Digests;
use crate::drift::Drift;
use crate::history;
use crate::next::{Note, Step, StepKind};
use crate::policy::{Action, Policies};
use crate::record::message;

/// The status as it will be.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The status.
    pub status: HelmReleaseStatus,
    /// The generation that is worked on.
    pub generation: i64,
    /// The moment at which things are written down.
    pub now: Timestamp,
}

impl Draft {
    /// What is known of an object.
    pub fn new(object: &HelmRelease, now: Timestamp) -> Self {
        Self {
            status: object.status.clone().unwrap_or_default(),
            generation: object.generation(),
            now,
        }
    }

    /// The conditions, to be changed.
    pub fn conditions(&mut self) -> Conditions<'_> {
        Conditions::new(&mut self.status.conditions, self.generation, self.now)
    }

    /// The message of a condition, empty where it is not there.
    pub fn message(&self, r#type: &ConditionType) -> String {
        let known = self.condition(r#type);
        known.map_or_else(String::new, |known| known.message.clone())
    }

    /// Says that work begins.
    pub fn begin(&mut self) {
        self.conditions()
            .mark_reconciling(Reason::Progressing, "Fulfilling prerequisites");
    }

    /// Says that a step begins.
    pub fn begin_step(&mut self, step: &Step, timeout: std::time::Duration) {
        let timeout = GoDuration::from_std(timeout);
        let message = format!("Running '{}' action with timeout of {timeout}", step.name());
        let kind = step.kind();
        let mut conditions = self.conditions();
        conditions.mark_reconciling(Reason::Progressing, &*message);
        if kind == StepKind::Release {
            conditions.mark_unknown(ConditionType::Ready, Reason::Progressing, &*message);
        }
        if kind == StepKind::Drift {
            let message = "correcting cluster drift";
            conditions.mark_unknown(ConditionType::Ready, Reason::Progressing, message);
        }
    }

    /// Writes down what a decision notes; answers what is to be told of it.
    pub fn note(&mut self, note: &Note) {
        let history = &mut self.status.history;
        match note {
            Note::TruncateHistory {
                ignores_test_failures,
            } => history::truncate(history, *ignores_test_failures),
            Note::TruncateToLimit => history::truncate_to_limit(history),
            Note::ClearHistory => history.clear(),
            Note::RemediationIsRelease => self.note_remediation(),
            Note::ReleaseIsGood => self.note_good_release(),
            Note::NoDrift => self.conditions().mark_false(
                ConditionType::Drifted,
                Reason::NoDriftDetected,
                "No drift detected against the cluster state",
            ),
            Note::Drift(drift) => {
                let message = self.drift_message(drift);
                self.conditions()
                    .mark_true(ConditionType::Drifted, Reason::DriftDetected, message);
            }
        }
    }

    /// What is told of drift.
    pub fn drift_message(&self, drift: &Drift) -> String {
        let release = self.status.history.first().map(message::full_name);
        format!(
            "Cluster state of release {} has drifted from the desired state:\n{}",
            release.unwrap_or_default(),
            drift.summary()
        )
    }

    /// A release that was rolled back to is what is wanted now.
    fn note_remediation(&mut self) {
        let remediated = ConditionType::Remediated;
        let Some(since) = self
            .condition(&remediated)
            .filter(|known| known.is_true())
            .map(|known| known.last_transition_time.clone())
        else {
            return;
        };
        let message = self.success(Action::Upgrade);
        let mut conditions = self.conditions();
        conditions.remove(&remediated);
        conditions.mark_true(ConditionType::Released, Reason::UpgradeSucceeded, message);
        if let Some(released) = self.condition_mut(&ConditionType::Released) {
            released.last_transition_time = since;
        }
    }

    /// A release that was said to have failed is what is wanted.
    fn note_good_release(&mut self) {
        let released = self.condition(&ConditionType::Released);
        let (action, reason) = match released.map(|known| (known.is_false(), &known.reason)) {
            Some((true, Reason::InstallFailed)) => (Action::Install, Reason::InstallSucceeded),
            Some((true, Reason::UpgradeFailed)) => (Action::Upgrade, Reason::UpgradeSucceeded),
            _ => return,
        };
        let message = self.success(action);
        self.conditions()
            .mark_true(ConditionType::Released, reason, message);
    }

    fn success(&self, action: Action) -> String {
        let latest = self.status.history.first();
        latest.map_or_else(String::new, |latest| message::succeeded(action, latest))
    }

    /// Sums up into `Ready` what the last actions said, and remembers what they were made of.
    pub fn summarize(&mut self, spec: &HelmReleaseSpec, policies: Policies<'_>, digests: Digests) {
        self.status.observed_post_renderers_digest = digests.post_renderers(spec);
        self.status.observed_common_metadata_digest = digests.common_metadata(spec);
        if !policies.tests() {
            self.conditions().remove(&ConditionType::TestSuccess);
        }
        let counts_tests = policies.tests() && !policies.ignores_test_failures();
        let candidates = [
            Some(ConditionType::Remediated),
            counts_tests.then_some(ConditionType::TestSuccess),
            Some(ConditionType::Released),
        ];
        let candidates = candidates.iter().flatten();
        // Of conditions of one generation the first weighs most; `rev` and `max_by_key` prefer it.
        let decisive = candidates
            .filter_map(|r#type| self.condition(r#type))
            .rev()
            .max_by_key(|condition| condition.observed_generation)
            .cloned();
        let Some(decisive) = decisive else {
            return;
        };
        let is_remediated = decisive.r#type == ConditionType::Remediated;
        let mut conditions = self.conditions();
        let (reason, message) = (decisive.reason, decisive.message);
        match decisive.status {
            ConditionStatus::True if !is_remediated => {
                conditions.remove(&ConditionType::Stalled);
                conditions.mark_true(ConditionType::Ready, reason, message);
            }
            ConditionStatus::Unknown if !is_remediated => {
                conditions.mark_unknown(ConditionType::Ready, reason, message);
            }
            _ => conditions.mark_false(ConditionType::Ready, reason, message),
        }
    }

    /// Forgets failures.
    pub fn clear_failures(&mut self) {
        self.status.failures = 0;
        self.status.install_failures = 0;
        self.status.upgrade_failures = 0;
    }

    fn condition(&self, r#type: &ConditionType) -> Option<&Condition> {
        let mut conditions = self.status.conditions.iter();
        conditions.find(|known| known.r#type == *r#type)
    }

    fn condition_mut(&mut self, r#type: &ConditionType) -> Option<&mut Condition> {
        let mut conditions = self.status.conditions.iter_mut();
        conditions.find(|known| known.r#type == *r#type)
    }
}

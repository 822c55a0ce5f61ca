//! What came of an install or an upgrade.

use rheostat_api::helm::helm_release::ReleaseAction;
use rheostat_api::{ConditionType, Reason};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::Event;

use super::{Failure, Performed, Recorded, Recorder, message, warning};
use crate::draft::Draft;
use crate::history;
use crate::policy::Action;

impl Recorder<'_> {
    /// Notes that an install or an upgrade is about to begin.
    pub fn attempts(&self, draft: &mut Draft, action: Action) {
        draft.status.last_attempted_release_action = Some(match action {
            Action::Install => ReleaseAction::Install,
            Action::Upgrade => ReleaseAction::Upgrade,
        });
        if action == Action::Install {
            draft.status.history.clear();
        }
        let mut conditions = draft.conditions();
        conditions.remove(&ConditionType::TestSuccess);
        conditions.remove(&ConditionType::Remediated);
    }

    /// Writes down what came of an install or an upgrade.
    pub fn released(&self, draft: &mut Draft, action: Action, performed: &Performed) -> Recorded {
        draft.status.last_attempted_release_action_duration =
            Some(GoDuration::from_std(performed.took));
        self.take_observed(draft, action, performed);
        let recorded = match &performed.failure {
            None => self.release_succeeded(draft, action),
            Some(failure) => self.release_failed(draft, action, performed, failure),
        };
        self.summarize(draft);
        recorded
    }

    /// The newest revision is put in front; the one that it took the place of is brought up to date.
    fn take_observed(&self, draft: &mut Draft, action: Action, performed: &Performed) {
        let Some(newest) = performed.newest() else {
            return;
        };
        let older: Vec<_> = performed
            .observed
            .iter()
            .filter(|release| release.version != newest.version)
            .cloned()
            .collect();
        self.refresh(draft, &older, |known, fresh| {
            fresh.test_hooks.clone_from(&known.test_hooks);
        });
        let mut snapshot = history::snapshot(newest, self.oci_digest, self.digests);
        snapshot.action = Some(action.name().to_owned());
        let history = &mut draft.status.history;
        history.retain(|known| !history::is_of(known, newest));
        history.insert(0, snapshot);
        if performed.inventory.is_some() {
            draft.status.inventory.clone_from(&performed.inventory);
        }
    }

    fn release_succeeded(&self, draft: &mut Draft, action: Action) -> Recorded {
        let Some(latest) = draft.status.history.first().cloned() else {
            return Recorded::default();
        };
        let message = message::succeeded(action, &latest);
        let reason = match action {
            Action::Install => Reason::InstallSucceeded,
            Action::Upgrade => Reason::UpgradeSucceeded,
        };
        let tests = self.policies.tests() && !history::is_tested(&latest);
        let mut conditions = draft.conditions();
        conditions.mark_true(ConditionType::Released, reason.clone(), &*message);
        if tests {
            let message = message::awaiting_tests(&latest);
            conditions.mark_unknown(ConditionType::TestSuccess, Reason::AwaitingTests, message);
        }
        if self.policies.retry(action).is_some() {
            draft.clear_failures();
        }
        Recorded {
            events: vec![Self::about(
                Event::normal(reason.as_str(), message),
                &latest,
            )],
            error: None,
        }
    }

    fn release_failed(
        &self,
        draft: &mut Draft,
        action: Action,
        performed: &Performed,
        failure: &Failure,
    ) -> Recorded {
        let reason = match action {
            Action::Install => Reason::InstallFailed,
            Action::Upgrade => Reason::UpgradeFailed,
        };
        let message = format!(
            "Helm {} failed for release {}/{} with chart {}@{}: {}",
            action.name(),
            self.desired.release_namespace,
            self.desired.full_release_name,
            self.chart.name,
            self.chart.version,
            failure.error.trim()
        );
        draft.status.failures = draft.status.failures.saturating_add(1);
        draft
            .conditions()
            .mark_false(ConditionType::Released, reason.clone(), &*message);
        // Without a record there is nothing to remediate, and the same can be tried again.
        let error = performed.observed.is_empty().then(|| failure.error.clone());
        if error.is_none() {
            self.policies.remediation(action).count(&mut draft.status);
        }
        Recorded {
            events: vec![self.about_wanted(warning(&reason, &message, failure))],
            error,
        }
    }
}

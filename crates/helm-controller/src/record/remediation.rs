//! What came of a remediation: of a rollback, or of the end of a failed release.

use rheostat_api::helm::snapshot::Snapshot;
use rheostat_api::metadata::helm::{
    EVENT_APP_VERSION, EVENT_OCI_DIGEST, EVENT_REVISION, EVENT_TOKEN,
};
use rheostat_api::{ConditionType, Reason};
use rheostat_runtime::Event;

use super::{Performed, Recorded, Recorder, message, warning};
use crate::draft::Draft;
use crate::history;

impl Recorder<'_> {
    /// Writes down what came of a rollback to `target`.
    pub fn rolled_back(
        &self,
        draft: &mut Draft,
        target: &Snapshot,
        performed: &Performed,
    ) -> Recorded {
        let before = digest_of_latest(draft);
        self.take_rolled_back(draft, target, performed);
        let about = |event: Event| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            event
                .with(EVENT_REVISION, &*target.chart_version)
                .with(EVENT_TOKEN, self.config_digest)
                .with(EVENT_APP_VERSION, text(&target.app_version))
                .with(EVENT_OCI_DIGEST, text(&target.oci_digest))
        };
        let release = message::full_name(target);
        let chart = message::chart(target);
        let recorded = if let Some(failure) = &performed.failure {
            let error = failure.error.trim();
            let message = format!(
                "Helm rollback to previous release {release} with chart {chart} failed: {error}"
            );
            draft.status.failures = draft.status.failures.saturating_add(1);
            let reason = Reason::RollbackFailed;
            let mut conditions = draft.conditions();
            conditions.mark_false(ConditionType::Remediated, reason.clone(), &*message);
            let is_unchanged = digest_of_latest(draft) == before;
            Recorded {
                events: vec![about(warning(&reason, &message, failure))],
                error: is_unchanged.then(|| failure.error.clone()),
            }
        } else {
            let message =
                format!("Helm rollback to previous release {release} with chart {chart} succeeded");
            let reason = Reason::RollbackSucceeded;
            let mut conditions = draft.conditions();
            conditions.mark_true(ConditionType::Remediated, reason.clone(), &*message);
            Recorded {
                events: vec![about(Event::normal(reason.as_str(), message))],
                error: None,
            }
        };
        self.summarize(draft);
        recorded
    }

    fn take_rolled_back(&self, draft: &mut Draft, target: &Snapshot, performed: &Performed) {
        let action = || Some("rollback".to_owned());
        let unknown = self.refresh(draft, &performed.observed, |known, fresh| {
            fresh.test_hooks.clone_from(&known.test_hooks);
            fresh.action = action();
        });
        for release in unknown {
            let oci_digest = target.oci_digest.as_deref();
            let mut snapshot = history::snapshot(release, oci_digest, self.digests);
            snapshot.action = action();
            draft.status.history.insert(0, snapshot);
        }
        if performed.inventory.is_some() {
            draft.status.inventory.clone_from(&performed.inventory);
        }
    }

    /// Writes down what came of the end of a failed release. `Ready` keeps telling of the failure.
    pub fn remediated_by_uninstall(&self, draft: &mut Draft, performed: &Performed) -> Recorded {
        let before = digest_of_latest(draft);
        self.refresh(draft, &performed.observed, |known, fresh| {
            fresh.test_hooks.clone_from(&known.test_hooks);
            fresh.action = Some("uninstall-remediation".to_owned());
        });
        let is_unchanged = digest_of_latest(draft) == before;
        let Some(latest) = draft.status.history.first().cloned() else {
            return Recorded::default();
        };
        let release = message::full_name(&latest);
        let chart = message::chart(&latest);
        let what = format!("Helm uninstall remediation for release {release} with chart {chart}");
        let Some(failure) = &performed.failure else {
            let reason = Reason::UninstallSucceeded;
            let message = format!("{what} succeeded");
            let mut conditions = draft.conditions();
            conditions.mark_true(ConditionType::Remediated, reason.clone(), &*message);
            return Recorded {
                events: vec![Self::about(
                    Event::normal(reason.as_str(), message),
                    &latest,
                )],
                error: None,
            };
        };
        let message = format!("{what} failed: {}", failure.error.trim());
        let reason = Reason::UninstallFailed;
        draft.status.failures = draft.status.failures.saturating_add(1);
        let mut conditions = draft.conditions();
        conditions.mark_false(ConditionType::Remediated, reason.clone(), &*message);
        Recorded {
            events: vec![Self::about(warning(&reason, &message, failure), &latest)],
            error: is_unchanged.then(|| failure.error.clone()),
        }
    }
}

fn digest_of_latest(draft: &Draft) -> Option<String> {
    let latest = draft.status.history.first();
    latest.map(|latest| latest.digest.clone())
}

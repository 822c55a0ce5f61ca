//! What came of tests.

use std::collections::BTreeMap;

use rheostat_api::{ConditionType, Reason};
use rheostat_runtime::Event;

use super::{Performed, Recorded, Recorder, message};
use crate::draft::Draft;
use crate::history;

impl Recorder<'_> {
    /// Writes down what came of tests of the last revision.
    pub fn tested(&self, draft: &mut Draft, performed: &Performed) -> Recorded {
        self.take_tested(draft, performed);
        let Some(latest) = draft.status.history.first().cloned() else {
            return Recorded::default();
        };
        let recorded = if let Some(failure) = &performed.failure {
            let error = failure.error.trim();
            let message = format!(
                "Helm test failed for release {} with chart {}: {error}",
                message::full_name(&latest),
                message::chart(&latest)
            );
            draft.status.failures = draft.status.failures.saturating_add(1);
            let reason = Reason::TestFailed;
            let mut conditions = draft.conditions();
            conditions.mark_false(ConditionType::TestSuccess, reason.clone(), &*message);
            let is_tested = history::is_tested(&latest);
            if is_tested {
                self.count_failed_test(draft);
            }
            Recorded {
                events: vec![Self::about(
                    Event::warning(reason.as_str(), message),
                    &latest,
                )],
                error: (!is_tested).then(|| failure.error.clone()),
            }
        } else {
            let count = latest.test_hooks.as_ref().map_or(0, BTreeMap::len);
            let message = message::tested(&latest, count);
            let reason = Reason::TestSucceeded;
            let mut conditions = draft.conditions();
            conditions.mark_true(ConditionType::TestSuccess, reason.clone(), &*message);
            Recorded {
                events: vec![Self::about(
                    Event::normal(reason.as_str(), message),
                    &latest,
                )],
                error: None,
            }
        };
        self.summarize(draft);
        recorded
    }

    /// Results count only where they are those of the last revision.
    fn take_tested(&self, draft: &mut Draft, performed: &Performed) {
        let Some(release) = performed.newest() else {
            return;
        };
        let filters = self.spec.test.as_ref().map(|test| test.filters.as_slice());
        let filters = filters.unwrap_or_default();
        let is_chosen = |name: &String| {
            let is_excluded = filters.iter().any(|f| f.exclude && f.name == *name);
            let mut included = filters.iter().filter(|f| !f.exclude).peekable();
            !is_excluded && (included.peek().is_none() || included.any(|f| f.name == *name))
        };
        let mut history = draft.status.history.iter_mut();
        let latest = history
            .next()
            .filter(|latest| history::is_of(latest, release));
        if let Some(latest) = latest {
            let oci_digest = latest.oci_digest.as_deref();
            let mut tested = history::snapshot(release, oci_digest, self.digests);
            let mut hooks = history::test_hooks(release);
            hooks.retain(|name, _| is_chosen(name));
            tested.test_hooks = Some(hooks);
            tested.action.clone_from(&latest.action);
            *latest = tested;
        }
    }

    fn count_failed_test(&self, draft: &mut Draft) {
        let remediation = self.policies.active_remediation(&draft.status);
        if let Some(remediation) = remediation.filter(|active| !active.ignores_test_failures) {
            remediation.count(&mut draft.status);
        }
    }
}

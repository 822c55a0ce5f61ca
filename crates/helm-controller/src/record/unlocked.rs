//! What came of the end of an action that nobody was at work on.

use rheostat_api::{ConditionType, Reason};
use rheostat_release::{Release, Status};
use rheostat_runtime::Event;

use super::{Performed, Recorded, Recorder, message};
use crate::draft::Draft;
use crate::history;

impl Recorder<'_> {
    /// Writes down what came of unlocking `locked`, which was in `status`.
    pub fn unlocked(
        &self,
        draft: &mut Draft,
        locked: &Release,
        status: Status,
        performed: &Performed,
    ) -> Recorded {
        let mut known = draft.status.history.iter();
        let known = known.find(|snapshot| history::is_of(snapshot, locked));
        let oci_digest = known.and_then(|known| known.oci_digest.clone());
        let snapshot = history::snapshot(locked, oci_digest.as_deref(), self.digests);
        self.refresh(draft, &performed.observed, |known, fresh| {
            fresh.action.clone_from(&known.action);
        });
        let release = message::full_name(&snapshot);
        let chart = message::chart(&snapshot);
        let reason = Reason::PendingRelease;
        let (event, error) = if let Some(failure) = &performed.failure {
            draft.status.failures = draft.status.failures.saturating_add(1);
            let why = failure.error.trim();
            let message = format!(
                "Unlock of Helm release {release} with chart {chart} in {status} state failed: {why}"
            );
            let event = Event::warning(reason.as_str(), message);
            (event, Some(failure.error.clone()))
        } else {
            let message =
                format!("Unlocked Helm release {release} with chart {chart} in {status} state");
            (Event::normal(reason.as_str(), message), None)
        };
        let mut conditions = draft.conditions();
        conditions.mark_false(ConditionType::Released, reason, &*event.message);
        self.summarize(draft);
        Recorded {
            events: vec![Self::about(event, &snapshot)],
            error,
        }
    }
}

//! What came of the end of a release, because its object goes or asks for another one.

use rheostat_api::{ConditionType, Reason};
use rheostat_runtime::Event;

use super::{Performed, Recorded, Recorder, message, warning};
use crate::draft::Draft;

/// How an uninstallation ended that Helm has a word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uninstallation {
    /// It was done, or failed.
    Performed,
    /// There was no release.
    NotFound,
    /// The release was uninstalled before, and its records are to stay.
    Before,
}

impl Recorder<'_> {
    /// Writes down what came of the end of a release.
    pub fn uninstalled(
        &self,
        draft: &mut Draft,
        how: Uninstallation,
        performed: &Performed,
    ) -> Recorded {
        self.refresh(draft, &performed.observed, |known, fresh| {
            fresh.test_hooks.clone_from(&known.test_hooks);
            fresh.action = Some("uninstall".to_owned());
        });
        let Some(latest) = draft.status.history.first().cloned() else {
            return Recorded::default();
        };
        let release = message::full_name(&latest);
        let chart = message::chart(&latest);
        let mut reason = Reason::UninstallSucceeded;
        let mut recorded = Recorded::default();
        let message = match (how, &performed.failure) {
            (Uninstallation::NotFound, _) => {
                format!("Release {release} was not found, assuming it is uninstalled")
            }
            (Uninstallation::Before, _) => format!("Release {release} was already uninstalled"),
            (Uninstallation::Performed, None) => {
                let message =
                    format!("Helm uninstall succeeded for release {release} with chart {chart}");
                let event = Event::normal(reason.as_str(), &*message);
                recorded.events.push(Self::about(event, &latest));
                draft.status.inventory = None;
                message
            }
            (Uninstallation::Performed, Some(failure)) => {
                let why = failure.error.trim();
                let message = format!(
                    "Helm uninstall failed for release {release} with chart {chart}: {why}"
                );
                reason = Reason::UninstallFailed;
                draft.status.failures = draft.status.failures.saturating_add(1);
                let event = warning(&reason, &message, failure);
                recorded.events.push(Self::about(event, &latest));
                recorded.error = Some(failure.error.clone());
                message
            }
        };
        let mut conditions = draft.conditions();
        conditions.mark_false(ConditionType::Released, reason, &*message);
        self.summarize(draft);
        recorded
    }
}

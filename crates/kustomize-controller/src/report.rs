//! From the outcome of a pass to status, events and the next pass. (pure)

mod history;
mod progress;
#[cfg(test)]
mod tests;

use rheostat_api::kustomize::inventory::{ResourceInventory, ResourceRef};
use rheostat_api::metadata::kustomize::{
    EVENT_COMMIT_STATUS, EVENT_ORIGIN_REVISION, EVENT_REVISION,
};
use rheostat_api::{ConditionType, Kustomization, KustomizationStatus, Reason};
use rheostat_apply::Inventory;
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::conditions::Conditions;
use rheostat_runtime::{Event, Finalizer, LogLine, Moment, Report, Requeue};

use crate::desired::Desired;
use crate::outcome::{End, Facts, Halt, HaltVerdict, Health, Notice, Outcome, Revision};

pub use history::{Attempt, record};
pub use progress::progress;

/// Says what an outcome means.
pub fn report(
    object: &Kustomization,
    outcome: &Outcome,
    moment: Moment,
) -> Report<KustomizationStatus> {
    let desired = Desired::parse(object);
    let mut status = object.status.clone().unwrap_or_default();
    let facts = &outcome.facts;
    take_facts(&mut status, facts);
    record_history(&mut status, outcome, moment);
    set_conditions(&mut status, object, outcome, moment);
    let next = match &outcome.end {
        End::Applied | End::Known => Requeue::Interval(desired.interval),
        End::Suspended | End::Finalized => Requeue::Never,
        End::Stopped => Requeue::Backoff,
        End::Halted(halt) => match halt.verdict {
            HaltVerdict::Retry(delay) => Requeue::After(delay),
            HaltVerdict::Backoff => Requeue::Backoff,
            HaltVerdict::Stalled { .. } | HaltVerdict::Superseded => Requeue::Never,
        },
    };
    Report {
        status,
        finalizer: match outcome.end {
            End::Finalized => Finalizer::Release,
            _ => Finalizer::Keep,
        },
        events: events(&desired, outcome, moment),
        requeue: next,
        log: log(&desired, outcome, moment),
    }
}

/// Adds to an event what a subscriber needs to know of the revision.
pub fn about(event: Event, revision: Option<&Revision>) -> Event {
    match revision {
        Some(revision) => event
            .with(EVENT_REVISION, revision.name.as_str())
            .with(EVENT_ORIGIN_REVISION, revision.origin()),
        None => event,
    }
}

/// An inventory as status holds it.
pub fn stored(inventory: &Inventory) -> ResourceInventory {
    let entry = |entry: &rheostat_apply::Entry| ResourceRef {
        id: entry.id.to_string(),
        version: entry.version.clone(),
    };
    ResourceInventory {
        entries: inventory.entries.iter().map(entry).collect(),
    }
}

/// What a pass learnt, whatever became of it.
fn take_facts(status: &mut KustomizationStatus, facts: &Facts) {
    if let Some(inventory) = &facts.inventory {
        status.inventory = Some(stored(inventory));
    }
    if let Some(revision) = facts.revision.as_ref().filter(|_| facts.is_attempted) {
        status.last_attempted_revision = Some(revision.name.clone());
    }
}

fn record_history(status: &mut KustomizationStatus, outcome: &Outcome, moment: Moment) {
    let reason = match &outcome.end {
        End::Applied => Reason::ReconciliationSucceeded,
        End::Halted(halt) if halt.verdict != HaltVerdict::Superseded => halt.reason.clone(),
        _ => return,
    };
    let (Some(digest), Some(revision)) = (&outcome.facts.digest, &outcome.facts.revision) else {
        return;
    };
    let attempt = Attempt {
        digest,
        reason,
        revision,
        moment,
    };
    record(&mut status.history, &attempt);
}

fn set_conditions(
    status: &mut KustomizationStatus,
    object: &Kustomization,
    outcome: &Outcome,
    moment: Moment,
) {
    let generation = object.generation();
    let facts = &outcome.facts;
    let timeout = Desired::parse(object).timeout;
    let mut conditions = Conditions::new(&mut status.conditions, generation, moment.now);
    if let (Some(step), Some(revision)) = (facts.step, &facts.revision) {
        let doing = step.describe(&revision.name, timeout);
        conditions.mark_reconciling(Reason::Progressing, doing.as_str());
        set_health(&mut conditions, &facts.health, &doing);
    }
    match &outcome.end {
        End::Applied => {
            let revision = facts.revision.as_ref().map_or("", |r| r.name.as_str());
            let message = format!("Applied revision: {revision}");
            conditions.mark_true(
                ConditionType::Ready,
                Reason::ReconciliationSucceeded,
                message,
            );
        }
        End::Halted(halt) => {
            conditions.mark_false(ConditionType::Ready, halt.reason.clone(), &*halt.message);
            if let HaltVerdict::Stalled { .. } = halt.verdict {
                conditions.mark_stalled(halt.reason.clone(), &*halt.message);
            } else {
                conditions.remove(&ConditionType::Stalled);
            }
        }
        End::Known | End::Suspended | End::Finalized | End::Stopped => {}
    }
    end_of_work(&mut conditions);
    let is_ready = conditions.is_true(&ConditionType::Ready);
    let is_observed = matches!(
        &outcome.end,
        End::Halted(Halt {
            verdict: HaltVerdict::Stalled { is_observed: true },
            ..
        })
    );
    if is_ready || is_observed {
        status.observed_generation = Some(generation);
    }
    if let (End::Applied, Some(revision)) = (&outcome.end, &facts.revision) {
        status.last_applied_revision = Some(revision.name.clone());
        status
            .last_applied_origin_revision
            .clone_from(&revision.origin);
    }
}

/// A ready object is not being worked on; one that is not will be tried again.
fn end_of_work(conditions: &mut Conditions<'_>) {
    if conditions.is_true(&ConditionType::Ready) {
        conditions.remove(&ConditionType::Reconciling);
    } else if conditions.is_false(&ConditionType::Ready)
        && let Some(reconciling) = conditions.get(&ConditionType::Reconciling)
    {
        let message = reconciling.message.clone();
        conditions.mark_reconciling(Reason::ProgressingWithRetry, message);
    }
}

fn set_health(conditions: &mut Conditions<'_>, health: &Health, doing: &str) {
    let healthy = ConditionType::Healthy;
    match health {
        Health::Unasked => {}
        Health::Unwanted => conditions.remove(&healthy),
        Health::Pending => conditions.mark_unknown(healthy, Reason::Progressing, doing),
        Health::Passed(took) => {
            let message = format!("Health check passed in {}", GoDuration::from_std(*took));
            conditions.mark_true(healthy, Reason::Succeeded, message);
        }
        Health::Failed(why) => {
            conditions.mark_false(healthy, Reason::HealthCheckFailed, why.as_str());
        }
    }
}

fn events(desired: &Desired, outcome: &Outcome, moment: Moment) -> Vec<Event> {
    let event = match &outcome.end {
        End::Applied => {
            let reason = Reason::ReconciliationSucceeded.as_str();
            Event::normal(reason, finished(desired, moment)).with(EVENT_COMMIT_STATUS, "update")
        }
        End::Halted(halt) => match &halt.notice {
            Notice::Silent => return Vec::new(),
            Notice::Warning => Event::warning(halt.reason.as_str(), &halt.message),
            Notice::Note(text) => Event::normal(halt.reason.as_str(), text),
        },
        End::Known | End::Suspended | End::Finalized | End::Stopped => return Vec::new(),
    };
    vec![about(event, outcome.facts.revision.as_ref())]
}

fn log(desired: &Desired, outcome: &Outcome, moment: Moment) -> LogLine {
    let revision = outcome.facts.revision.as_ref().map(|r| r.name.clone());
    let line = |message: String, error: Option<String>| LogLine {
        message,
        error,
        revision,
    };
    match &outcome.end {
        End::Applied => line(finished(desired, moment), None),
        End::Suspended => line(
            "Reconciliation is suspended for this object".to_owned(),
            None,
        ),
        End::Finalized => line("Kustomization is finalized".to_owned(), None),
        End::Known | End::Stopped => LogLine::default(),
        End::Halted(halt) => match halt.notice {
            Notice::Warning => {
                let took = GoDuration::from_std(moment.took);
                let message = format!("Reconciliation failed after {took}");
                line(message, Some(halt.message.clone()))
            }
            Notice::Silent | Notice::Note(_) => line(halt.message.clone(), None),
        },
    }
}

fn finished(desired: &Desired, moment: Moment) -> String {
    let took = GoDuration::from_std(moment.took);
    let next = GoDuration::from_std(desired.interval);
    format!("Reconciliation finished in {took}, next run in {next}")
}

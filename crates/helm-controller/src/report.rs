//! From the outcome of a pass to status, events and the next pass. (pure)

use rheostat_api::{ConditionType, HelmRelease, HelmReleaseStatus};
use rheostat_runtime::conditions::Conditions;
use rheostat_runtime::{Event, Finalizer, LogLine, Moment, Report, Requeue};

use crate::desired::Desired;
use crate::outcome::{End, Halt, Notice, Outcome, Verdict};

/// Says what an outcome means.
pub fn report(
    object: &HelmRelease,
    outcome: &Outcome,
    moment: Moment,
) -> Report<HelmReleaseStatus> {
    let mut status = outcome.status.clone();
    set_conditions(&mut status, object, outcome, moment);
    if is_observed(&outcome.end) {
        status.observed_generation = Some(object.generation());
    }
    Report {
        log: log(&outcome.end, &status),
        status,
        finalizer: match outcome.end {
            End::Finalized => Finalizer::Release,
            _ => Finalizer::Keep,
        },
        events: events(&outcome.end),
        requeue: requeue(object, &outcome.end),
    }
}

fn set_conditions(
    status: &mut HelmReleaseStatus,
    object: &HelmRelease,
    outcome: &Outcome,
    moment: Moment,
) {
    let mut conditions = Conditions::new(&mut status.conditions, object.generation(), moment.now);
    match &outcome.end {
        End::Settled => conditions.remove(&ConditionType::Reconciling),
        End::Stalled { reason, message } => conditions.mark_stalled(reason.clone(), &**message),
        End::Halted(halt) => {
            let (reason, message) = (&halt.reason, &*halt.message);
            conditions.mark_false(ConditionType::Ready, reason.clone(), message);
            if halt.verdict == Verdict::Stalled {
                conditions.mark_stalled(reason.clone(), message);
            }
        }
        End::Retry(_)
        | End::Unfinished
        | End::Failed { .. }
        | End::Refused
        | End::Suspended
        | End::Finalized
        | End::Stopped => {}
    }
}

/// Whether the generation is done with, for better or worse.
fn is_observed(end: &End) -> bool {
    match end {
        End::Settled | End::Retry(_) | End::Stalled { .. } | End::Suspended => true,
        End::Halted(halt) => halt.verdict == Verdict::Stalled,
        End::Unfinished | End::Failed { .. } | End::Refused | End::Finalized | End::Stopped => {
            false
        }
    }
}

fn requeue(object: &HelmRelease, end: &End) -> Requeue {
    match end {
        End::Settled => Requeue::Interval(Desired::parse(object).interval),
        End::Retry(interval) => Requeue::Interval(*interval),
        End::Unfinished | End::Failed { .. } | End::Stopped => Requeue::Backoff,
        End::Stalled { .. } | End::Refused | End::Suspended | End::Finalized => Requeue::Never,
        End::Halted(halt) => match halt.verdict {
            Verdict::After(delay) => Requeue::After(delay),
            Verdict::About(delay) => Requeue::Interval(delay),
            Verdict::Backoff => Requeue::Backoff,
            Verdict::Stalled => Requeue::Never,
        },
    }
}

fn events(end: &End) -> Vec<Event> {
    let End::Halted(Halt {
        reason,
        message,
        notice,
        ..
    }) = end
    else {
        return Vec::new();
    };
    match notice {
        Notice::Silent => Vec::new(),
        Notice::Note => vec![Event::normal(reason.as_str(), message)],
        Notice::Warning(text) => vec![Event::warning(reason.as_str(), text)],
    }
}

fn log(end: &End, status: &HelmReleaseStatus) -> LogLine {
    let line = |message: &str, error: Option<String>| LogLine {
        message: message.to_owned(),
        error,
        revision: status.last_attempted_revision.clone(),
    };
    match end {
        End::Settled => line("release reconciliation finished", None),
        End::Retry(_) => line("release failed, it is tried again", None),
        End::Unfinished => line("release reconciliation goes on", None),
        End::Stalled { message, .. } => line("release is stalled", Some(message.clone())),
        End::Failed { error } => line("release reconciliation failed", Some(error.clone())),
        End::Refused => line(
            "Reconciler error",
            Some("invalid Chart reference".to_owned()),
        ),
        End::Suspended => line("reconciliation is suspended for this object", None),
        End::Finalized => line("HelmRelease is finalized", None),
        End::Stopped => LogLine::default(),
        End::Halted(halt) => match halt.notice {
            Notice::Warning(_) => line("release reconciliation failed", Some(halt.message.clone())),
            Notice::Silent | Notice::Note => line(&halt.message, None),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use rheostat_api::Reason;
    use serde_json::json;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Conditions, the observed generation, the number of events and the next pass.
    fn check(end: End, expected: (&[&str], Option<i64>, usize, Requeue)) {
        let object: HelmRelease = serde_json::from_value(json!({
            "metadata": {"name": "app", "namespace": "apps", "generation": 3},
            "spec": {"interval": "1h"},
            "status": {"observedGeneration": 2, "conditions": [{
                "type": "Reconciling", "status": "True", "reason": "Progressing", "message": "m",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }]},
        }))
        .unwrap();
        let outcome = Outcome {
            status: object.status.clone().unwrap(),
            end,
        };
        let moment = Moment {
            now: Timestamp::from_second(1_700_000_000).unwrap(),
            took: SECOND,
        };
        let report = report(&object, &outcome, moment);
        let conditions: Vec<String> = report
            .status
            .conditions
            .iter()
            .map(|c| format!("{}={}/{}", c.r#type, c.status, c.reason))
            .collect();
        let (wanted, observed, events, requeue) = expected;
        assert_eq!(conditions, wanted);
        assert_eq!(report.status.observed_generation, observed);
        assert_eq!(report.events.len(), events);
        assert_eq!(report.requeue, requeue);
    }

    #[test]
    fn an_end_says_what_follows() {
        let reconciling = "Reconciling=True/Progressing";
        let hour = Requeue::Interval(Duration::from_hours(1));
        check(End::Settled, (&[], Some(3), 0, hour));
        let retry = End::Retry(SECOND);
        let expected: &[&str] = &[reconciling];
        check(retry, (expected, Some(3), 0, Requeue::Interval(SECOND)));
        check(End::Unfinished, (expected, Some(2), 0, Requeue::Backoff));
        check(End::Suspended, (expected, Some(3), 0, Requeue::Never));
        let failed = End::Failed {
            error: "why".to_owned(),
        };
        check(failed, (expected, Some(2), 0, Requeue::Backoff));
        let stalled = End::Stalled {
            reason: Reason::RetriesExceeded,
            message: "why".to_owned(),
        };
        let expected: &[&str] = &["Stalled=True/RetriesExceeded"];
        check(stalled, (expected, Some(3), 0, Requeue::Never));
    }

    #[test]
    fn a_halt_is_not_ready_and_perhaps_stalled() {
        let not_ready = "Ready=False/ValuesError";
        let both: &[&str] = &["Reconciling=True/Progressing", not_ready];
        let failed = Halt::failed(Reason::ValuesError, "why");
        check(
            End::Halted(failed.clone()),
            (both, Some(2), 1, Requeue::Backoff),
        );
        let waiting = Halt {
            verdict: Verdict::After(SECOND),
            notice: Notice::Silent,
            ..failed
        };
        check(
            End::Halted(waiting),
            (both, Some(2), 0, Requeue::After(SECOND)),
        );
        let stalled: &[&str] = &["Stalled=True/AccessDenied", "Ready=False/AccessDenied"];
        let denied = Halt::stalled(Reason::AccessDenied, "why");
        check(End::Halted(denied), (stalled, Some(3), 1, Requeue::Never));
    }
}

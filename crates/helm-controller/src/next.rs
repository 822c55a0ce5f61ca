//! From what is there to what is done next. (pure)

use std::time::Duration;

use rheostat_api::HelmReleaseStatus;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::drift::DriftDetectionMode;
use rheostat_release::Status;

use crate::drift::Drift;
use crate::history;
use crate::policy::{Action, Means, Policies};
use crate::state::State;

/// What is done next, and what is noted before.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What is noted, in order.
    pub notes: Vec<Note>,
    /// What is done.
    pub next: Next,
}

/// What is noted in status before anything is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Snapshots before the last good one are forgotten.
    TruncateHistory {
        /// Whether one with a failed test is good.
        ignores_test_failures: bool,
    },
    /// All but the newest five snapshots are forgotten.
    TruncateToLimit,
    /// All snapshots are forgotten.
    ClearHistory,
    /// What was remediated turned out to be what is wanted.
    RemediationIsRelease,
    /// What is there is what is wanted, whatever was said of it before.
    ReleaseIsGood,
    /// The objects are as they were released.
    NoDrift,
    /// The objects are not as they were released.
    Drift(Drift),
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Nothing: all is well.
    Done,
    /// One step.
    Run(Step),
    /// It is asked whether the target of a rollback is as it was recorded.
    AskTarget {
        /// The revision.
        version: i64,
    },
    /// Somebody else's action is waited for.
    Wait {
        /// What the release is in.
        status: Status,
        /// No longer than this.
        left: Duration,
    },
    /// Nothing more: the action failed as often as it may.
    Exhausted,
    /// Nothing more: there is nothing to go back to.
    NoTarget,
}

/// A step of a release's life.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The first revision.
    Install,
    /// A later one.
    Upgrade,
    /// An earlier one, released again.
    Rollback {
        /// Which.
        version: i64,
    },
    /// The end of a failed release.
    Uninstall,
    /// The tests of the chart.
    Test,
    /// The end of an action that nobody is at work on.
    Unlock,
    /// Objects are brought back to what was released.
    CorrectDrift(Drift),
}

/// Of each kind of step, one is taken in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Makes a revision of what is wanted.
    Release,
    /// Answers a failure.
    Remediate,
    /// Tests.
    Test,
    /// Unlocks.
    Unlock,
    /// Corrects drift.
    Drift,
}

/// Whether the target of a rollback is as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nobody asked.
    Unasked,
    /// It is.
    Verified,
    /// It is gone, or another one.
    Changed,
}

/// What else a decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What is asked for.
    pub spec: &'a HelmReleaseSpec,
    /// What is known.
    pub status: &'a HelmReleaseStatus,
    /// What happens after failures.
    pub policies: Policies<'a>,
    /// Whether a release was asked for by hand, come what may.
    pub is_forced: bool,
    /// What is known of the target of a rollback.
    pub target: Target,
}

impl Step {
    /// The word of messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Rollback { .. } => "rollback",
            Self::Uninstall => "uninstall",
            Self::Test => "test",
            Self::Unlock => "unlock",
            Self::CorrectDrift(_) => "correct cluster drift",
        }
    }

    /// Its kind.
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Install | Self::Upgrade => StepKind::Release,
            Self::Rollback { .. } | Self::Uninstall => StepKind::Remediate,
            Self::Test => StepKind::Test,
            Self::Unlock => StepKind::Unlock,
            Self::CorrectDrift(_) => StepKind::Drift,
        }
    }
}

impl Decision {
    fn just(next: Next) -> Self {
        Self {
            notes: Vec::new(),
            next,
        }
    }

    fn run(step: Step) -> Self {
        Self::just(Next::Run(step))
    }

    fn after(mut self, note: Note) -> Self {
        self.notes.insert(0, note);
        self
    }
}

/// What follows from a state.
pub fn next(state: &State, situation: &Situation<'_>) -> Decision {
    match state {
        State::InSync => in_sync(situation),
        State::Locked { status, wait } => match wait {
            Some(left) => Decision::just(Next::Wait {
                status: *status,
                left: *left,
            }),
            None => Decision::run(Step::Unlock),
        },
        State::Absent => within_budget(Action::Install, Step::Install, situation),
        State::OutOfSync => within_budget(Action::Upgrade, Step::Upgrade, situation),
        State::Unmanaged => Decision::run(Step::Upgrade).after(Note::ClearHistory),
        State::Drifted(drift) => drifted(drift, situation),
        State::Untested => Decision::run(Step::Test).after(Note::RemediationIsRelease),
        State::Failed => failed(situation),
    }
}

fn in_sync(situation: &Situation<'_>) -> Decision {
    let policies = situation.policies;
    let truncate = Note::TruncateHistory {
        ignores_test_failures: policies.actively_ignores_test_failures(situation.status),
    };
    if situation.is_forced {
        return Decision::run(Step::Upgrade).after(truncate);
    }
    let mut notes = vec![truncate, Note::RemediationIsRelease, Note::ReleaseIsGood];
    if crate::state::detects_drift(situation.spec) {
        notes.push(Note::NoDrift);
    }
    Decision {
        notes,
        next: Next::Done,
    }
}

/// A step that is not taken any more once its action failed as often as it may, unless it was asked for by hand.
fn within_budget(action: Action, step: Step, situation: &Situation<'_>) -> Decision {
    let remediation = situation.policies.remediation(action);
    if remediation.is_exhausted(situation.status) && !situation.is_forced {
        Decision::just(Next::Exhausted)
    } else {
        Decision::run(step)
    }
}

fn drifted(drift: &Drift, situation: &Situation<'_>) -> Decision {
    let detection = situation.spec.drift_detection.as_ref();
    let corrects = detection.is_some_and(|d| d.mode == Some(DriftDetectionMode::Enabled));
    let next = if corrects {
        Next::Run(Step::CorrectDrift(drift.clone()))
    } else {
        Next::Done
    };
    Decision::just(next).after(Note::Drift(drift.clone()))
}

fn failed(situation: &Situation<'_>) -> Decision {
    let (policies, status) = (situation.policies, situation.status);
    if policies.active_retry(status).is_some() {
        return Decision::run(Step::Upgrade).after(Note::TruncateToLimit);
    }
    let Some(remediation) = policies.active_remediation(status) else {
        return Decision::run(Step::Upgrade);
    };
    // Without a failure that counts, what it failed over has changed.
    if remediation.failures(status) <= 0 || situation.is_forced {
        return Decision::run(Step::Upgrade);
    }
    if remediation.is_exhausted(status) && !remediation.remediates_last_failure {
        return Decision::just(Next::Exhausted);
    }
    let ignores_test_failures = remediation.ignores_test_failures;
    let decision = match remediation.means {
        Means::Uninstall => Decision::run(Step::Uninstall),
        Means::Rollback => rollback(situation, ignores_test_failures),
    };
    decision.after(Note::TruncateHistory {
        ignores_test_failures,
    })
}

fn rollback(situation: &Situation<'_>, ignores_test_failures: bool) -> Decision {
    let target = history::previous(&situation.status.history, ignores_test_failures);
    let Some(version) = target.map(|target| target.version) else {
        return Decision::just(Next::NoTarget);
    };
    match situation.target {
        Target::Unasked => Decision::just(Next::AskTarget { version }),
        Target::Verified => Decision::run(Step::Rollback { version }),
        Target::Changed => Decision::run(Step::Upgrade),
    }
}

#[cfg(test)]
mod tests;

//! The loop over one release: compare, decide, take a step, write down what came of it, until nothing is left to do or it has
//! to wait for another pass.
//!
//! Of each kind of step one is taken in a pass, and after a remediation the pass is over.

use std::time::Duration;

use rheostat_api::{ConditionType, Reason};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_release::{Release, Status, StorageError};
use rheostat_runtime::{Event, Interrupted};

use crate::digests;
use crate::draft::Draft;
use crate::drift::Drift;
use crate::execute::{Execution, Wanted};
use crate::next::{Decision, Next, Note, Situation, Step, StepKind, Target, next};
use crate::outcome::{End, Halt, Notice, Stop, Verdict};
use crate::policy::Action;
use crate::record::{Performed, Recorded, Recorder};
use crate::request;
use crate::state::{Comparison, Determined, State};
use crate::witness::Witness;

mod drift;
mod storage;

/// Work on one release in one pass.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Takes steps.
    pub execution: &'a Execution<'a>,
    /// Writes down what came of them.
    pub recorder: Recorder<'a>,
    /// What is wanted.
    pub wanted: &'a Wanted,
}

/// What was taken and asked in a pass.
#[derive(Debug, Default)]
struct Taken {
    kinds: Vec<StepKind>,
}

/// What came of a step.
#[derive(Debug, Default)]
struct Turn {
    recorded: Recorded,
    /// The last revision in storage, where the step made it; otherwise it has to be read.
    made: Option<Release>,
}

impl From<Recorded> for Turn {
    fn from(recorded: Recorded) -> Self {
        Self {
            recorded,
            made: None,
        }
    }
}

impl Attempt<'_> {
    /// Works on the release as far as one pass may go.
    ///
    /// # Errors
    /// How the pass ends, if not with a release that is what is wanted.
    pub async fn run(&self, draft: &mut Draft) -> Result<(), Stop> {
        let mut taken = Taken::default();
        let mut made = None;
        loop {
            let last = match made.take() {
                Some(made) => Some(made),
                None => self.last(draft).await?,
            };
            let state = self.determine(draft, last.as_ref()).await?;
            let is_forced = request::is_forced(self.execution.object, &mut draft.status);
            let decision = self.decide(draft, &state, is_forced).await?;
            self.note(draft, &decision.notes);
            let step = match decision.next {
                Next::Done => {
                    let recorder = &self.recorder;
                    draft.summarize(recorder.spec, recorder.policies, recorder.digests);
                    return Ok(());
                }
                Next::Run(step) => step,
                Next::Wait { status, left } => return Err(others_at_work(status, left).into()),
                Next::Exhausted => return Err(self.exhausted(draft).into()),
                Next::NoTarget => return Err(no_target().into()),
                Next::AskTarget { .. } => {
                    // It is answered where decisions are made.
                    return Err(failed("a rollback target that was not asked for").into());
                }
            };
            let kind = step.kind();
            if taken.kinds.contains(&kind) {
                return Err(self.out_of_turn(draft));
            }
            self.begin(draft, &step, &taken).await?;
            let turn = Box::pin(self.take(draft, &step, last.as_ref())).await?;
            made = turn.made;
            self.tell(draft, turn.recorded)?;
            if kind == StepKind::Remediate {
                return Err(self.after_remediation(draft).into());
            }
            taken.kinds.push(kind);
        }
    }

    /// Compares what is there with what is wanted.
    async fn determine(&self, draft: &mut Draft, last: Option<&Release>) -> Result<State, Stop> {
        let mut differing: Option<Drift> = None;
        let is_ours = match last {
            Some(last) if last.info.status.is_pending() => self.is_ours(last).await,
            _ => false,
        };
        loop {
            let recorder = &self.recorder;
            let comparison = Comparison {
                last,
                is_ours,
                status: &draft.status,
                spec: recorder.spec,
                generation: draft.generation,
                policies: recorder.policies,
                chart: recorder.chart,
                config_digest: recorder.config_digest,
                digests: recorder.digests,
                drift: differing.as_ref(),
                timeout: self.execution.desired.timeout,
                now: self.execution.pass.now(),
            };
            match comparison.determine() {
                Determined::State(state) => return Ok(state),
                Determined::AskDrift => {
                    let found = match last {
                        Some(last) => self.find_drift(last).await,
                        None => Ok(Drift::default()),
                    };
                    differing = Some(found.map_err(|error| {
                        let error = format!("unable to determine cluster state: {error}");
                        self.undetermined(draft, &error)
                    })?);
                }
                Determined::Undeterminable(status) => {
                    let error =
                        format!("unable to determine state for release with status '{status}'");
                    return Err(self.undetermined(draft, &error));
                }
            }
        }
    }

    fn undetermined(&self, draft: &mut Draft, error: &str) -> Stop {
        draft.now = self.execution.pass.now();
        let message = format!("Could not determine release state: {error}");
        draft
            .conditions()
            .mark_false(ConditionType::Ready, Reason::StateError, message);
        let error = format!("cannot determine release state: {error}");
        End::Failed { error }.into()
    }

    /// Decides what is next; whether the target of a rollback is as it was recorded is asked in storage.
    async fn decide(
        &self,
        draft: &Draft,
        state: &State,
        is_forced: bool,
    ) -> Result<Decision, Stop> {
        let mut target = Target::Unasked;
        loop {
            let situation = Situation {
                spec: self.recorder.spec,
                status: &draft.status,
                policies: self.recorder.policies,
                is_forced,
                target,
            };
            let decision = next(state, &situation);
            let Next::AskTarget { version } = decision.next else {
                return Ok(decision);
            };
            target = self.verify_target(draft, version).await?;
        }
    }

    async fn verify_target(&self, draft: &Draft, version: i64) -> Result<Target, Stop> {
        let mut history = draft.status.history.iter();
        let Some(known) = history.find(|known| known.version == version) else {
            return Ok(Target::Changed);
        };
        match self.storage().get(&known.name, version).await {
            Ok(found) => {
                let oci_digest = known.oci_digest.as_deref();
                let is_known = digests::is_of(&known.digest, &found, oci_digest);
                Ok(if is_known {
                    Target::Verified
                } else {
                    Target::Changed
                })
            }
            Err(StorageError::NotFound | StorageError::Decode { .. }) => Ok(Target::Changed),
            Err(error) => {
                let error = format!("cannot verify previous release to roll back to: {error}");
                Err(failed(&error).into())
            }
        }
    }

    fn note(&self, draft: &mut Draft, notes: &[Note]) {
        draft.now = self.execution.pass.now();
        for note in notes {
            if let Note::Drift(drift) = note {
                let reason = Reason::DriftDetected;
                let message = draft.drift_message(drift);
                let event = Event::warning(reason.as_str(), message);
                self.execution.pass.emit(event);
            }
            draft.note(note);
        }
    }

    /// Says that a step begins. What must be known of it after a crash is written before.
    async fn begin(&self, draft: &mut Draft, step: &Step, taken: &Taken) -> Result<(), Stop> {
        draft.now = self.execution.pass.now();
        draft.begin_step(step, self.execution.timeout(step));
        match step {
            Step::Install => self.recorder.attempts(draft, Action::Install),
            Step::Upgrade => self.recorder.attempts(draft, Action::Upgrade),
            Step::Rollback { .. }
            | Step::Uninstall
            | Step::Test
            | Step::Unlock
            | Step::CorrectDrift(_) => {}
        }
        let stored = self.execution.object.status.as_ref();
        let stored = stored.and_then(|status| status.storage_namespace.as_ref());
        let is_first = stored != draft.status.storage_namespace.as_ref();
        if is_first || !taken.kinds.is_empty() {
            let written = self.execution.pass.checkpoint(&draft.status).await;
            written.map_err(|error| failed(&format!("cannot store status: {error}")))?;
        }
        Ok(())
    }

    async fn take(
        &self,
        draft: &mut Draft,
        step: &Step,
        last: Option<&Release>,
    ) -> Result<Turn, Stop> {
        let progress = draft.status.clone();
        let taken = self.execute(draft, step, last);
        let tell = || progress;
        let turn = self.execution.pass.step(tell, taken).await;
        turn.map_err(|interrupted| match interrupted {
            Interrupted::Stopping => Stop::Stopping,
            Interrupted::Deadline | Interrupted::Newer(_) => {
                failed("the action did not end in time").into()
            }
        })
    }

    async fn execute(
        &self,
        draft: &mut Draft,
        step: &Step,
        last: Option<&Release>,
    ) -> Result<Turn, Interrupted> {
        let execution = self.execution;
        let performed = match step {
            Step::Install => execution.install(self.wanted).await?,
            Step::Upgrade => execution.upgrade(self.wanted).await?,
            Step::Rollback { version } => {
                let name = &execution.desired.release_name;
                execution.rollback(name, *version).await?
            }
            Step::Uninstall => {
                let name = draft
                    .status
                    .history
                    .first()
                    .map(|latest| latest.name.clone());
                let name = name.unwrap_or_else(|| execution.desired.release_name.clone());
                execution.uninstall(&name).await?.1
            }
            Step::Test => execution.test().await?,
            Step::Unlock => match last {
                Some(last) => execution.unlock(last).await,
                None => return Ok(Turn::default()),
            },
            Step::CorrectDrift(found) => {
                draft.now = execution.pass.now();
                return Ok(self.correct_drift(draft, found).await.into());
            }
        };
        draft.now = execution.pass.now();
        let made = match step {
            Step::Install | Step::Upgrade => performed.newest().cloned(),
            Step::Rollback { .. }
            | Step::Uninstall
            | Step::Test
            | Step::Unlock
            | Step::CorrectDrift(_) => None,
        };
        Ok(Turn {
            recorded: self.record(draft, step, last, &performed),
            made,
        })
    }

    /// Writes down what came of a step.
    fn record(
        &self,
        draft: &mut Draft,
        step: &Step,
        last: Option<&Release>,
        performed: &Performed,
    ) -> Recorded {
        let recorder = &self.recorder;
        match step {
            Step::Install => recorder.released(draft, Action::Install, performed),
            Step::Upgrade => recorder.released(draft, Action::Upgrade, performed),
            Step::Rollback { version } => {
                let mut history = draft.status.history.iter();
                match history.find(|known| known.version == *version).cloned() {
                    Some(target) => recorder.rolled_back(draft, &target, performed),
                    None => Recorded::default(),
                }
            }
            Step::Uninstall => recorder.remediated_by_uninstall(draft, performed),
            Step::Test => recorder.tested(draft, performed),
            Step::Unlock => match last {
                Some(last) => recorder.unlocked(draft, last, last.info.status, performed),
                None => Recorded::default(),
            },
            Step::CorrectDrift(_) => Recorded::default(),
        }
    }

    /// Sends the events of a step. One that changed nothing ends the pass, to be tried again.
    fn tell(&self, draft: &mut Draft, recorded: Recorded) -> Result<(), Stop> {
        for event in recorded.events {
            self.execution.pass.emit(event);
        }
        let Some(error) = recorded.error else {
            return Ok(());
        };
        if let Some(retry) = self.retry(draft) {
            return Err(retry.into());
        }
        if draft.conditions().is_true(&ConditionType::Ready) {
            let reason = Reason::ReconcileError;
            let mut conditions = draft.conditions();
            conditions.mark_false(ConditionType::Ready, reason, &*error);
        }
        Err(End::Failed { error }.into())
    }

    /// How a pass ends that would have to take a step for the second time.
    fn out_of_turn(&self, draft: &mut Draft) -> Stop {
        if let Some(retry) = self.retry(draft) {
            return retry.into();
        }
        let remediation = self.recorder.policies.active_remediation(&draft.status);
        if remediation.is_none_or(|active| !active.is_exhausted(&draft.status)) {
            return unfinished(draft).into();
        }
        End::Settled.into()
    }

    fn after_remediation(&self, draft: &mut Draft) -> End {
        if let Some(retry) = self.retry(draft) {
            return retry;
        }
        let remediation = self.recorder.policies.active_remediation(&draft.status);
        let goes_on = remediation.is_none_or(|active| {
            !active.is_exhausted(&draft.status)
                || (active.action == Action::Upgrade
                    && active.means == crate::policy::Means::Uninstall)
        });
        if goes_on {
            unfinished(draft)
        } else {
            self.exhausted(draft)
        }
    }

    /// Another try after an interval, where that is the strategy.
    fn retry(&self, draft: &mut Draft) -> Option<End> {
        let interval = self.recorder.policies.active_retry(&draft.status)?;
        let message = format!("retrying after {}", GoDuration::from_std(interval));
        draft
            .conditions()
            .mark_reconciling(Reason::ProgressingWithRetry, message);
        Some(End::Retry(interval))
    }

    fn exhausted(&self, draft: &Draft) -> End {
        let remediation = self.recorder.policies.active_remediation(&draft.status);
        let (action, count) = remediation.map_or(("", 0), |active| {
            (active.action.name(), active.failures(&draft.status))
        });
        End::Stalled {
            reason: Reason::RetriesExceeded,
            message: format!("Failed to {action} after {count} attempt(s)"),
        }
    }
}

fn unfinished(draft: &mut Draft) -> End {
    let message = draft.message(&ConditionType::Ready);
    draft
        .conditions()
        .mark_reconciling(Reason::ProgressingWithRetry, message);
    End::Unfinished
}

fn no_target() -> End {
    End::Stalled {
        reason: Reason::MissingRollbackTarget,
        message: "Failed to perform remediation: missing target release for rollback: \
                  cannot remediate failed release"
            .to_owned(),
    }
}

fn failed(error: &str) -> End {
    End::Failed {
        error: error.to_owned(),
    }
}

/// Somebody else is at work on the release; it is looked at again when that is over, or may be taken for given up.
fn others_at_work(status: Status, left: Duration) -> Halt {
    let message =
        format!("another operation on the release is in progress, its status is {status}");
    Halt {
        verdict: Verdict::After(left),
        notice: Notice::Silent,
        ..Halt::failed(Reason::PendingRelease, message)
    }
}

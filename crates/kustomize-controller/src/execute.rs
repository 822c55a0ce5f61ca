//! Does what the plan says: applies in stages, prunes, waits for health.

mod health;

use std::collections::BTreeSet;

use rheostat_api::{Kustomization, Reason};
use rheostat_apply::wait::until_gone;
use rheostat_apply::{
    Answers, Applied, Applier, ApplyError, ApplyOptions, ChangeLog, Inventory, Object, Policy,
    Pruner, Stage, Switches, stages,
};
use rheostat_cluster::Cluster;
use rheostat_runtime::{Event, Interrupted, Pass, Wait};
use tokio::time::Instant;

use crate::desired::Desired;
use crate::memory::Memory;
use crate::outcome::{Facts, Halt};
use crate::report::{about, progress};

/// A wait inside ends by itself, with a better account of what is missing than a deadline around it.
const WAIT_MARGIN: std::time::Duration = std::time::Duration::from_secs(10);

/// How the controller applies.
#[derive(Clone, Debug)]
pub struct Means {
    /// The cluster.
    pub cluster: Cluster,
    /// How objects are applied.
    pub policy: Policy,
    /// How objects ask to be treated otherwise.
    pub switches: Switches,
    /// Kinds (group, kind) with a stage of their own.
    pub custom_stage_kinds: BTreeSet<(String, String)>,
    /// Whether one failed object ends a wait.
    pub is_failing_fast: bool,
    /// Whether something new ends a wait.
    pub is_wait_cancelled_by_newer: bool,
}

/// Why an execution stopped.
#[derive(Debug)]
pub enum Stop {
    /// For this reason.
    Halted(Halt),
    /// Because the controller stops.
    Stopping,
}

/// The execution of one plan.
#[derive(Debug)]
pub struct Execution<'a> {
    /// How.
    pub means: &'a Means,
    /// For whom.
    pub object: &'a Kustomization,
    /// What it asks for.
    pub desired: &'a Desired,
    /// In which pass.
    pub pass: &'a Pass<Kustomization>,
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self::Halted(halt)
    }
}

impl Execution<'_> {
    /// Applies the objects, stage by stage. Their ids are stored before the first one that only the
    /// inventory knows is written.
    ///
    /// # Errors
    /// Failed: `ReconciliationFailed`; what had been applied before is remembered in `memory`.
    pub async fn apply(
        &self,
        objects: &[Object],
        stored: &Inventory,
        memory: &mut Memory,
        facts: &mut Facts,
    ) -> Result<Applied, Stop> {
        let mut applied = Applied::default();
        let mut recorded = stored.clone();
        let options = ApplyOptions {
            is_health_wanted: self.object.spec.wait,
            is_forced: self.object.spec.force,
        };
        let means = self.means;
        let engine = Applier::new(&means.cluster, &means.policy, objects, options);
        for stage in stages(objects, &means.custom_stage_kinds) {
            let turn = Turn {
                execution: self,
                applier: &engine,
                stage,
            };
            if let Err(stop) = turn.run(&mut recorded, memory, facts, &mut applied).await {
                let touched = applied.log.inventory();
                memory.unrecorded = memory.unrecorded.joined(&touched.without(stored));
                return Err(self.failed_after(stop, &applied.log));
            }
        }
        self.tell_changes(&applied.log.written(), facts);
        Ok(applied)
    }

    /// Deletes what was applied before and is not wanted any more, and settles the inventory.
    ///
    /// # Errors
    /// Failed: `PruneFailed`; what could not be deleted stays in the inventory.
    pub async fn prune(&self, stale: &Inventory, facts: &mut Facts) -> Result<(), Halt> {
        if !self.object.spec.prune || stale.is_empty() {
            return Ok(());
        }
        let pruner = Pruner {
            cluster: &self.means.cluster,
            owner: &self.desired.owner(),
            switches: &self.means.switches,
        };
        let gone = pruner.prune(stale).await;
        self.tell_changes(&gone.log.lines(), facts);
        if gone.failures.is_empty() {
            return Ok(());
        }
        let kept = facts.inventory.take().unwrap_or_default();
        facts.inventory = Some(kept.joined(&gone.survivors()));
        let message = format!("delete failed, errors: {}", gone.errors());
        Err(Halt::failed(
            Reason::PruneFailed,
            message,
            self.desired.retry,
        ))
    }

    /// An event now, since what follows may take long.
    fn tell_changes(&self, lines: &str, facts: &Facts) {
        if !lines.is_empty() {
            let event = Event::normal(Reason::Progressing.as_str(), lines);
            self.pass.emit(about(event, facts.revision.as_ref()));
        }
    }

    /// A failure says what had been done before it.
    fn failed_after(&self, stop: ApplyStop, log: &ChangeLog) -> Stop {
        let why = match stop {
            ApplyStop::Stopping => return Stop::Stopping,
            ApplyStop::Refused(error) => error.to_string(),
            ApplyStop::Unrecorded(error) | ApplyStop::Unsettled(error) => error,
        };
        let mut message = format!("{why}\n");
        let written = log.written();
        if !written.is_empty() {
            message.push_str(&written);
            message.push('\n');
        }
        let retry = self.desired.retry;
        Stop::Halted(Halt::failed(Reason::ReconciliationFailed, message, retry))
    }

    /// A wait that gives the worker back.
    pub(crate) async fn wait<T>(
        &self,
        until: Instant,
        is_cancelled_by_newer: bool,
        work: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        let wait = Wait {
            until: until + WAIT_MARGIN,
            is_cancelled_by_newer,
        };
        self.pass.wait(wait, work).await
    }
}

/// Why a stage was not applied.
enum ApplyStop {
    Refused(ApplyError),
    /// The inventory could not be stored, so nothing new was created.
    Unrecorded(String),
    /// The controller is so starved of time that a wait did not end at its own deadline.
    Unsettled(String),
    Stopping,
}

/// One stage of an execution.
struct Turn<'a> {
    execution: &'a Execution<'a>,
    applier: &'a Applier<'a>,
    stage: Stage<'a>,
}

impl Turn<'_> {
    async fn run(
        &self,
        recorded: &mut Inventory,
        memory: &mut Memory,
        facts: &mut Facts,
        applied: &mut Applied,
    ) -> Result<(), ApplyStop> {
        let answers = self.applier.ask(&self.stage, &memory.ledger).await;
        let mut answers = answers.map_err(ApplyStop::Refused)?;
        let grown = recorded.joined(&answers.to_write());
        if grown != *recorded {
            self.store(&grown, facts).await?;
            *recorded = grown;
        }
        if self.make_room(&answers).await? {
            let again = self.applier.ask(&self.stage, &memory.ledger).await;
            answers = again.map_err(ApplyStop::Refused)?;
        }
        let mut written = Applied::default();
        let result = self
            .applier
            .write(answers, &mut memory.ledger, &mut written)
            .await;
        applied.log.changes.append(&mut written.log.changes);
        result.map_err(ApplyStop::Refused)?;
        if self.stage.kind.is_waited_for() {
            self.settle(&written).await?;
        }
        applied.subjects.append(&mut written.subjects);
        applied.skipped.append(&mut written.skipped);
        Ok(())
    }

    /// Deletes what is to be recreated and waits until it is gone; whether there was any.
    async fn make_room(&self, answers: &Answers<'_>) -> Result<bool, ApplyStop> {
        let removed = self.applier.make_room(answers).await;
        let removed = removed.map_err(ApplyStop::Refused)?;
        if removed.is_empty() {
            return Ok(false);
        }
        let Execution { means, desired, .. } = self.execution;
        let until = Instant::now() + desired.timeout;
        let gone = until_gone(&means.cluster, &removed, until);
        match self.execution.wait(until, false, gone).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => Err(ApplyStop::Unsettled(error.to_string())),
            Err(Interrupted::Stopping) => Err(ApplyStop::Stopping),
            Err(Interrupted::Deadline | Interrupted::Newer(_)) => Err(ApplyStop::Unsettled(
                "what is to be recreated is not gone in time".to_owned(),
            )),
        }
    }

    /// Stores a grown inventory.
    async fn store(&self, grown: &Inventory, facts: &Facts) -> Result<(), ApplyStop> {
        let Execution { object, pass, .. } = self.execution;
        let facts = Facts {
            inventory: Some(grown.clone()),
            ..facts.clone()
        };
        let stored = pass.checkpoint(&progress(object, &facts, pass.now())).await;
        stored.map_err(|error| {
            ApplyStop::Unrecorded(format!(
                "cannot store the inventory before applying: {error}"
            ))
        })
    }

    async fn settle(&self, written: &Applied) -> Result<(), ApplyStop> {
        let subjects = written.subjects.iter().chain(&written.skipped);
        let settle = self
            .applier
            .settle(self.stage.kind, subjects.cloned().collect());
        let until = Instant::now() + rheostat_apply::SETTLE_TIMEOUT;
        match self.execution.wait(until, false, settle).await {
            Ok(settled) => settled.map_err(ApplyStop::Refused),
            Err(Interrupted::Stopping) => Err(ApplyStop::Stopping),
            Err(Interrupted::Deadline | Interrupted::Newer(_)) => {
                let stage = self.stage.kind;
                Err(ApplyStop::Unsettled(format!(
                    "{stage:?} are not in effect in time"
                )))
            }
        }
    }
}

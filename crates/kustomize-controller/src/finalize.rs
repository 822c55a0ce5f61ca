//! What happens to a Kustomization's objects when it is deleted.

use rheostat_api::{ConditionType, Kustomization, Reason};
use rheostat_apply::{Action, Inventory, Pruner, wait};
use rheostat_runtime::{Event, Pass};
use tokio::time::Instant;

use crate::desired::{Deletion, Desired, foreign_identity};
use crate::execute::{Execution, Means};
use crate::inventory;
use crate::outcome::{End, Facts, Halt, HaltVerdict, Outcome, Revision};
use crate::report::about;

/// Deletes what is to go with the object. `unrecorded` is what failed passes applied.
pub async fn finalize(
    means: &Means,
    object: &Kustomization,
    pass: &Pass<Kustomization>,
    unrecorded: &Inventory,
) -> Outcome {
    let desired = Desired::parse(object);
    let end = Finalization {
        means,
        object,
        desired: &desired,
        pass,
    };
    let end = match end.run(unrecorded).await {
        Ok(()) => End::Finalized,
        Err(halt) => End::Halted(halt),
    };
    Outcome {
        facts: Facts::default(),
        end,
    }
}

struct Finalization<'a> {
    means: &'a Means,
    object: &'a Kustomization,
    desired: &'a Desired,
    pass: &'a Pass<Kustomization>,
}

impl Finalization<'_> {
    async fn run(&self, unrecorded: &Inventory) -> Result<(), Halt> {
        let stored =
            inventory::stored(self.object).map_err(|error| self.halt(error.to_string()))?;
        let objects = stored.joined(unrecorded);
        let stays = self.object.spec.suspend || self.desired.deletion == Deletion::Orphan;
        if stays || objects.is_empty() {
            return Ok(());
        }
        let fields = foreign_identity(&self.object.spec);
        if !fields.is_empty() {
            return Err(self.halt(format!(
                "cannot delete the objects of the inventory, not supported yet: {}; \
                 suspend the Kustomization to leave them where they are",
                fields.join(", ")
            )));
        }
        self.delete(&objects).await
    }

    async fn delete(&self, objects: &Inventory) -> Result<(), Halt> {
        let pruner = Pruner {
            cluster: &self.means.cluster,
            owner: &self.desired.owner(),
            switches: &self.means.switches,
        };
        let gone = pruner.prune(objects).await;
        if !gone.failures.is_empty() {
            let errors = gone.errors();
            return Err(self.halt(format!("pruning for deleted resource failed: {errors}")));
        }
        let lines = gone.log.lines();
        if !lines.is_empty() {
            self.tell(Event::normal(self.reason(), lines));
        }
        if self.desired.deletion == Deletion::WaitForTermination {
            let deleted = gone.log.changes.iter();
            let deleted = deleted.filter(|change| change.action == Action::Deleted);
            let deleted = deleted.map(|change| change.entry.clone()).collect();
            self.wait_until_gone(&deleted).await?;
        }
        Ok(())
    }

    /// Waits for the objects to go. One that does not go in time does not hold the Kustomization.
    async fn wait_until_gone(&self, objects: &Inventory) -> Result<(), Halt> {
        let until = Instant::now() + self.desired.timeout;
        let execution = Execution {
            means: self.means,
            object: self.object,
            desired: self.desired,
            pass: self.pass,
        };
        let gone = wait::until_gone(&self.means.cluster, objects, until);
        match execution.wait(until, false, gone).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let message = format!("failed to wait for resource termination: {error}");
                self.tell(Event::warning(self.reason(), message));
            }
            Err(_) => return Err(self.halt("the controller stops")),
        }
        Ok(())
    }

    /// Events of a deletion carry the reason that the object had last.
    fn reason(&self) -> String {
        let ready = self.object.condition(&ConditionType::Ready);
        let reason = ready.map_or(&Reason::Progressing, |ready| &ready.reason);
        reason.as_str().to_owned()
    }

    fn tell(&self, event: Event) {
        let status = self.object.status.as_ref();
        let revision = status.and_then(|status| {
            Some(Revision {
                name: status.last_applied_revision.clone()?,
                origin: status.last_applied_origin_revision.clone(),
            })
        });
        self.pass.emit(about(event, revision.as_ref()));
    }

    fn halt(&self, message: impl Into<String>) -> Halt {
        Halt {
            verdict: HaltVerdict::Backoff,
            ..Halt::failed(Reason::PruneFailed, message, self.desired.retry)
        }
    }
}

//! All stages in one call, for those who keep nothing between two applies.

use std::collections::BTreeSet;
use std::error::Error;

use tokio::time::Instant;

use crate::applier::{Applied, Applier, ApplyError, SETTLE_TIMEOUT};
use crate::inventory::Inventory;
use crate::ledger::Ledger;
use crate::object::Object;
use crate::stage::stages;
use crate::wait::{TerminationError, until_gone};

/// Why an apply ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ApplyAllError<E: Error + 'static> {
    /// An object was refused, or did not come into effect.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// What has to be recreated did not go within a minute.
    #[error(transparent)]
    Removal(#[from] TerminationError),
    /// The inventory could not be stored, so nothing more was created.
    #[error("store the inventory: {0}")]
    Record(#[source] E),
}

impl Applier<'_> {
    /// Applies the objects, stage by stage, and returns what became of them; prune what the inventory of the result does
    /// not hold any more.
    ///
    /// `before` is the inventory as it is stored. `record` stores a larger one, before the first object is created that
    /// nothing else would remember; it is not called when nothing is new.
    ///
    /// # Errors
    /// The first refusal: nothing of its stage is applied, what came before stays.
    pub async fn apply_all<F, E>(
        &self,
        objects: &[Object],
        before: &Inventory,
        mut record: impl FnMut(Inventory) -> F,
    ) -> Result<Applied, ApplyAllError<E>>
    where
        F: Future<Output = Result<(), E>>,
        E: Error + 'static,
    {
        let mut ledger = Ledger::default();
        let mut whole = Applied::default();
        let mut recorded = before.clone();
        for stage in stages(objects, &BTreeSet::new()) {
            let mut answers = self.ask(&stage, &ledger).await?;
            let grown = recorded.joined(&answers.to_write());
            if grown != recorded {
                record(grown.clone()).await.map_err(ApplyAllError::Record)?;
                recorded = grown;
            }
            let removed = self.make_room(&answers).await?;
            if !removed.is_empty() {
                let until = Instant::now() + SETTLE_TIMEOUT;
                until_gone(self.cluster, &removed, until).await?;
                answers = self.ask(&stage, &ledger).await?;
            }
            let mut applied = Applied::default();
            self.write(answers, &mut ledger, &mut applied).await?;
            self.settle(stage.kind, applied.subjects.clone()).await?;
            whole.log.changes.extend(applied.log.changes);
            whole.subjects.extend(applied.subjects);
            whole.skipped.extend(applied.skipped);
        }
        Ok(whole)
    }
}

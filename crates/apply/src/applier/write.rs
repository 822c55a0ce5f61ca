//! Bringing one object to what is wanted.

use rheostat_cluster::{AccessError, ApplyRequest, Metadata, Target};
use serde_json::Value;

use crate::applier::question::metadata_of;
use crate::applier::{Answer, Applied, Applier, ApplyError, Verdict};
use crate::change::{Action, Change};
use crate::drift;
use crate::ledger::Ledger;
use crate::wait::Subject;

/// How often a patch of managed fields is made anew because the object changed meanwhile; the
/// reference gives up after the first.
const TAKEOVER_TRIES: usize = 3;

impl Applier<'_> {
    pub(super) async fn write_one(
        &self,
        mut answer: Answer<'_>,
        ledger: &mut Ledger,
        applied: &mut Applied,
    ) -> Result<(), ApplyError> {
        let action = match answer.verdict {
            Verdict::Skip => Action::Skipped,
            Verdict::Keep => Action::Unchanged,
            Verdict::Create => {
                answer.seen = Some(self.apply(&answer, ledger).await?);
                Action::Created
            }
            // What was to be recreated and is still there is changed as far as the server lets us.
            Verdict::Change | Verdict::Recreate { .. } => self.change(&mut answer, ledger).await?,
        };
        let version = answer.object.version();
        applied
            .log
            .changes
            .push(Change::new(answer.id, version, action));
        let subject = Subject::new(answer.target, answer.seen).expiring_as(answer.object.value());
        if action == Action::Skipped {
            applied.skipped.push(subject);
        } else {
            applied.subjects.push(subject);
        }
        Ok(())
    }

    /// Applies to an object that is there, and tells whether anything but its managers changed.
    async fn change(
        &self,
        answer: &mut Answer<'_>,
        ledger: &mut Ledger,
    ) -> Result<Action, ApplyError> {
        let live = self.cluster.get(&answer.target).await;
        let live = live.map_err(|cause| write_error(&answer.target, cause))?;
        let is_taken_over = match &live {
            Some(live) => self.take_over(&answer.target, metadata_of(live)).await?,
            None => false,
        };
        let after = self.apply(answer, ledger).await?;
        let action = match live {
            None => Action::Created,
            Some(live) if is_taken_over || drift::differs(&live, &after) => Action::Configured,
            Some(_) => Action::Unchanged,
        };
        answer.seen = Some(after);
        Ok(action)
    }

    /// Deletes an object that is still the incarnation `uid`; its going is not waited for.
    pub(super) async fn remove(
        &self,
        target: &Target,
        uid: Option<&str>,
    ) -> Result<(), ApplyError> {
        match self.cluster.delete(target, uid).await {
            Ok(_) => Ok(()),
            // Another one has taken its place, which is for the next question to tell.
            Err(error) if error.is_conflict() => Ok(()),
            Err(cause) => Err(ApplyError::Recreation {
                subject: target.to_string(),
                cause,
            }),
        }
    }

    async fn apply(&self, answer: &Answer<'_>, ledger: &mut Ledger) -> Result<Value, ApplyError> {
        let manager = &self.policy.manager;
        let how = ApplyRequest::forced(manager);
        let manifest = answer.object.value();
        let after = self.cluster.apply(&answer.target, manifest, how).await;
        let after = after.map_err(|cause| write_error(&answer.target, cause))?;
        ledger.record(
            &answer.id,
            answer.fingerprint,
            &metadata_of(&after),
            manager,
        );
        Ok(after)
    }

    /// Makes the fields of covered managers ours, so that the apply that follows may remove them.
    async fn take_over(&self, target: &Target, live: Metadata) -> Result<bool, ApplyError> {
        let manager = &self.policy.manager;
        let mut live = live;
        for turn in 1.. {
            let patch = if self.policy.switches.is_merged(&live) {
                None
            } else {
                self.policy.takeover.patch(&live, manager)
            };
            let Some(patch) = patch else {
                return Ok(false);
            };
            let patched = self.cluster.json_patch(target, &patch, manager).await;
            let Err(error) = patched else {
                return Ok(true);
            };
            let fresh = match self.cluster.get_metadata(target).await {
                Ok(fresh) if error.is_conflict() && turn < TAKEOVER_TRIES => fresh,
                _ => None,
            };
            let Some(fresh) = fresh else {
                return Err(ApplyError::Takeover {
                    subject: target.to_string(),
                    cause: error,
                });
            };
            live = fresh.metadata;
        }
        Ok(false)
    }
}

fn write_error(target: &Target, cause: AccessError) -> ApplyError {
    ApplyError::Write {
        subject: target.to_string(),
        cause,
    }
}

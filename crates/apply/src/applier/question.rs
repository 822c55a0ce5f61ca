//! What would become of one object.

use rheostat_cluster::{ApplyRequest, Metadata, ObjectHead, Target};
use serde_json::Value;

use crate::applier::error::{ApplyError, RefusalCause};
use crate::applier::{Answer, Applier, Policy, Verdict, id_of};
use crate::ledger::{Fingerprint, Ledger};
use crate::object::Object;

impl Applier<'_> {
    pub(super) async fn ask_one<'o>(
        &self,
        object: &'o Object,
        ledger: &Ledger,
        is_whole: bool,
    ) -> Result<Answer<'o>, ApplyError> {
        let target = self.target(object).await?;
        let mut answer = Answer {
            id: id_of(object, &target),
            fingerprint: Fingerprint::of(object.value()),
            verdict: Verdict::Skip,
            seen: None,
            object,
            target,
        };
        if self.is_left_alone(object, &answer.target).await? {
            return Ok(answer);
        }
        match self.dry_run(object, &answer.target, is_whole).await {
            Ok((metadata, seen)) => {
                answer.verdict = self.verdict(&answer, &metadata, ledger);
                answer.seen = seen.filter(|_| answer.verdict == Verdict::Keep);
            }
            Err(cause) => {
                answer.verdict = self.refused(object, &answer.target, cause).await?;
            }
        }
        Ok(answer)
    }

    /// Whether the manifest itself says that the object, as it is now, is not to be applied.
    async fn is_left_alone(&self, object: &Object, target: &Target) -> Result<bool, ApplyError> {
        let switches = &self.policy.switches;
        if switches.is_excluded(object) {
            return Ok(true);
        }
        if !switches.is_only_created(object) {
            return Ok(false);
        }
        let live = self.cluster.get_metadata(target).await;
        let live = live.map_err(|error| ApplyError::refused(object, error.into()))?;
        Ok(live.is_some())
    }

    async fn dry_run(
        &self,
        object: &Object,
        target: &Target,
        is_whole: bool,
    ) -> Result<(Metadata, Option<Value>), RefusalCause> {
        let how = ApplyRequest {
            dry_run: true,
            ..ApplyRequest::forced(&self.policy.manager)
        };
        if is_whole {
            let whole = self.cluster.apply(target, object.value(), how).await?;
            return Ok((metadata_of(&whole), Some(whole)));
        }
        let head: ObjectHead = self
            .cluster
            .apply_for_metadata(target, object.value(), how)
            .await?;
        Ok((head.metadata, None))
    }

    fn verdict(&self, answer: &Answer<'_>, metadata: &Metadata, ledger: &Ledger) -> Verdict {
        let Policy {
            manager,
            takeover,
            switches,
            ..
        } = self.policy;
        if metadata
            .resource_version
            .as_deref()
            .is_none_or(str::is_empty)
        {
            return Verdict::Create;
        }
        if switches.is_excluded(metadata) {
            return Verdict::Skip;
        }
        let is_due = takeover.is_due(metadata) && !switches.is_merged(metadata);
        if !is_due && ledger.vouches_for(&answer.id, answer.fingerprint, metadata, manager) {
            return Verdict::Keep;
        }
        Verdict::Change
    }

    /// A refusal does not count for an object that is to be left alone as it is, nor for one that
    /// may be recreated.
    async fn refused(
        &self,
        object: &Object,
        target: &Target,
        cause: RefusalCause,
    ) -> Result<Verdict, ApplyError> {
        let live = self.cluster.get_metadata(target).await.ok().flatten();
        let Some(live) = live.map(|live| live.metadata) else {
            return Err(ApplyError::refused(object, cause));
        };
        let switches = &self.policy.switches;
        if switches.is_excluded(&live) {
            return Ok(Verdict::Skip);
        }
        let is_forced =
            self.options.is_forced || switches.is_forced(object) || switches.is_forced(&live);
        if is_forced && cause.may_be_immutable() {
            return Ok(Verdict::Recreate { uid: live.uid });
        }
        Err(ApplyError::refused(object, cause))
    }
}

/// The metadata of a whole object.
pub(super) fn metadata_of(whole: &Value) -> Metadata {
    let metadata = whole.get("metadata").cloned().unwrap_or_default();
    serde_json::from_value(metadata).unwrap_or_default()
}

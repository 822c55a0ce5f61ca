//! The status in the middle of a pass.

use jiff::Timestamp;
use rheostat_api::{ConditionType, Kustomization, KustomizationStatus, Reason};
use rheostat_runtime::conditions::Conditions;

use crate::desired::Desired;
use crate::outcome::Facts;
use crate::report::{set_health, take_facts};

/// The status that tells how far a pass has come. (pure)
pub fn progress(object: &Kustomization, facts: &Facts, now: Timestamp) -> KustomizationStatus {
    let mut status = object.status.clone().unwrap_or_default();
    take_facts(&mut status, facts);
    let mut conditions = Conditions::new(&mut status.conditions, object.generation(), now);
    if let (Some(step), Some(revision)) = (facts.step, &facts.revision) {
        let doing = step.describe(&revision.name, Desired::parse(object).timeout);
        conditions.mark_reconciling(Reason::Progressing, doing.as_str());
        set_health(&mut conditions, &facts.health, &doing);
        conditions.mark_unknown(
            ConditionType::Ready,
            Reason::Progressing,
            "Reconciliation in progress",
        );
    }
    status
}

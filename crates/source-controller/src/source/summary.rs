//! What `Ready` says, given the other conditions.

use rheostat_api::{Condition, ConditionStatus, ConditionType, Reason};

/// Conditions in the order in which they give `Ready` its reason, with
/// whether they are good news when they hold.
const ORDER: &[(ConditionType, bool)] = &[
    (ConditionType::StorageOperationFailed, false),
    (ConditionType::FetchFailed, false),
    (ConditionType::IncludeUnavailable, false),
    (ConditionType::BuildFailed, false),
    (ConditionType::ArtifactOutdated, false),
    (ConditionType::ArtifactInStorage, true),
    (ConditionType::SourceVerified, true),
    (ConditionType::Stalled, false),
    (ConditionType::Reconciling, false),
];

/// Status, reason and message of `Ready`; nothing where there is no other
/// condition.
pub(super) fn ready(conditions: &[Condition]) -> Option<(ConditionStatus, Reason, String)> {
    let get = |r#type: &ConditionType| conditions.iter().find(|found| found.r#type == *r#type);
    let unverified = get(&ConditionType::SourceVerified).filter(|condition| condition.is_false());
    let weightiest = ORDER
        .iter()
        .filter_map(|(r#type, is_good)| {
            let condition = get(r#type)?;
            Some((weight(condition, *is_good), *is_good, condition))
        })
        .min_by_key(|(weight, _, _)| *weight);
    if let Some(condition) = unverified {
        return Some(told(ConditionStatus::False, condition));
    }
    let (_, is_good, condition) = weightiest?;
    let status = match (&condition.status, is_good) {
        (ConditionStatus::True, true) | (ConditionStatus::False, false) => ConditionStatus::True,
        (ConditionStatus::True, false) | (ConditionStatus::False, true) => ConditionStatus::False,
        _ => ConditionStatus::Unknown,
    };
    Some(told(status, condition))
}

/// What is wrong comes before what is well, and what is said before what is
/// not known.
fn weight(condition: &Condition, is_good: bool) -> u8 {
    match (&condition.status, is_good) {
        (ConditionStatus::True, false) => 0,
        (ConditionStatus::False, true) => 1,
        (ConditionStatus::True, true) => 2,
        (ConditionStatus::False, false) => 3,
        _ => 4,
    }
}

fn told(status: ConditionStatus, condition: &Condition) -> (ConditionStatus, Reason, String) {
    (status, condition.reason.clone(), condition.message.clone())
}

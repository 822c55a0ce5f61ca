//! Setting conditions by the toolkit's rules: times, generations, length and order.
//!
//! Which condition says what is each controller's own decision; summaries over several conditions are, too.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_api::{Condition, ConditionStatus, ConditionType, Reason};

/// The longest message that the schema admits.
const MESSAGE_LIMIT: usize = 32_768;

/// What ends a message that was cut.
const CUT: &str = "...";

/// The conditions of one status, to be changed at one moment for one generation.
///
/// The order is kept as the toolkit stores it: Stalled, Reconciling, Ready, then those of newer generations, then by name.
#[derive(Debug)]
pub struct Conditions<'a> {
    list: &'a mut Vec<Condition>,
    generation: i64,
    now: Timestamp,
}

impl<'a> Conditions<'a> {
    /// Conditions that are set from now on are set for `generation`, at `now`.
    pub fn new(list: &'a mut Vec<Condition>, generation: i64, now: Timestamp) -> Self {
        Self {
            list,
            generation,
            now,
        }
    }

    /// The condition of a type.
    pub fn get(&self, r#type: &ConditionType) -> Option<&Condition> {
        self.list.iter().find(|known| known.r#type == *r#type)
    }

    /// Whether there is such a condition and it is True.
    pub fn is_true(&self, r#type: &ConditionType) -> bool {
        self.get(r#type).is_some_and(Condition::is_true)
    }

    /// Whether there is such a condition and it is False.
    pub fn is_false(&self, r#type: &ConditionType) -> bool {
        self.get(r#type).is_some_and(Condition::is_false)
    }

    /// Sets a condition to True.
    pub fn mark_true(&mut self, r#type: ConditionType, reason: Reason, message: impl Into<String>) {
        self.set(r#type, ConditionStatus::True, reason, message.into());
    }

    /// Sets a condition to False.
    pub fn mark_false(
        &mut self,
        r#type: ConditionType,
        reason: Reason,
        message: impl Into<String>,
    ) {
        self.set(r#type, ConditionStatus::False, reason, message.into());
    }

    /// Sets a condition to Unknown.
    pub fn mark_unknown(
        &mut self,
        r#type: ConditionType,
        reason: Reason,
        message: impl Into<String>,
    ) {
        self.set(r#type, ConditionStatus::Unknown, reason, message.into());
    }

    /// Says that work is under way or will be retried; what is, is not stalled.
    pub fn mark_reconciling(&mut self, reason: Reason, message: impl Into<String>) {
        self.remove(&ConditionType::Stalled);
        self.mark_true(ConditionType::Reconciling, reason, message);
    }

    /// Says that no retry can help; what is stalled is not being worked on.
    pub fn mark_stalled(&mut self, reason: Reason, message: impl Into<String>) {
        self.remove(&ConditionType::Reconciling);
        self.mark_true(ConditionType::Stalled, reason, message);
    }

    /// Removes a condition, if it is there.
    pub fn remove(&mut self, r#type: &ConditionType) {
        self.list.retain(|known| known.r#type != *r#type);
    }

    fn set(
        &mut self,
        r#type: ConditionType,
        status: ConditionStatus,
        reason: Reason,
        message: String,
    ) {
        let message = shortened(message);
        let is_same = |known: &&Condition| {
            known.status == status && known.reason == reason && known.message == message
        };
        let since = self
            .get(&r#type)
            .filter(is_same)
            .map(|known| known.last_transition_time.clone());
        let condition = Condition {
            last_transition_time: since.unwrap_or(Time(self.now)),
            message,
            observed_generation: Some(self.generation),
            reason,
            status,
            r#type,
        };
        self.remove(&condition.r#type);
        self.list.push(condition);
        self.list.sort_by(|a, b| place(a).cmp(&place(b)));
    }
}

fn place(condition: &Condition) -> (u8, std::cmp::Reverse<Option<i64>>, &str) {
    let rank = match condition.r#type {
        ConditionType::Stalled => 0,
        ConditionType::Reconciling => 1,
        ConditionType::Ready => 2,
        _ => 3,
    };
    (
        rank,
        std::cmp::Reverse(condition.observed_generation),
        condition.r#type.as_str(),
    )
}

fn shortened(mut message: String) -> String {
    if message.len() > MESSAGE_LIMIT {
        let end = (0..=MESSAGE_LIMIT - CUT.len())
            .rev()
            .find(|end| message.is_char_boundary(*end));
        message.truncate(end.unwrap_or_default());
        message.push_str(CUT);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a small number of seconds is a time")
    }

    /// Plays a few changes and tells type, status, second and generation of what is there then.
    fn check(changes: impl FnOnce(&mut Vec<Condition>), expected: &[&str]) {
        let mut list = Vec::new();
        changes(&mut list);
        let told: Vec<String> = list
            .iter()
            .map(|known| {
                let second = known.last_transition_time.0.as_second();
                let generation = known.observed_generation.unwrap_or_default();
                format!("{} {} {second} {generation}", known.r#type, known.status)
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn conditions_are_stored_in_the_order_of_the_toolkit() {
        check(
            |list| {
                Conditions::new(list, 1, at(1)).mark_true(
                    ConditionType::FetchFailed,
                    Reason::Failed,
                    "",
                );
                let mut conditions = Conditions::new(list, 2, at(1));
                conditions.mark_true(ConditionType::Healthy, Reason::Succeeded, "");
                conditions.mark_true(ConditionType::Ready, Reason::Succeeded, "");
                conditions.mark_true(ConditionType::ArtifactInStorage, Reason::Succeeded, "");
                conditions.mark_stalled(Reason::Failed, "");
            },
            &[
                "Stalled True 1 2",
                "Ready True 1 2",
                "ArtifactInStorage True 1 2",
                "Healthy True 1 2",
                "FetchFailed True 1 1",
            ],
        );
    }

    #[test]
    fn the_time_moves_with_status_reason_or_message_and_the_generation_always() {
        let ready = |list: &mut Vec<Condition>, generation, second, message: &str| {
            Conditions::new(list, generation, at(second)).mark_true(
                ConditionType::Ready,
                Reason::Succeeded,
                message,
            );
        };
        check(
            |list| {
                ready(list, 1, 1, "a");
                ready(list, 2, 2, "a");
            },
            &["Ready True 1 2"],
        );
        check(
            |list| {
                ready(list, 1, 1, "a");
                ready(list, 1, 2, "b");
            },
            &["Ready True 2 1"],
        );
    }

    #[test]
    fn reconciling_and_stalled_exclude_each_other() {
        check(
            |list| {
                let mut conditions = Conditions::new(list, 1, at(1));
                conditions.mark_stalled(Reason::Failed, "");
                conditions.mark_reconciling(Reason::Progressing, "");
            },
            &["Reconciling True 1 1"],
        );
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let cut = shortened("ä".repeat(20_000));
        assert!(
            cut.len() <= MESSAGE_LIMIT && cut.len() > MESSAGE_LIMIT - 3 && cut.ends_with("ä...")
        );
        assert_eq!(shortened("short".to_owned()), "short");
    }
}

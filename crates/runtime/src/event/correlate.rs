//! Which events are new, which are counted up, which are combined and which are dropped. Pure.
//!
//! These are the rules of client-go's recorder (`tools/record/events_cache.go`), which the reference uses:
//! the same text again counts the Event of the first up; from the tenth different text of one reason within ten minutes
//! on they share one Event; more than 25 events about one object are let through at one every five minutes.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::{SignedDuration, Timestamp};

use super::Record;

/// client-go: `defaultAggregateMaxEvents`, `defaultAggregateIntervalInSeconds`, `defaultSpamBurst`, `defaultSpamQPS`.
const COMBINE_FROM: usize = 10;
const COMBINE_WITHIN: SignedDuration = SignedDuration::from_mins(10);
const BURST: f64 = 25.0;
const REFILL_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// client-go: `maxLruCacheEntries`.
const REMEMBERED: usize = 4096;

/// What to do about an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Create it; whoever does calls [`Correlator::created`].
    Create { message: String, token: Token },
    /// Count up the one of this name.
    CountUp {
        name: String,
        count: u32,
        message: String,
        token: Token,
    },
    /// Nothing: there are too many.
    Drop,
}

/// What an event is remembered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token(u64);

#[derive(Debug, Default)]
pub(super) struct Correlator {
    similar: HashMap<u64, Similar>,
    seen: HashMap<u64, Seen>,
    budgets: HashMap<u64, Budget>,
}

#[derive(Debug)]
struct Similar {
    texts: HashSet<u64>,
    last: Timestamp,
}

#[derive(Debug)]
struct Seen {
    name: String,
    count: u32,
    last: Timestamp,
}

#[derive(Debug)]
struct Budget {
    left: f64,
    last: Timestamp,
}

impl Correlator {
    pub(super) fn step(&mut self, record: &Record) -> Step {
        self.bound();
        let (message, token) = self.combine(record);
        if !self.spend(record) {
            return Step::Drop;
        }
        match self.seen.get_mut(&token.0) {
            Some(seen) => {
                seen.count = seen.count.saturating_add(1);
                seen.last = record.time;
                Step::CountUp {
                    name: seen.name.clone(),
                    count: seen.count,
                    message,
                    token,
                }
            }
            None => Step::Create { message, token },
        }
    }

    /// Remembers under which name an event was created.
    pub(super) fn created(&mut self, token: Token, name: String, time: Timestamp) {
        self.seen.insert(
            token.0,
            Seen {
                name,
                count: 1,
                last: time,
            },
        );
    }

    fn combine(&mut self, record: &Record) -> (String, Token) {
        let event = &record.event;
        let group = digest(&(
            &record.object.uid,
            record.object.kind.as_deref(),
            event.r#type,
            &event.reason,
        ));
        let text = digest(&(group, &event.message));
        let similar = self.similar.entry(group).or_insert_with(|| Similar {
            texts: HashSet::new(),
            last: record.time,
        });
        if record.time.duration_since(similar.last) > COMBINE_WITHIN {
            similar.texts.clear();
        }
        similar.last = record.time;
        similar.texts.insert(text);
        if similar.texts.len() < COMBINE_FROM {
            return (event.message.clone(), Token(text));
        }
        similar.texts.remove(&text);
        (
            format!("(combined from similar events): {}", event.message),
            Token(group),
        )
    }

    /// Takes one from the budget of the object.
    fn spend(&mut self, record: &Record) -> bool {
        let object = digest(&(&record.object.uid, record.object.kind.as_deref()));
        let budget = self.budgets.entry(object).or_insert(Budget {
            left: BURST,
            last: record.time,
        });
        let refill =
            record.time.duration_since(budget.last).as_secs_f64() / REFILL_EVERY.as_secs_f64();
        budget.left = (budget.left + refill.max(0.0)).min(BURST);
        budget.last = record.time;
        let is_affordable = budget.left >= 1.0;
        if is_affordable {
            budget.left -= 1.0;
        }
        is_affordable
    }

    /// Keeps each memory bounded: when it is full, the older half goes.
    fn bound(&mut self) {
        halve(&mut self.similar, |similar| similar.last);
        halve(&mut self.seen, |seen| seen.last);
        halve(&mut self.budgets, |budget| budget.last);
    }
}

fn halve<V>(memory: &mut HashMap<u64, V>, last: impl Fn(&V) -> Timestamp) {
    if memory.len() < REMEMBERED {
        return;
    }
    let mut times: Vec<Timestamp> = memory.values().map(&last).collect();
    times.sort_unstable();
    let middle = times[times.len() / 2];
    memory.retain(|_, value| last(value) > middle);
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ObjectReference;

    use super::*;
    use crate::report::Event;

    fn record(uid: &str, message: &str, second: i64) -> Record {
        Record {
            object: ObjectReference {
                uid: Some(uid.to_owned()),
                ..ObjectReference::default()
            },
            event: Event::normal("Progressing", message),
            time: Timestamp::from_second(second).expect("a small number of seconds is a time"),
        }
    }

    /// Plays records through, creating what is to be created, and tells each step in a word.
    fn check(correlator: &mut Correlator, records: &[Record], expected: &[&str]) {
        let steps: Vec<String> = records
            .iter()
            .map(|record| match correlator.step(record) {
                Step::Create { message, token } => {
                    correlator.created(token, format!("event-{message}"), record.time);
                    format!("create {message}")
                }
                Step::CountUp { name, count, .. } => format!("{name} {count}"),
                Step::Drop => "drop".to_owned(),
            })
            .collect();
        assert_eq!(steps, expected);
    }

    #[test]
    fn the_same_text_is_counted_up() {
        let mut correlator = Correlator::default();
        check(
            &mut correlator,
            &[
                record("u", "a", 0),
                record("u", "b", 1),
                record("u", "a", 2),
                record("v", "a", 3),
            ],
            &["create a", "create b", "event-a 2", "create a"],
        );
    }

    #[test]
    fn the_tenth_different_text_within_ten_minutes_is_combined() {
        let mut correlator = Correlator::default();
        for number in 0..9 {
            correlator.step(&record("u", &number.to_string(), number));
        }
        check(
            &mut correlator,
            &[
                record("u", "x", 10),
                record("u", "y", 20),
                record("u", "z", 700),
            ],
            &[
                "create (combined from similar events): x",
                "event-(combined from similar events): x 2",
                "create z",
            ],
        );
    }

    #[test]
    fn a_flood_about_one_object_is_cut_to_one_in_five_minutes() {
        let mut correlator = Correlator::default();
        for _ in 0..25 {
            assert_ne!(correlator.step(&record("u", "a", 0)), Step::Drop);
        }
        check(
            &mut correlator,
            &[
                record("u", "a", 1),
                record("u", "b", 302),
                record("u", "b", 303),
            ],
            &["drop", "create b", "drop"],
        );
    }

    #[test]
    fn memory_is_bounded() {
        let mut correlator = Correlator::default();
        for number in 0..20_000 {
            let record = record(&number.to_string(), "a", number);
            if let Step::Create { token, .. } = correlator.step(&record) {
                correlator.created(token, String::new(), record.time);
            }
        }
        assert!(correlator.seen.len() <= REMEMBERED && correlator.budgets.len() <= REMEMBERED);
    }
}

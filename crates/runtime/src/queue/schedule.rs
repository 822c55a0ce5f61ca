//! The pure part of the queue: a value that is told the time.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use tokio::time::Instant;

use super::{Backoff, Newer, Next, Turn};
use crate::{object::ObjectKey, pass::Cause};

/// One turn in so many goes to the routine lane while the prompt one has work, so that a flood of changes
/// cannot stop intervals and retries altogether. A quarter keeps the backlog after a start moving
/// without being felt by those who wait for a change.
const ROUTINE_SHARE: u32 = 4;

#[derive(Debug)]
pub(super) struct Schedule {
    backoff: Backoff,
    entries: HashMap<ObjectKey, Entry>,
    delayed: BTreeSet<(Instant, ObjectKey)>,
    /// Objects that somebody waits for: changed, requested, or with a changed source.
    prompt: Lane,
    /// Objects that come by themselves: at the start, at their interval, after a failure.
    routine: Lane,
    turns: u32,
    depth: usize,
}

#[derive(Debug, Default)]
struct Entry {
    state: State,
    failures: u32,
    due: Option<Instant>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Queued(Cause),
    Running {
        newer: Arc<Newer>,
        again: Option<Cause>,
    },
}

impl Schedule {
    pub(super) fn new(backoff: Backoff) -> Self {
        Self {
            backoff,
            entries: HashMap::new(),
            delayed: BTreeSet::new(),
            prompt: Lane::default(),
            routine: Lane::default(),
            turns: 0,
            depth: 0,
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.delayed.first().map(|(due, _)| *due)
    }

    pub(super) fn wake(&mut self, key: &ObjectKey, cause: Cause) {
        let entry = self.entries.entry(key.clone()).or_default();
        match &mut entry.state {
            State::Running { newer, again } => {
                newer.wake(&cause);
                *again = Some(weightier(again.take(), cause));
            }
            State::Queued(known) => {
                let was_prompt = known.is_prompt();
                *known = weightier(Some(known.clone()), cause);
                // The place in the other lane stays behind and is passed over when its turn comes.
                if known.is_prompt() && !was_prompt {
                    self.prompt.push(key.clone());
                }
            }
            State::Idle => {
                if let Some(due) = entry.due.take() {
                    self.delayed.remove(&(due, key.clone()));
                }
                self.enqueue(key, cause);
            }
        }
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<Turn> {
        self.wake_due(now);
        self.turns = self.turns.wrapping_add(1);
        let is_routine_first = self.turns.is_multiple_of(ROUTINE_SHARE);
        let key = self
            .pop(!is_routine_first)
            .or_else(|| self.pop(is_routine_first))?;
        let entry = self.entries.get_mut(&key)?;
        let newer = Arc::<Newer>::default();
        let running = State::Running {
            newer: Arc::clone(&newer),
            again: None,
        };
        let State::Queued(cause) = std::mem::replace(&mut entry.state, running) else {
            return None;
        };
        self.depth -= 1;
        Some(Turn { key, cause, newer })
    }

    pub(super) fn finish(&mut self, key: &ObjectKey, next: Next, now: Instant) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let State::Running { again, .. } = std::mem::take(&mut entry.state) else {
            return;
        };
        entry.failures = if next == Next::Backoff {
            entry.failures.saturating_add(1)
        } else {
            0
        };
        let delay = match next {
            Next::After(delay) => Some(delay),
            Next::Backoff => Some(self.backoff.delay(entry.failures)),
            Next::Forget | Next::Idle => None,
        };
        match (again, delay) {
            (Some(cause), _) => self.enqueue(key, cause),
            (None, Some(delay)) => {
                let due = now + delay;
                entry.due = Some(due);
                self.delayed.insert((due, key.clone()));
            }
            (None, None) if next == Next::Forget => {
                self.entries.remove(key);
            }
            (None, None) => {}
        }
    }

    pub(super) fn wake_due(&mut self, now: Instant) {
        while let Some((due, _)) = self.delayed.first()
            && *due <= now
            && let Some((_, key)) = self.delayed.pop_first()
        {
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            entry.due = None;
            let cause = if entry.failures > 0 {
                Cause::Retry
            } else {
                Cause::Interval
            };
            self.enqueue(&key, cause);
        }
    }

    fn enqueue(&mut self, key: &ObjectKey, cause: Cause) {
        let lane = if cause.is_prompt() {
            &mut self.prompt
        } else {
            &mut self.routine
        };
        lane.push(key.clone());
        self.depth += 1;
        self.entries.entry(key.clone()).or_default().state = State::Queued(cause);
    }

    /// The next key of a lane that still waits there.
    fn pop(&mut self, is_prompt: bool) -> Option<ObjectKey> {
        loop {
            let key = if is_prompt {
                self.prompt.pop()
            } else {
                self.routine.pop()
            }?;
            if let Some(Entry {
                state: State::Queued(cause),
                ..
            }) = self.entries.get(&key)
                && cause.is_prompt() == is_prompt
            {
                return Some(key);
            }
        }
    }
}

fn weightier(known: Option<Cause>, new: Cause) -> Cause {
    match known {
        Some(known) if known.weight() > new.weight() => known,
        _ => new,
    }
}

/// First come, first served within a namespace; one turn for each namespace in a round.
#[derive(Debug, Default)]
struct Lane {
    round: VecDeque<String>,
    waiting: HashMap<String, VecDeque<ObjectKey>>,
}

impl Lane {
    fn push(&mut self, key: ObjectKey) {
        let namespace = key.namespace.clone();
        let keys = self.waiting.entry(namespace.clone()).or_default();
        if keys.is_empty() {
            self.round.push_back(namespace);
        }
        keys.push_back(key);
    }

    fn pop(&mut self) -> Option<ObjectKey> {
        let namespace = self.round.pop_front()?;
        let keys = self.waiting.get_mut(&namespace)?;
        let key = keys.pop_front();
        if keys.is_empty() {
            self.waiting.remove(&namespace);
        } else {
            self.round.push_back(namespace);
        }
        key
    }
}

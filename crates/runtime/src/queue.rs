//! The work queue of one controller: which object is next, and when.
//!
//! An object is in the queue at most once, and never while a pass over it runs: what wakes it meanwhile is
//! remembered and queues it again the moment the pass ends. Delays and backoff are kept for each object.
//! Turns go round the namespaces, so that a tenant with a thousand objects does not hold up another's one.
//!
//! [`schedule`] is the pure part; this file adds the lock and the waiting.

mod schedule;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use self::schedule::Schedule;
use crate::{object::ObjectKey, pass::Cause};

/// How retries are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first delay (`--min-retry-delay`).
    pub min: Duration,
    /// The longest delay (`--max-retry-delay`).
    pub max: Duration,
}

impl Backoff {
    /// The delay before the retry that follows `failures` consecutive failures; the first failure is 1.
    pub fn delay(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.min.saturating_mul(1 << doublings).min(self.max)
    }
}

/// What follows a pass, as far as the queue is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The object is gone: forget all about it.
    Forget,
    /// Wait until it is woken.
    Idle,
    /// Come back after this long.
    After(Duration),
    /// Come back after the next backoff delay.
    Backoff,
}

/// An object whose turn it is.
#[derive(Debug)]
pub struct Turn {
    /// The object.
    pub key: ObjectKey,
    /// Why it is looked at.
    pub cause: Cause,
    /// Tells while the pass runs that something woke the object again.
    pub newer: Arc<Newer>,
}

/// A signal that an object was woken while a pass over it runs.
#[derive(Debug, Default)]
pub struct Newer {
    cause: OnceLock<Cause>,
    woken: CancellationToken,
}

impl Newer {
    /// Resolves with what woke the object first; at once if that was before the call.
    pub async fn woken(&self) -> Cause {
        self.woken.cancelled().await;
        self.cause.get().cloned().unwrap_or(Cause::Changed)
    }

    /// What woke the object since the pass began.
    pub fn cause(&self) -> Option<&Cause> {
        self.cause.get()
    }

    pub(crate) fn wake(&self, cause: &Cause) {
        self.cause.get_or_init(|| cause.clone());
        self.woken.cancel();
    }
}

/// The queue of one controller, shared between those who wake and the loop that takes.
#[derive(Debug)]
pub struct Queue {
    schedule: Mutex<Schedule>,
    changed: Notify,
    drained: Notify,
}

impl Queue {
    /// An empty queue.
    pub fn new(backoff: Backoff) -> Self {
        Self {
            schedule: Mutex::new(Schedule::new(backoff)),
            changed: Notify::new(),
            drained: Notify::new(),
        }
    }

    /// Queues an object; one that waits already keeps its place, and the weightier of both causes.
    pub fn wake(&self, key: &ObjectKey, cause: Cause) {
        self.schedule.lock().wake(key, cause);
        self.changed.notify_one();
    }

    /// Waits until somebody's turn has come. Cancel-safe: nothing is taken.
    pub async fn ready(&self) {
        loop {
            let changed = self.changed.notified();
            let due = {
                let mut schedule = self.schedule.lock();
                schedule.wake_due(Instant::now());
                if schedule.depth() > 0 {
                    return;
                }
                schedule.next_due()
            };
            match due {
                Some(due) => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(due) => {}
                },
                None => changed.await,
            }
        }
    }

    /// Takes the next turn, if there is one.
    pub fn take(&self) -> Option<Turn> {
        let mut schedule = self.schedule.lock();
        let turn = schedule.take(Instant::now());
        if schedule.depth() == 0 {
            self.drained.notify_waiters();
        }
        turn
    }

    /// Waits until nobody whose turn has come is left waiting for it.
    pub async fn drained(&self) {
        loop {
            let drained = self.drained.notified();
            if self.depth() == 0 {
                return;
            }
            drained.await;
        }
    }

    /// Ends the turn of `key`.
    pub fn finish(&self, key: &ObjectKey, next: Next) {
        self.schedule.lock().finish(key, next, Instant::now());
        self.changed.notify_one();
    }

    /// How many objects wait for their turn, delayed ones left out.
    pub fn depth(&self) -> usize {
        self.schedule.lock().depth()
    }
}

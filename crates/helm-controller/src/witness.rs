//! Who watches an action: what it wrote, what it did last, and whether it only waits.

use std::collections::VecDeque;

use futures::future::{BoxFuture, FutureExt, ready};
use jiff::Timestamp;
use parking_lot::Mutex;
use rheostat_release::{Observer, Release, Step, StepKind};
use tokio::sync::watch;

/// How many of the last things done a failure tells of; the reference's number.
const LOG_LINES: usize = 10;

/// Watches one action.
#[derive(Debug)]
pub struct Witness {
    seen: Mutex<Seen>,
    is_waiting: watch::Sender<bool>,
    is_admitted: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The revisions that were written or deleted, each as it was last.
    observed: Vec<Release>,
    log: VecDeque<String>,
}

impl Default for Witness {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            is_waiting: watch::Sender::new(false),
            is_admitted: watch::Sender::new(true),
        }
    }
}

impl Witness {
    /// What was written or deleted, each revision as it was last.
    pub fn observed(&self) -> Vec<Release> {
        self.seen.lock().observed.clone()
    }

    /// What was done last, a line for each.
    pub fn log(&self) -> Vec<String> {
        self.seen.lock().log.iter().cloned().collect()
    }

    /// Adds to what was done.
    pub fn note(&self, what: &str) {
        let mut seen = self.seen.lock();
        let is_repeated = seen.log.back().is_some_and(|last| last.ends_with(what));
        if is_repeated {
            return;
        }
        if seen.log.len() == LOG_LINES {
            seen.log.pop_front();
        }
        seen.log.push_back(format!("{} {what}", Timestamp::now()));
    }

    /// Resolves once the action only waits, or once it does something again.
    pub async fn waits(&self, is_waiting: bool) {
        let mut changes = self.is_waiting.subscribe();
        // The sender lives as long as the witness does.
        let _ = changes.wait_for(|waits| *waits == is_waiting).await;
    }

    /// Says whether the action may go on once it has waited.
    pub fn admit(&self, is_admitted: bool) {
        self.is_admitted.send_replace(is_admitted);
    }
}

impl Observer for Witness {
    fn before<'a>(&'a self, step: &'a Step) -> BoxFuture<'a, Result<(), String>> {
        self.note(&step.to_string());
        let waits = step.kind == StepKind::Wait;
        self.is_waiting.send_replace(waits);
        if waits {
            return ready(Ok(())).boxed();
        }
        let mut admitted = self.is_admitted.subscribe();
        async move {
            let _ = admitted.wait_for(|is_admitted| *is_admitted).await;
            Ok(())
        }
        .boxed()
    }

    fn recorded(&self, release: &Release) {
        let mut seen = self.seen.lock();
        seen.observed
            .retain(|known| known.version != release.version);
        seen.observed.push(release.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_things_are_told_once_each() {
        let witness = Witness::default();
        for index in 0..12 {
            witness.note(&format!("step {index}"));
            witness.note(&format!("step {index}"));
        }
        let log = witness.log();
        assert_eq!(log.len(), LOG_LINES);
        assert!(
            log[0].ends_with("step 2") && log[9].ends_with("step 11"),
            "{log:?}"
        );
    }
}

//! Waiting for objects to become healthy, or to go: subscriptions and a deadline.
//!
//! An object that its last answer shows to be healthy is not asked about again. All others are
//! watched, one watch for each kind and namespace, so that a wait costs nothing while nothing
//! happens.

mod followed;
mod subject;
mod termination;
mod verdict;

use std::time::Duration;

use futures::StreamExt;
use rheostat_cluster::Cluster;
use tokio::time::Instant;

use self::followed::Followed;

pub use subject::{Expectation, Subject};
pub use termination::{TerminationError, until_gone};
pub use verdict::Verdict;

/// Some rules look at the clock, such as that a pod may be without a node for a while, so what was
/// seen is judged again this often. It costs no request.
const SECOND_LOOK: Duration = Duration::from_secs(5);

/// When a wait ends, besides when all is well.
#[derive(Clone, Copy, Debug)]
pub struct WaitRules {
    /// The deadline.
    pub until: Instant,
    /// Whether one failure ends it.
    pub is_failing_fast: bool,
}

/// Why a wait ended without all being well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// The deadline passed.
    #[error("timeout waiting for: [{}]", list(.0))]
    TimedOut(Vec<Unsettled>),
    /// These failed, and there is nothing more to wait for.
    #[error("failed early due to stalled resources: [{}]", list(.0))]
    Failed(Vec<Unsettled>),
}

/// An object that is not healthy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// `Kind/namespace/name`.
    pub subject: String,
    /// What it is instead; nothing if it was never seen.
    pub verdict: Option<Verdict>,
}

impl std::fmt::Display for Unsettled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.verdict {
            None => write!(f, "can't determine status for {}", self.subject),
            Some(verdict) => write!(f, "{} status: {verdict}", self.subject),
        }
    }
}

/// Waits until every subject is healthy.
///
/// # Errors
/// When the deadline passes, or a failure ends the wait.
pub async fn until_current(
    cluster: &Cluster,
    subjects: Vec<Subject>,
    rules: WaitRules,
) -> Result<(), WaitError> {
    let mut followed = Followed::new(subjects);
    if let Some(end) = followed.end(rules) {
        return end;
    }
    let mut changes = followed.subscribe(cluster, rules.until).await;
    loop {
        if let Some(end) = followed.end(rules) {
            return end;
        }
        let look = rules.until.min(Instant::now() + SECOND_LOOK);
        match tokio::time::timeout_at(look, changes.next()).await {
            Ok(Some(change)) => followed.take(change, cluster, &mut changes),
            Ok(None) => tokio::time::sleep_until(look).await,
            Err(_) => followed.judge(),
        }
        if Instant::now() >= rules.until {
            return Err(WaitError::TimedOut(followed.unsettled()));
        }
    }
}

fn list(unsettled: &[Unsettled]) -> String {
    let items: Vec<String> = unsettled.iter().map(ToString::to_string).collect();
    items.join(", ")
}

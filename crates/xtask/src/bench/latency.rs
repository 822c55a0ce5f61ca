//! How soon a commit is in the cluster: from the artifact in the source's status to the first changed object, both as a
//! watch sees them.
//!
//! Each commit changes one of N Kustomizations that have nothing else to do; the next one comes when all are idle again.
//! The control plane is one of its own.

use std::collections::HashMap;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, Resource, ResourceExt as _};
use rheostat_api::GitRepository;
use rheostat_testing::git_server::Commit;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::contestant::Contestant;
use super::follow::Seen;
use super::phase::Phase;
use super::phases::{Course, Plan};
use super::workload::kustomizations::{self, Kustomizations};
use super::workload::{NAMESPACE, Workload as _};

/// A commit that takes longer is a failure; Flux takes seconds.
const LIMIT: Duration = Duration::from_mins(5);

/// How long the watches may take to begin.
const SETTLE: Duration = Duration::from_secs(2);

/// The spread of the delays, in seconds.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Latency {
    pub(super) contestant: String,
    pub(super) commits: usize,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

/// Times `commits` commits of one contestant.
///
/// # Errors
/// Anything that goes wrong.
pub(super) async fn measure(
    contestant: &Contestant,
    plan: Plan,
    commits: usize,
) -> Result<Latency> {
    let mut course = Course::<Kustomizations>::open(contestant, plan).await?;
    course.measure(Phase::Install).await?;
    let mut lookout = Lookout::start(&course.client);
    tokio::time::sleep(SETTLE).await;
    let mut delays = Vec::new();
    for number in 0..commits {
        // Seven is prime to the numbers of bases and namespaces, so that all get their turn.
        let (team, index) = (format!("commit-{number}"), number * 7 % plan.n);
        let (path, text) = kustomizations::overlay(index, &team);
        let commit = Commit::new(&team).file(&path, text);
        course.workload.push(&commit).await?;
        let revision = course.workload.revision().to_owned();
        delays.push(lookout.between(&revision, &team).await?);
        let is_done = |seen: &&Seen| seen.is_ready && seen.shown == revision;
        course
            .follower
            .until(LIMIT, |all| {
                all.len() - all.values().filter(is_done).count()
            })
            .await?;
    }
    Ok(Latency::of(contestant.name(), delays))
}

impl Latency {
    fn of(contestant: &str, mut delays: Vec<Duration>) -> Self {
        delays.sort_unstable();
        let at = |percent: usize| {
            let index = (delays.len() * percent / 100).min(delays.len().saturating_sub(1));
            delays.get(index).map_or(0.0, Duration::as_secs_f64)
        };
        Self {
            contestant: contestant.to_owned(),
            commits: delays.len(),
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

/// Watches sources and objects; dropping it ends the watches.
#[derive(Debug)]
struct Lookout {
    sightings: mpsc::UnboundedReceiver<(String, Instant)>,
    seen: HashMap<String, Instant>,
    _watches: JoinSet<()>,
}

impl Lookout {
    fn start(client: &Client) -> Self {
        let (sender, sightings) = mpsc::unbounded_channel();
        let mut watches = JoinSet::new();
        let sources = Api::<GitRepository>::namespaced(client.clone(), NAMESPACE);
        watches.spawn(watch(sources, sender.clone(), |source| {
            Some(source.status?.artifact?.revision)
        }));
        let objects = Api::<ConfigMap>::all(client.clone());
        watches.spawn(watch(objects, sender, |object| {
            object.labels().get("team").cloned()
        }));
        Self {
            sightings,
            seen: HashMap::new(),
            _watches: watches,
        }
    }

    /// The time between the first sight of `first` and that of `second`; none if `second` came before.
    ///
    /// # Errors
    /// One of them does not appear.
    async fn between(&mut self, first: &str, second: &str) -> Result<Duration> {
        let both = async {
            while !(self.seen.contains_key(first) && self.seen.contains_key(second)) {
                let (word, time) = self
                    .sightings
                    .recv()
                    .await
                    .context("the watches have ended")?;
                self.seen.entry(word).or_insert(time);
            }
            anyhow::Ok(self.seen[second].saturating_duration_since(self.seen[first]))
        };
        tokio::time::timeout(LIMIT, both)
            .await
            .with_context(|| format!("waiting for {first} and {second}"))?
    }
}

/// Sends the word of each object that is seen to change.
async fn watch<K>(
    api: Api<K>,
    sender: mpsc::UnboundedSender<(String, Instant)>,
    word: fn(K) -> Option<String>,
) where
    K: Resource + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    let mut events = pin!(watcher::watcher(api, watcher::Config::default()));
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Apply(object)) => {
                if let Some(word) = word(object) {
                    // The receiver is gone when nobody looks any more.
                    let _ = sender.send((word, Instant::now()));
                }
            }
            Ok(Event::Init | Event::InitApply(_) | Event::InitDone | Event::Delete(_)) => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_delays() {
        let latency = Latency::of("x", (1..=100).rev().map(Duration::from_secs).collect());
        assert_eq!(
            (latency.p50, latency.p99, latency.max),
            (51.0, 100.0, 100.0)
        );
        assert!(Latency::of("x", Vec::new()).max.abs() < f64::EPSILON);
    }
}

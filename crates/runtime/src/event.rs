//! Events: to the cluster as core/v1 Events, and to the receiver at `--events-addr`.
//!
//! Neither destination holds up a reconcile: events wait in queues of their own, in order for each object, and are
//! dropped with a line in the log if a queue is full. [`correlate`] has the rules by which repeated events are counted
//! up, combined or dropped.

mod cluster;
mod correlate;
mod receiver;

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use tokio::{sync::mpsc, task::JoinSet};
use url::Url;

use crate::{
    object::Managed,
    report::{Event, EventType},
    role::Role,
};

/// Annotations of an object with this prefix are copied into its events.
const COPIED_PREFIX: &str = "event.toolkit.fluxcd.io/";

/// Workers for each destination. Four keep a two-core API server busy without queueing there; more would only
/// take its time from reconciles.
const WORKERS: usize = 4;

/// Events that may wait for one worker. A burst of a thousand objects with two events each fits.
const QUEUE: usize = 1024;

/// An event with all that is said about its object.
#[derive(Debug, Clone)]
struct Record {
    object: ObjectReference,
    event: Event,
    time: Timestamp,
}

/// Sends events. Clones share the queues.
#[derive(Debug, Clone)]
pub struct Recorder {
    cluster: Arc<[mpsc::Sender<Record>]>,
    receiver: Arc<[mpsc::Sender<Record>]>,
}

impl Recorder {
    /// Starts the workers; they end once all recorders are dropped and all events are sent.
    ///
    /// `receiver` is the address in `--events-addr`, `instance` the host's name.
    pub fn start(
        client: &Client,
        role: Role,
        receiver: Option<Url>,
        instance: &str,
    ) -> (Self, Delivery) {
        let mut workers = JoinSet::new();
        let cluster = (0..WORKERS).map(|_| {
            let (sender, queue) = mpsc::channel(QUEUE);
            workers.spawn(cluster::deliver(client.clone(), role, queue));
            sender
        });
        let cluster = cluster.collect();
        let http = receiver::http_client();
        let receiver = receiver
            .into_iter()
            .flat_map(|address| (0..WORKERS).map(move |_| address.clone()))
            .map(|address| {
                let (sender, queue) = mpsc::channel(QUEUE);
                let receiver = receiver::Receiver {
                    address,
                    http: http.clone(),
                    controller: role.name,
                    instance: instance.to_owned(),
                };
                workers.spawn(receiver.deliver(queue));
                sender
            });
        let receiver = receiver.collect();
        (Self { cluster, receiver }, Delivery { workers })
    }

    fn send(&self, record: Record) {
        let lane = lane(&record.object);
        let is_forwarded = record.event.r#type != EventType::Trace;
        if is_forwarded && let Some(queue) = self.receiver.get(lane % self.receiver.len().max(1)) {
            enqueue(queue, record.clone());
        }
        if let Some(queue) = self.cluster.get(lane % self.cluster.len().max(1)) {
            enqueue(queue, record);
        }
    }
}

/// The workers behind a [`Recorder`].
#[derive(Debug)]
pub struct Delivery {
    workers: JoinSet<()>,
}

impl Delivery {
    /// Waits until every event is sent, but no longer than `limit`. All recorders must have been dropped.
    pub async fn finish(mut self, limit: Duration) {
        let all = async { while self.workers.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::error!("some events were not sent before the controller stopped");
        }
    }
}

/// One object that events are about.
#[derive(Debug, Clone)]
pub struct Subject {
    recorder: Recorder,
    object: ObjectReference,
    copied: BTreeMap<String, String>,
}

impl Subject {
    /// Events about `object`, with those of its annotations that events take over.
    pub fn of<O: Managed>(recorder: &Recorder, object: &O) -> Self {
        let annotations = object.meta().annotations.iter().flatten();
        let copied = annotations
            .filter(|(key, _)| key.starts_with(COPIED_PREFIX))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Self {
            recorder: recorder.clone(),
            object: object.object_ref(&()),
            copied,
        }
    }

    /// Sends one event.
    pub fn emit(&self, mut event: Event) {
        event.metadata.extend(self.copied.clone());
        self.recorder.send(Record {
            object: self.object.clone(),
            event,
            time: Timestamp::now(),
        });
    }
}

/// Events of one object always take the same lane, so that they keep their order.
fn lane(object: &ObjectReference) -> usize {
    let mut hasher = DefaultHasher::new();
    object.uid.hash(&mut hasher);
    // Only the remainder counts, so it does not matter where the hash is cut.
    usize::try_from(hasher.finish() & 0xffff).unwrap_or_default()
}

fn enqueue(queue: &mpsc::Sender<Record>, record: Record) {
    if let Err(error) = queue.try_send(record) {
        let reason = match &error {
            mpsc::error::TrySendError::Full(record) | mpsc::error::TrySendError::Closed(record) => {
                &record.event.reason
            }
        };
        tracing::error!(
            reason,
            "event dropped: {}",
            if matches!(error, mpsc::error::TrySendError::Full(_)) {
                "its queue is full"
            } else {
                "the controller stops"
            }
        );
    }
}

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
use rheostat_api::metadata::EVENT_ANNOTATION_PREFIX;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    object::Managed,
    report::{Event, EventType},
    role::Role,
};

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
    /// Starts the workers; they end with [`Delivery::finish`].
    ///
    /// `receiver` is the address in `--events-addr`, `instance` the host's name.
    pub fn start(
        client: &Client,
        role: Role,
        receiver: Option<&Url>,
        instance: &str,
    ) -> (Self, Delivery) {
        let mut workers = JoinSet::new();
        let closing = CancellationToken::new();
        let cluster = (0..WORKERS).map(|_| {
            let (sender, records) = Records::channel(&closing);
            workers.spawn(cluster::deliver(client.clone(), role, records));
            sender
        });
        let cluster = cluster.collect();
        let http = receiver::http_client();
        let receivers = receiver
            .into_iter()
            .flat_map(|address| std::iter::repeat_n(address, WORKERS));
        let receiver = receivers.map(|address| {
            let (sender, records) = Records::channel(&closing);
            let receiver = receiver::Receiver {
                address: address.clone(),
                http: http.clone(),
                controller: role.name,
                instance: instance.to_owned(),
            };
            workers.spawn(receiver.deliver(records));
            sender
        });
        let receiver = receiver.collect();
        (Self { cluster, receiver }, Delivery { workers, closing })
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
    closing: CancellationToken,
}

impl Delivery {
    /// Sends what waits, but no longer than for `limit`. What is recorded from now on is dropped.
    pub async fn finish(mut self, limit: Duration) {
        self.closing.cancel();
        let all = async { while self.workers.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::error!("some events were not sent before the controller stopped");
        }
    }
}

/// The queue of one worker.
#[derive(Debug)]
struct Records {
    queue: mpsc::Receiver<Record>,
    closing: CancellationToken,
}

impl Records {
    fn channel(closing: &CancellationToken) -> (mpsc::Sender<Record>, Self) {
        let (sender, queue) = mpsc::channel(QUEUE);
        (
            sender,
            Self {
                queue,
                closing: closing.clone(),
            },
        )
    }

    /// The next record; after the end has been announced, those that are left and then none.
    async fn next(&mut self) -> Option<Record> {
        tokio::select! {
            biased;
            record = self.queue.recv() => return record,
            () = self.closing.cancelled() => self.queue.close(),
        }
        self.queue.recv().await
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
            .filter(|(key, _)| key.starts_with(EVENT_ANNOTATION_PREFIX))
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

//! The loop that gives every object its pass: one task for each object, never two at once.
//!
//! A pass is: finalizer, reconcile, report, one status write, events, next time. Only this module and
//! [`status`] write to the objects that a controller manages.

pub(crate) mod finalizer;
pub mod status;

use std::{
    any::Any,
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant as Clock},
};

use futures::FutureExt;
use jiff::Timestamp;
use kube::{Api, Resource};
use parking_lot::Mutex;
use rand::RngExt;
use rheostat_api::{ConditionType, metadata::REQUESTED_AT};
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::Instant,
};
use tracing::{Instrument, Span};

use self::status::{StatusWriter, WriteError, encode};
use crate::{
    event::Subject,
    metrics::{ControllerMetrics, PassResult},
    object::{Managed, ObjectKey},
    pass::{Cause, Pass},
    queue::{Next, Queue, Turn},
    report::{Finalizer, LogLine, Moment, Report, Requeue},
    shell::Context,
    store::{Change, Store},
};

/// How long the passes that run may take to end once the controller stops. Kubernetes kills a container
/// thirty seconds after it asked it to stop, unless told otherwise; events still have to go out, and the lease
/// has to be handed over.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// What a controller does with the objects of one kind.
pub trait Reconciler: Send + Sync + 'static {
    /// The kind.
    type Object: Managed;
    /// The whole status of that kind.
    type Status: Serialize + Send + 'static;
    /// How a pass ended, as a value.
    type Outcome: Send + 'static;

    /// The condition types that this controller owns. Those of others are left as they are, also
    /// where a write meets a conflict.
    const OWNED_CONDITIONS: &'static [ConditionType];

    /// Brings one object to its desired state (or, when it is being deleted, cleans up): observe, plan, execute.
    ///
    /// A panic is caught: it ends this pass alone, counts as its failure and writes no status.
    fn reconcile(
        &self,
        object: Arc<Self::Object>,
        pass: &Pass<Self::Object>,
    ) -> impl Future<Output = Self::Outcome> + Send;

    /// Says what an outcome means. Pure: the same arguments, the same report.
    fn report(
        &self,
        object: &Self::Object,
        outcome: &Self::Outcome,
        moment: Moment,
    ) -> Report<Self::Status>;

    /// Whether an object gets our finalizer before anything is done for it. One that does not is never seen
    /// while it is being deleted.
    fn wants_finalizer(&self, _object: &Self::Object) -> bool {
        true
    }
}

/// Wakes objects of a controller from outside, for example when their source changed.
#[derive(Debug, Clone)]
pub struct Waker {
    queue: Arc<Queue>,
}

impl Waker {
    /// Queues an object. Waking one that does not exist is harmless.
    pub fn wake(&self, key: &ObjectKey, cause: Cause) {
        self.queue.wake(key, cause);
    }
}

/// A reconciler with the store and the queue of its kind.
pub struct Controller<R: Reconciler> {
    shared: Arc<Shared<R>>,
}

impl<R: Reconciler> std::fmt::Debug for Controller<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Controller")
            .field("kind", &R::Object::kind(&()))
            .finish_non_exhaustive()
    }
}

impl<R: Reconciler> Controller<R> {
    /// A controller over the objects in `store`; every one of them is queued as it appears.
    pub fn new(context: &Context, store: Store<R::Object>, reconciler: R) -> Self {
        let queue = Arc::new(Queue::new(context.settings.backoff));
        store.on_change(wake_on_change(Arc::clone(&queue)));
        let kind = R::Object::kind(&()).into_owned();
        let metrics = context
            .metrics
            .controller(&kind, context.settings.concurrent);
        let shared = Shared {
            context: context.clone(),
            permits: Arc::new(Semaphore::new(context.settings.concurrent)),
            kind,
            store,
            queue,
            reconciler,
            metrics,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A handle that wakes objects of this controller.
    pub fn waker(&self) -> Waker {
        Waker {
            queue: Arc::clone(&self.shared.queue),
        }
    }

    /// Runs until the context stops, then lets the passes that run end, within twenty seconds.
    pub async fn run(self) {
        let shared = self.shared;
        let stop = shared.context.stop.clone();
        let mut tasks = JoinSet::new();
        let turns = async {
            loop {
                // A permit that is held while nobody's turn has come would be missed by passes that waited.
                shared.queue.ready().await;
                let Ok(permit) = Arc::clone(&shared.permits).acquire_owned().await else {
                    return;
                };
                let Some(turn) = shared.queue.take() else {
                    continue;
                };
                shared.metrics.queue_depth(shared.queue.depth());
                tasks.spawn(Arc::clone(&shared).turn(turn, permit));
                while tasks.try_join_next().is_some() {}
            }
        };
        tokio::select! {
            () = turns => {}
            () = stop.cancelled() => {}
        }
        let ended = tokio::time::timeout(STOP_GRACE, async {
            while tasks.join_next().await.is_some() {}
        })
        .await;
        if ended.is_err() {
            tracing::error!(
                running = tasks.len(),
                "passes were cut off, they did not end in time"
            );
        }
    }
}

/// Queues an object when its specification, its request or its deletion mark changes, and when it comes or goes.
fn wake_on_change<O: Managed>(queue: Arc<Queue>) -> impl Fn(&Change<O>) + Send + Sync + 'static {
    move |change| {
        let cause = match (change.old.as_deref(), change.new.as_deref()) {
            (None, Some(_)) if change.is_initial => Some(Cause::Startup),
            (Some(old), Some(new)) => changed(old, new),
            (None | Some(_), None) | (None, Some(_)) => Some(Cause::Changed),
        };
        if let Some(cause) = cause {
            queue.wake(&change.key, cause);
        }
    }
}

fn changed<O: Managed>(old: &O, new: &O) -> Option<Cause> {
    let (old, new) = (old.meta(), new.meta());
    let request = requested_at(new);
    if request.is_some() && request != requested_at(old) {
        Some(Cause::Requested)
    } else if old.generation != new.generation
        || old.deletion_timestamp != new.deletion_timestamp
        || old.uid != new.uid
    {
        Some(Cause::Changed)
    } else {
        None
    }
}

fn requested_at(meta: &kube::api::ObjectMeta) -> Option<&str> {
    meta.annotations
        .as_ref()?
        .get(REQUESTED_AT)
        .map(String::as_str)
}

struct Shared<R: Reconciler> {
    context: Context,
    kind: String,
    store: Store<R::Object>,
    queue: Arc<Queue>,
    permits: Arc<Semaphore>,
    reconciler: R,
    metrics: ControllerMetrics,
}

impl<R: Reconciler> Shared<R> {
    async fn turn(self: Arc<Self>, turn: Turn, permit: OwnedSemaphorePermit) {
        let span = self.span(&turn.key);
        let key = turn.key.clone();
        let clock = Clock::now();
        let _active = self.metrics.begin();
        let guarded = AssertUnwindSafe(self.pass(turn, permit))
            .catch_unwind()
            .instrument(span.clone());
        let (result, next) = match guarded.await {
            Ok(ended) => ended,
            Err(panic) => {
                let error = format!("panic: {}", panic_text(panic.as_ref()));
                span.in_scope(|| tracing::error!(error = %error, "Observed a panic"));
                (PassResult::Panic, Next::Backoff)
            }
        };
        self.metrics
            .end(&key, result, clock.elapsed(), next == Next::Forget);
        self.queue.finish(&key, next);
        self.metrics.queue_depth(self.queue.depth());
    }

    /// Flux's keys: tools such as `flux logs` filter by them.
    fn span(&self, key: &ObjectKey) -> Span {
        tracing::info_span!(
            "reconcile",
            controller = self.kind.to_lowercase(),
            controllerGroup = %R::Object::group(&()),
            controllerKind = self.kind,
            name = key.name,
            namespace = key.namespace,
            reconcileID = %reconcile_id(),
        )
    }

    async fn pass(&self, turn: Turn, permit: OwnedSemaphorePermit) -> (PassResult, Next) {
        let Some(object) = self.store.get(&turn.key) else {
            return (PassResult::Success, Next::Forget);
        };
        let api = self.context.namespaced::<R::Object>(&turn.key.namespace);
        let object = match self.with_finalizer(&api, object).await {
            Ok(Some(object)) => object,
            Ok(None) => return (PassResult::Success, Next::Idle),
            Err(error) => return write_failed(&error),
        };
        let pass = self.begin(turn, permit, api.clone(), &object);
        let outcome = self.reconciler.reconcile(Arc::clone(&object), &pass).await;
        if pass.stop.is_cancelled() && pass.permit.lock().is_none() {
            return (PassResult::Success, Next::Idle);
        }
        let moment = Moment {
            now: Timestamp::now(),
            took: pass.elapsed(),
        };
        let report = self.reconciler.report(&object, &outcome, moment);
        self.settle(&api, &object, pass, report).await
    }

    /// The object, with our finalizer on it; nothing where it is being deleted and we have no part in that.
    async fn with_finalizer(
        &self,
        api: &Api<R::Object>,
        object: Arc<R::Object>,
    ) -> Result<Option<Arc<R::Object>>, WriteError> {
        let has_ours = finalizer::is_on(object.meta());
        if object.meta().deletion_timestamp.is_some() {
            return Ok(has_ours.then_some(object));
        }
        if has_ours || !self.reconciler.wants_finalizer(&object) {
            return Ok(Some(object));
        }
        let added = finalizer::add(api, &object, self.context.role.field_manager).await?;
        Ok(Some(self.store.put(added)))
    }

    fn begin(
        &self,
        turn: Turn,
        permit: OwnedSemaphorePermit,
        api: Api<R::Object>,
        object: &R::Object,
    ) -> Pass<R::Object> {
        let status = StatusWriter::new(
            api,
            self.store.clone(),
            object,
            R::OWNED_CONDITIONS,
            self.context.role,
        );
        Pass {
            key: turn.key,
            cause: turn.cause,
            started: Timestamp::now(),
            clock: Instant::now(),
            newer: turn.newer,
            queue: Arc::clone(&self.queue),
            stop: self.context.stop.clone(),
            permits: Arc::clone(&self.permits),
            permit: Mutex::new(Some(permit)),
            status: tokio::sync::Mutex::new(status),
            subject: Subject::of(&self.context.recorder, object),
        }
    }

    /// Writes what the report says and names the next time.
    async fn settle(
        &self,
        api: &Api<R::Object>,
        object: &R::Object,
        pass: Pass<R::Object>,
        report: Report<R::Status>,
    ) -> (PassResult, Next) {
        let mut status = pass.status.into_inner();
        let is_last = report.finalizer == Finalizer::Release && finalizer::is_only(object.meta());
        let written = match encode(&pass.key, &report.status) {
            Ok(_) if is_last => Ok(()),
            Ok(wanted) if report.finalizer == Finalizer::Disown => status.write_as_is(wanted).await,
            Ok(wanted) => {
                status
                    .write_final(wanted, requested_at(object.meta()))
                    .await
            }
            Err(error) => Err(error),
        };
        for event in report.events {
            pass.subject.emit(event);
        }
        let released = match (written, report.finalizer) {
            (Ok(()), Finalizer::Release | Finalizer::Disown) if finalizer::is_on(object.meta()) => {
                finalizer::remove(api, object, self.context.role.field_manager).await
            }
            (written, _) => written,
        };
        log(&report.log);
        match released {
            Ok(()) => (
                PassResult::of(report.requeue, report.log.error.is_some()),
                self.next(report.requeue),
            ),
            Err(WriteError::Gone { .. }) => (PassResult::Success, Next::Idle),
            Err(error) => write_failed(&error),
        }
    }

    fn next(&self, requeue: Requeue) -> Next {
        match requeue {
            Requeue::Never | Requeue::After(Duration::ZERO) | Requeue::Interval(Duration::ZERO) => {
                Next::Idle
            }
            Requeue::After(delay) => Next::After(delay),
            Requeue::Interval(interval) => {
                let share = rand::rng().random_range(-1.0..=1.0);
                Next::After(jittered(
                    interval,
                    self.context.settings.jitter_percentage,
                    share,
                ))
            }
            Requeue::Backoff => Next::Backoff,
        }
    }
}

/// `interval`, longer or shorter by up to `percentage` of it; `share` in -1..=1 picks where in that range.
fn jittered(interval: Duration, percentage: u8, share: f64) -> Duration {
    interval.mul_f64(1.0 + f64::from(percentage.min(99)) / 100.0 * share)
}

fn write_failed(error: &WriteError) -> (PassResult, Next) {
    tracing::error!(error = %error, "Reconciler error");
    (PassResult::Error, Next::Backoff)
}

fn log(line: &LogLine) {
    let revision = line.revision.as_deref();
    match &line.error {
        Some(error) => tracing::error!(error = %error, revision, "{}", line.message),
        None if line.message.is_empty() => {}
        None => tracing::info!(revision, "{}", line.message),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// An id in the form of a version 4 UUID; it only has to tell the passes in a log apart.
fn reconcile_id() -> String {
    let bits: u128 = rand::rng().random();
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_vary_by_the_stated_share_at_most() {
        let hour = Duration::from_hours(1);
        assert_eq!(jittered(hour, 5, -1.0), Duration::from_mins(57));
        assert_eq!(jittered(hour, 5, 1.0), Duration::from_mins(63));
        assert_eq!(jittered(hour, 0, 1.0), hour);
    }

    #[test]
    fn ids_have_the_form_of_a_uuid() {
        let id = reconcile_id();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
    }
}

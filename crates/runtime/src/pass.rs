//! One pass over one object: what a reconcile may ask of the shell while it runs.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    drive::status::{StatusWriter, WriteError, encode},
    event::Subject,
    object::{Managed, ObjectKey, ObjectRef},
    queue::{Newer, Queue},
    report::Event,
};

/// Steps shorter than this leave no trace in status: a write that is replaced within the second
/// costs more than whoever would read it gains.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);

/// How long a pass lets others go first. Looking at a thousand objects for a change takes less.
const GIVE_WAY: Duration = Duration::from_secs(1);

/// Why an object is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It was there when the controller started.
    Startup,
    /// Its interval is over.
    Interval,
    /// The last pass failed.
    Retry,
    /// Another object, for example its source, changed.
    Watch(ObjectRef),
    /// Another object changed, in nothing that this one is made from: it has to catch up, and has time to.
    CatchUp(ObjectRef),
    /// Its specification changed, or it was created or marked for deletion.
    Changed,
    /// Somebody asked for it (`reconcile.fluxcd.io/requestedAt`): nothing that may be stale is trusted.
    Requested,
}

impl Cause {
    /// True where somebody waits for the result.
    pub fn is_prompt(&self) -> bool {
        match self {
            Self::Startup | Self::Interval | Self::Retry | Self::CatchUp(_) => false,
            Self::Watch(_) | Self::Changed | Self::Requested => true,
        }
    }

    /// Of two causes the one with the greater weight is told.
    pub(crate) fn weight(&self) -> u8 {
        match self {
            Self::Interval => 0,
            Self::Retry => 1,
            Self::Startup => 2,
            Self::CatchUp(_) => 3,
            Self::Watch(_) => 4,
            Self::Changed => 5,
            Self::Requested => 6,
        }
    }
}

/// How long a wait may last, besides until what is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    /// The deadline.
    pub until: Instant,
    /// True if the wait ends when the object is woken again (gate `CancelHealthCheckOnNewRevision`).
    pub is_cancelled_by_newer: bool,
}

/// Why a wait ended without what was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interrupted {
    /// The deadline passed.
    Deadline,
    /// The object was woken again, by this.
    Newer(Cause),
    /// The controller stops. Whatever the reconcile returns now is dropped: no status, no event. The
    /// next controller begins anew.
    Stopping,
}

/// One pass over one object.
#[derive(Debug)]
pub struct Pass<O: Managed> {
    pub(crate) key: ObjectKey,
    pub(crate) cause: Cause,
    pub(crate) started: Timestamp,
    pub(crate) clock: Instant,
    pub(crate) newer: Arc<Newer>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) stop: CancellationToken,
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) permit: Mutex<Option<OwnedSemaphorePermit>>,
    pub(crate) status: tokio::sync::Mutex<StatusWriter<O>>,
    pub(crate) subject: Subject,
}

impl<O: Managed> Pass<O> {
    /// The object.
    pub fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// Why the object is looked at.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// When the pass began.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// The wall clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// How long the pass has lasted.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// What woke the object since the pass began, if anything did. The object is queued again in any case.
    pub fn newer(&self) -> Option<&Cause> {
        self.newer.cause()
    }

    /// Cancelled when the controller stops. Waits heed it by themselves; a long step that can be given up
    /// without harm should, too.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Waits without holding a worker: the permit of this pass is given back until `future` is ready.
    ///
    /// `future` should rest on subscriptions, not on polling. A pass waits for one thing at a time.
    ///
    /// # Errors
    /// [`Interrupted`], with `future` dropped.
    pub async fn wait<T>(
        &self,
        wait: Wait,
        future: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        drop(self.permit.lock().take());
        let result = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(Interrupted::Stopping),
            value = future => Ok(value),
            () = tokio::time::sleep_until(wait.until) => Err(Interrupted::Deadline),
            cause = self.newer.woken(), if wait.is_cancelled_by_newer => Err(Interrupted::Newer(cause)),
        };
        self.take_permit().await?;
        result
    }

    /// Waits for somebody else's answer without holding a worker, for as long as that takes: for a `future` that has
    /// bounds of its own.
    ///
    /// # Errors
    /// [`Interrupted::Stopping`], with `future` dropped.
    pub async fn aside<T>(&self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        drop(self.permit.lock().take());
        let value = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(Interrupted::Stopping),
            value = future => value,
        };
        self.take_permit().await?;
        Ok(value)
    }

    async fn take_permit(&self) -> Result<(), Interrupted> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Interrupted::Stopping),
            permit = Arc::clone(&self.permits).acquire_owned() => {
                *self.permit.lock() = permit.ok();
                Ok(())
            }
        }
    }

    /// Lets those begin whose turn has come: for a pass that has found that nobody waits for what it has left to do.
    ///
    /// When one of many objects changed, the others would stand in its way. No worker is held meanwhile, and others
    /// go first for a second at most.
    ///
    /// # Errors
    /// [`Interrupted::Stopping`].
    pub async fn give_way(&self) -> Result<(), Interrupted> {
        let wait = Wait {
            until: Instant::now() + GIVE_WAY,
            is_cancelled_by_newer: false,
        };
        match self.wait(wait, self.queue.drained()).await {
            Ok(()) | Err(Interrupted::Deadline | Interrupted::Newer(_)) => Ok(()),
            Err(Interrupted::Stopping) => Err(Interrupted::Stopping),
        }
    }

    /// Runs one step; if it lasts over a second, `progress` is written as the status meanwhile.
    ///
    /// A progress status that cannot be written is no reason to stop: the final one tells.
    pub async fn step<S: Serialize, T>(
        &self,
        progress: impl FnOnce() -> S,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        if let Ok(value) = tokio::time::timeout(PROGRESS_AFTER, &mut work).await {
            return value;
        }
        let told = self.checkpoint(&progress());
        let told = async {
            if let Err(error) = told.await {
                tracing::debug!(error = %error, "progress was not written");
            }
        };
        let (value, ()) = tokio::join!(work, told);
        value
    }

    /// Writes the status now: before the first side effect that it must remember.
    ///
    /// # Errors
    /// [`WriteError`] if the status was not written; the side effect must not happen then.
    pub fn checkpoint<S: Serialize>(
        &self,
        status: &S,
    ) -> impl Future<Output = Result<(), WriteError>> + Send + use<'_, O, S> {
        let encoded = encode(&self.key, status);
        async move { self.status.lock().await.write_progress(encoded?).await }
    }

    /// Sends an event now, ahead of those in the report.
    pub fn emit(&self, event: Event) {
        self.subject.emit(event);
    }
}

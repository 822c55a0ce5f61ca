//! From an outcome to status, events and the next time. Pure.

use jiff::Timestamp;
use rheostat_api::resource::{ReconciledSpec as _, ReconciledStatus};
use rheostat_api::{
    Artifact, Condition, ConditionStatus, ConditionType, Kind, Object, Reason, metadata,
};
use rheostat_runtime::{Conditions, Event, EventType, Finalizer, LogLine, Moment, Report, Requeue};

use super::outcome::{Halt, Mark, Outcome, Produced, Retry, Run};
use super::stored::Stored;
use super::{Found, Source, SourceStatus, summary};

/// The condition types that belong to sources.
pub(super) const OWNED_CONDITIONS: &[ConditionType] = &[
    ConditionType::Ready,
    ConditionType::Reconciling,
    ConditionType::Stalled,
    ConditionType::ArtifactInStorage,
    ConditionType::ArtifactOutdated,
    ConditionType::FetchFailed,
    ConditionType::StorageOperationFailed,
    ConditionType::IncludeUnavailable,
    ConditionType::BuildFailed,
    ConditionType::SourceVerified,
];

/// Conditions that tell why nothing new could be had. One displaces the
/// others.
const CAUSES: &[ConditionType] = &[
    ConditionType::FetchFailed,
    ConditionType::IncludeUnavailable,
    ConditionType::BuildFailed,
];

/// Says what an outcome means.
pub(super) fn report<S: Source>(
    object: &Object<S::Kind>,
    outcome: &Outcome<S::Note>,
    moment: Moment,
) -> Report<<S::Kind as Kind>::Status> {
    match outcome {
        Outcome::Suspended | Outcome::Interrupted => suspended(object, moment),
        Outcome::Static => let_go(),
        Outcome::Removed { had_files } => removed(object, *had_files),
        Outcome::NotRemoved { error } => not_removed(object, error),
        Outcome::Ran(run) => {
            let Run {
                stored,
                notes,
                result,
            } = &**run;
            let mut draft = Draft::begin(object, stored, moment.now);
            for note in notes {
                S::write(note, object, &mut draft.status);
            }
            match result {
                Ok(produced) => succeeded::<S>(draft, produced),
                Err(halt) => {
                    draft.halt(halt);
                    halted(draft, halt)
                }
            }
        }
    }
}

/// The status of a pass that has lasted for a while.
pub(super) fn progress<S: Source>(
    object: &Object<S::Kind>,
    stored: &Stored,
    now: Timestamp,
) -> <S::Kind as Kind>::Status {
    let mut draft = Draft::begin(object, stored, now);
    let message = draft.reconciling.clone();
    let mut conditions = draft.conditions();
    let is_open = conditions
        .get(&ConditionType::Ready)
        .is_none_or(|ready| ready.status == ConditionStatus::Unknown);
    if is_open || stored.artifact.is_none() {
        conditions.mark_unknown(ConditionType::Ready, Reason::Progressing, message);
    }
    draft.status
}

/// A status on its way from what it was to what it will be.
struct Draft<'a, K: Kind> {
    object: &'a Object<K>,
    status: K::Status,
    now: Timestamp,
    /// What `Reconciling` says.
    reconciling: String,
    events: Vec<Event>,
}

impl<'a, K: Kind<Status: SourceStatus>> Draft<'a, K> {
    /// Takes up what was found in the storage.
    fn begin(object: &'a Object<K>, stored: &Stored, now: Timestamp) -> Self {
        let mut draft = Self {
            object,
            status: object.status.clone().unwrap_or_default(),
            now,
            reconciling: reconciling(object),
            events: storage_events(stored),
        };
        draft.status.set_artifact(stored.artifact.clone());
        if stored.artifact.is_none() || draft.status.url().is_some_and(|url| !url.is_empty()) {
            draft.status.set_url(stored.link.clone());
        }
        if stored.artifact.is_none() {
            "building artifact".clone_into(&mut draft.reconciling);
            if stored.is_missing {
                draft.reconciling.push_str(": disappeared from storage");
            }
        }
        let message = draft.reconciling.clone();
        let mut conditions = draft.conditions();
        if stored.artifact.is_none() {
            conditions.remove(&ConditionType::ArtifactInStorage);
        }
        conditions.remove(&ConditionType::StorageOperationFailed);
        conditions.mark_reconciling(Reason::Progressing, message);
        draft
    }

    fn conditions(&mut self) -> Conditions<'_> {
        let generation = self.object.generation();
        Conditions::new(self.status.conditions_mut(), generation, self.now)
    }

    /// Takes up a failure.
    fn halt(&mut self, halt: &Halt) {
        if let Some(news) = &halt.news {
            let told = &news.told;
            self.reconciling = format!("building artifact: {}", told.message);
            let is_outdated = self.status.artifact().is_some();
            let mut conditions = self.conditions();
            // Upstream was read, whatever came after.
            conditions.remove(&ConditionType::FetchFailed);
            if is_outdated {
                let reason = told.reason.clone();
                conditions.mark_true(ConditionType::ArtifactOutdated, reason, &*told.message);
            }
        }
        if let Some(mark) = &halt.condition {
            let Mark { condition, told } = &**mark;
            let mut conditions = self.conditions();
            if CAUSES.contains(condition) {
                for other in CAUSES.iter().filter(|other| *other != condition) {
                    conditions.remove(other);
                }
            }
            conditions.mark_true(condition.clone(), told.reason.clone(), &*told.message);
        }
        if let Some(trace) = &halt.trace {
            let event = Event::trace(trace.reason.as_str(), &*trace.message);
            self.events.push(event);
        }
        let (reason, message) = (halt.told.reason.as_str(), &*halt.told.message);
        self.events.push(match halt.event {
            EventType::Normal => Event::normal(reason, message),
            EventType::Warning => Event::warning(reason, message),
            EventType::Trace => Event::trace(reason, message),
        });
    }

    /// Takes up the address of the link to a new artifact. One that could not
    /// be set still leads to an older one.
    fn link(&mut self, link: Option<&Result<String, String>>) {
        match link {
            Some(Ok(url)) => self.status.set_url(Some(url.clone())),
            Some(Err(problem)) => self.events.push(Event::trace(
                Reason::SymlinkUpdateFailed.as_str(),
                format!("failed to update status URL symlink: {problem}"),
            )),
            None => {}
        }
    }

    /// Sums up.
    fn end(mut self, requeue: Requeue, log: LogLine) -> Report<K::Status> {
        sum_up(&mut self.status, self.object.generation(), self.now);
        Report {
            status: self.status,
            finalizer: Finalizer::Keep,
            events: self.events,
            requeue,
            log,
        }
    }
}

/// Sets `Ready` by the other conditions. Whether there are any.
fn sum_up(status: &mut impl ReconciledStatus, generation: i64, now: Timestamp) -> bool {
    let Some((ready, reason, message)) = summary::ready(status.conditions()) else {
        return false;
    };
    let mut conditions = Conditions::new(status.conditions_mut(), generation, now);
    match ready {
        ConditionStatus::True => conditions.mark_true(ConditionType::Ready, reason, message),
        ConditionStatus::False => conditions.mark_false(ConditionType::Ready, reason, message),
        _ => conditions.mark_unknown(ConditionType::Ready, reason, message),
    }
    true
}

fn reconciling<K: Kind<Status: SourceStatus>>(object: &Object<K>) -> String {
    let observed = object
        .status
        .as_ref()
        .and_then(ReconciledStatus::observed_generation);
    match observed {
        Some(observed) if observed == object.generation() => {
            "reconciliation in progress".to_owned()
        }
        observed => format!(
            "processing object: new generation {} -> {}",
            observed.unwrap_or_default(),
            object.generation()
        ),
    }
}

fn storage_events(stored: &Stored) -> Vec<Event> {
    let mut events = Vec::new();
    if stored.collected > 0 {
        events.push(Event::trace(
            Reason::GarbageCollectionSucceeded.as_str(),
            format!("garbage collected {} artifacts", stored.collected),
        ));
    }
    if let Some(error) = &stored.collection_error {
        events.push(Event::warning(
            Reason::GarbageCollectionFailed.as_str(),
            format!("garbage collection of artifacts failed: {error}"),
        ));
    }
    if let Some(problem) = &stored.corruption {
        events.push(Event::warning(
            Reason::ArtifactVerificationFailed.as_str(),
            format!("failed to verify integrity of artifact: {problem}"),
        ));
    }
    events
}

fn succeeded<S: Source>(
    mut draft: Draft<'_, S::Kind>,
    produced: &Produced,
) -> Report<<S::Kind as Kind>::Status> {
    let found = match produced {
        Produced::Unchanged(found) | Produced::UpToDate(found) => found,
        Produced::New {
            found,
            artifact,
            link,
            remarks,
        } => {
            let remarks = remarks.iter();
            let remarks = remarks.map(|told| Event::trace(told.reason.as_str(), &*told.message));
            draft.events.extend(remarks);
            draft.status.set_artifact(Some((**artifact).clone()));
            draft.link(link.as_ref());
            found
        }
    };
    let mut conditions = draft.conditions();
    for r#type in [
        ConditionType::FetchFailed,
        ConditionType::IncludeUnavailable,
        ConditionType::BuildFailed,
        ConditionType::ArtifactOutdated,
        ConditionType::SourceVerified,
        ConditionType::Reconciling,
        ConditionType::Stalled,
    ] {
        conditions.remove(&r#type);
    }
    let success = &found.success;
    let reason = success.reason.clone();
    conditions.mark_true(ConditionType::ArtifactInStorage, reason, &*success.message);
    draft
        .status
        .set_observed_generation(draft.object.generation());
    let news = news::<S>(&draft, found);
    let (routine, message) = routine::<S>(produced);
    match produced {
        // The order in which the reference sends them.
        Produced::UpToDate(_) => draft.events.extend(routine.into_iter().chain(news)),
        _ => draft.events.extend(news.into_iter().chain(routine)),
    }
    let log = LogLine {
        message,
        error: None,
        revision: Some(found.revision.clone()),
    };
    let interval = draft.object.spec.interval().to_std();
    draft.end(Requeue::Interval(interval), log)
}

/// What is worth telling: another artifact, or the end of a failure.
fn news<S: Source>(draft: &Draft<'_, S::Kind>, found: &Found) -> Option<Event> {
    let before = draft.object.status.as_ref();
    let artifact = draft.status.artifact()?;
    let reason =
        if before.and_then(|status| status.artifact()).map(digest) != Some(digest(artifact)) {
            Reason::NewArtifact
        } else if has_failed(draft.object, S::FAILURES) {
            Reason::Succeeded
        } else {
            return None;
        };
    let reason = match &found.success.reason {
        Reason::Succeeded => reason,
        own => own.clone(),
    };
    Some(
        Event::normal(reason.as_str(), &*found.announcement)
            .with(metadata::source::EVENT_REVISION, &*artifact.revision)
            .with(metadata::source::EVENT_DIGEST, &*artifact.digest),
    )
}

/// Whether the last pass ended with one of the failures, which are gone after
/// a pass that succeeded.
pub(crate) fn has_failed<K: Kind<Status: SourceStatus>>(
    object: &Object<K>,
    failures: &[ConditionType],
) -> bool {
    let is_true = |failure| object.condition(failure).is_some_and(Condition::is_true);
    failures.iter().any(is_true)
}

fn digest(artifact: &Artifact) -> &str {
    &artifact.digest
}

/// The event of a pass that changed nothing, and the line in the log.
fn routine<S: Source>(produced: &Produced) -> (Option<Event>, String) {
    let (reason, message) = match produced {
        Produced::New { found, .. } => return (None, found.announcement.clone()),
        Produced::Unchanged(Found { revision, .. }) => (
            S::UNCHANGED,
            format!("no changes since last reconciliation: observed revision '{revision}'"),
        ),
        Produced::UpToDate(Found { revision, .. }) => (
            Reason::ArtifactUpToDate,
            format!("artifact up-to-date with remote revision: '{revision}'"),
        ),
    };
    (Some(Event::trace(reason.as_str(), &*message)), message)
}

fn halted<K: Kind<Status: SourceStatus>>(
    mut draft: Draft<'_, K>,
    halt: &Halt,
) -> Report<K::Status> {
    let requeue = match halt.retry {
        Retry::Never => {
            draft
                .conditions()
                .mark_stalled(halt.told.reason.clone(), &*halt.told.message);
            draft
                .status
                .set_observed_generation(draft.object.generation());
            Requeue::Never
        }
        Retry::Backoff => {
            let message = draft.reconciling.clone();
            draft
                .conditions()
                .mark_reconciling(Reason::ProgressingWithRetry, message);
            Requeue::Backoff
        }
    };
    let log = LogLine {
        message: "Reconciler error".to_owned(),
        error: Some(halt.told.message.clone()),
        revision: halt.news.as_ref().map(|news| news.revision.clone()),
    };
    draft.end(requeue, log)
}

/// A suspended object keeps what it has; only `Ready` is summed up again, and
/// what was being retried is said of the present generation.
fn suspended<K: Kind<Status: SourceStatus>>(
    object: &Object<K>,
    moment: Moment,
) -> Report<K::Status> {
    let mut status = object.status.clone().unwrap_or_default();
    let generation = object.generation();
    let mut conditions = Conditions::new(status.conditions_mut(), generation, moment.now);
    if let Some(Condition {
        reason, message, ..
    }) = conditions.get(&ConditionType::Reconciling).cloned()
    {
        conditions.mark_reconciling(reason, message);
    }
    if sum_up(&mut status, generation, moment.now) {
        status.set_observed_generation(generation);
    }
    Report {
        status,
        finalizer: Finalizer::Keep,
        events: Vec::new(),
        requeue: Requeue::Never,
        log: LogLine {
            message: "reconciliation is suspended for this object".to_owned(),
            ..LogLine::default()
        },
    }
}

/// An object that only stands for something has no status.
fn let_go<T: Default>() -> Report<T> {
    Report {
        status: T::default(),
        finalizer: Finalizer::Disown,
        events: Vec::new(),
        requeue: Requeue::Never,
        log: LogLine::default(),
    }
}

fn removed<K: Kind>(object: &Object<K>, had_files: bool) -> Report<K::Status> {
    let message = "garbage collected artifacts for deleted resource";
    let event = Event::trace(Reason::GarbageCollectionSucceeded.as_str(), message);
    Report {
        status: object.status.clone().unwrap_or_default(),
        finalizer: Finalizer::Release,
        events: had_files.then_some(event).into_iter().collect(),
        requeue: Requeue::Never,
        log: LogLine {
            message: message.to_owned(),
            ..LogLine::default()
        },
    }
}

fn not_removed<K: Kind>(object: &Object<K>, error: &str) -> Report<K::Status> {
    let message = format!("garbage collection for deleted resource failed: {error}");
    Report {
        status: object.status.clone().unwrap_or_default(),
        finalizer: Finalizer::Keep,
        events: vec![Event::warning(
            Reason::GarbageCollectionFailed.as_str(),
            &*message,
        )],
        requeue: Requeue::Backoff,
        log: LogLine {
            message: "Reconciler error".to_owned(),
            error: Some(message),
            revision: None,
        },
    }
}

#[cfg(test)]
mod tests;

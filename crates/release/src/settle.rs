//! Waiting for the objects of a release: until they are healthy, have done their work, or are gone.

use std::time::Duration;

use rheostat_apply::wait::{self, Expectation, Subject, WaitRules};
use rheostat_apply::{Entry, Inventory, ObjectId};
use serde_json::Value;
use tokio::time::Instant;

use crate::configuration::Configuration;
use crate::error::Cause;
use crate::objects::Object;
use crate::observer::StepKind;

/// What an action waits for, besides hooks, for whose end it always waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wait {
    /// Nothing.
    #[default]
    Nothing,
    /// All objects to be healthy; Jobs need only have begun. At deletion: all objects to be gone.
    Objects,
    /// The same, and Jobs to be complete.
    ObjectsAndJobs,
}

/// Waits until objects are healthy.
pub(crate) async fn healthy(
    configuration: &Configuration,
    objects: &[Object],
    wait: Wait,
    timeout: Duration,
) -> Result<(), Cause> {
    let expectation = match wait {
        Wait::Nothing => return Ok(()),
        Wait::Objects => Expectation::Started,
        Wait::ObjectsAndJobs => Expectation::Healthy,
    };
    let objects = objects.iter().filter(|object| !is_paused(object));
    let subjects: Vec<Subject> = objects
        .map(|object| {
            Subject::new(object.target.clone(), object.seen.clone())
                .expecting(expectation)
                .expiring_as(&object.value)
        })
        .collect();
    if subjects.is_empty() {
        return Ok(());
    }
    settle(configuration, subjects, timeout, true).await
}

/// Waits until the objects of a hook have done their work.
pub(crate) async fn done(
    configuration: &Configuration,
    objects: &[Object],
    timeout: Duration,
) -> Result<(), Cause> {
    let subjects: Vec<Subject> = objects
        .iter()
        .filter(|object| matches!(object.kind(), "Job" | "Pod"))
        .map(|object| {
            Subject::new(object.target.clone(), None)
                .expecting(Expectation::Done)
                .expiring_as(&object.value)
        })
        .collect();
    if subjects.is_empty() {
        return Ok(());
    }
    settle(configuration, subjects, timeout, false).await
}

/// Waits until objects are gone, finalizers and all.
pub(crate) async fn gone(
    configuration: &Configuration,
    objects: &[Object],
    wait: Wait,
    timeout: Duration,
) -> Result<(), Cause> {
    if wait == Wait::Nothing || objects.is_empty() {
        return Ok(());
    }
    let entry = |object: &Object| {
        let resource = object.target.resource();
        Entry {
            id: ObjectId {
                namespace: object.target.namespace().unwrap_or_default().to_owned(),
                name: object.target.name().to_owned(),
                group: resource.group.clone(),
                kind: resource.kind.clone(),
            },
            version: resource.version.clone(),
        }
    };
    let inventory: Inventory = objects.iter().map(entry).collect();
    announce(configuration, objects.len()).await?;
    let until = Instant::now() + timeout;
    let gone = wait::until_gone(&configuration.cluster, &inventory, until);
    tokio::select! {
        () = configuration.abort.cancelled() => Err(Cause::Aborted),
        gone = gone => Ok(gone?),
    }
}

async fn settle(
    configuration: &Configuration,
    subjects: Vec<Subject>,
    timeout: Duration,
    is_failing_fast: bool,
) -> Result<(), Cause> {
    announce(configuration, subjects.len()).await?;
    let rules = WaitRules {
        until: Instant::now() + timeout,
        is_failing_fast,
    };
    let settled = wait::until_current(&configuration.cluster, subjects, rules);
    tokio::select! {
        () = configuration.abort.cancelled() => Err(Cause::Aborted),
        settled = settled => Ok(settled?),
    }
}

async fn announce(configuration: &Configuration, count: usize) -> Result<(), Cause> {
    let subject = format!("{count} objects with a timeout");
    configuration.announce(StepKind::Wait, subject).await
}

/// A Deployment that is paused never becomes ready.
fn is_paused(object: &Object) -> bool {
    object.kind() == "Deployment"
        && object.target.resource().group == "apps"
        && object.value.pointer("/spec/paused") == Some(&Value::Bool(true))
}

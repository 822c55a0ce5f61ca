//! Following the objects, to see when a phase is over.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Result, bail};
use futures::StreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client};
use rheostat_api::resource::ReconciledStatus as _;
use rheostat_api::{Condition, ConditionType, Object};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::workload::{NAMESPACE, Workload};

/// What is looked at in an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) is_ready: bool,
    /// The revision that it has brought to the cluster.
    pub(super) shown: String,
    pub(super) handled: String,
}

pub(super) type All = HashMap<String, Seen>;

/// The objects as they are; dropping it ends the watch.
#[derive(Debug)]
pub(super) struct Follower {
    all: watch::Receiver<All>,
    task: JoinHandle<()>,
}

impl Follower {
    pub(super) fn start<W: Workload>(client: Client) -> Self {
        let (sender, all) = watch::channel(All::new());
        Self {
            all,
            task: tokio::spawn(follow::<W>(client, sender)),
        }
    }

    /// Waits until `condition` holds for all of them.
    ///
    /// # Errors
    /// It does not within `limit`; the text tells for how many it did not.
    pub(super) async fn until(
        &mut self,
        limit: Duration,
        left: impl Fn(&All) -> usize,
    ) -> Result<()> {
        let waited = tokio::time::timeout(limit, self.all.wait_for(|all| left(all) == 0))
            .await
            .is_ok();
        if !waited {
            bail!(
                "{} objects were not done within {limit:?}",
                left(&self.all.borrow())
            );
        }
        Ok(())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow<W: Workload>(client: Client, sender: watch::Sender<All>) {
    let objects = Api::<Object<W::Kind>>::namespaced(client, NAMESPACE);
    let mut events = pin!(watcher::watcher(objects, watcher::Config::default()));
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Apply(object) | Event::InitApply(object)) => {
                sender.send_modify(|all| {
                    all.insert(object.name().to_owned(), seen::<W>(&object));
                });
            }
            Ok(Event::Delete(object)) => sender.send_modify(|all| drop(all.remove(object.name()))),
            Ok(Event::Init) => sender.send_modify(All::clear),
            Ok(Event::InitDone) => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

fn seen<W: Workload>(object: &Object<W::Kind>) -> Seen {
    let is_ready = object
        .condition(&ConditionType::Ready)
        .is_some_and(Condition::is_true);
    let status = object.status.as_ref();
    let shown = status.and_then(W::shown);
    let handled = status.and_then(|status| status.last_handled_reconcile_at());
    Seen {
        is_ready,
        shown: shown.unwrap_or_default().to_owned(),
        handled: handled.unwrap_or_default().to_owned(),
    }
}

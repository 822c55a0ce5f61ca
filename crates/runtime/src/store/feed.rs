//! The task that keeps a store up to date.

use std::{collections::HashSet, pin::pin, time::Duration};

use futures::StreamExt;
use kube::{
    Api, Resource,
    runtime::watcher::{self, Event},
};
use tokio_util::sync::CancellationToken;

use super::{Delivered, Origin, Store};
use crate::object::{Managed, ObjectKey};

/// After an error the watch is tried again after the first of these, and then after twice as long each time up to the
/// second. A server that is back after a minute is noticed within seconds; one that is down is asked a few
/// times a minute.
const RETRY_MIN: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(5);

pub(super) async fn run<K: Managed>(
    store: Store<K>,
    api: Api<Delivered<K>>,
    labels: String,
    stop: CancellationToken,
) {
    let mut config = watcher::Config::default().streaming_lists();
    config.label_selector = (!labels.is_empty()).then_some(labels);
    let mut is_streaming = true;
    loop {
        let fed = feed(&store, api.clone(), config.clone(), is_streaming);
        tokio::select! {
            () = stop.cancelled() => return,
            () = fed => {}
        }
        tracing::info!(kind = %K::kind(&()), "the API server does not stream lists; listing in pages instead");
        config.initial_list_strategy = watcher::InitialListStrategy::ListWatch;
        is_streaming = false;
    }
}

/// Feeds the store for ever; returns only if the server turns down streaming lists.
async fn feed<K: Managed>(
    store: &Store<K>,
    api: Api<Delivered<K>>,
    config: watcher::Config,
    is_streaming: bool,
) {
    let mut events = pin!(watcher::watcher(api, config));
    let mut listed = HashSet::new();
    let mut delay = RETRY_MIN;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                delay = RETRY_MIN;
                take(store, &mut listed, event);
            }
            Err(error) if is_streaming && is_unsupported(&error) => return,
            Err(error) => {
                tracing::error!(kind = %K::kind(&()), error = %error, "watch failed, trying again");
                if is_not_served(&error) {
                    // Of a kind that is not defined there is nothing yet, and nobody waits for it.
                    store.inner.is_ready.send_replace(true);
                }
                tokio::time::sleep(delay).await;
                delay = (delay * 2).min(RETRY_MAX);
            }
        }
    }
}

pub(super) fn take<K: Managed>(
    store: &Store<K>,
    listed: &mut HashSet<ObjectKey>,
    event: Event<Delivered<K>>,
) {
    match event {
        Event::Init => listed.clear(),
        Event::InitApply(object) => {
            listed.insert(ObjectKey::of(object.meta()));
            keep(store, object, Origin::List);
        }
        Event::InitDone => {
            let gone: Vec<ObjectKey> = {
                let objects = store.inner.objects.read();
                objects
                    .by_key
                    .keys()
                    .filter(|key| !listed.contains(*key))
                    .cloned()
                    .collect()
            };
            for key in gone {
                store.remove(&key);
            }
            *listed = HashSet::new();
            store.inner.is_ready.send_replace(true);
        }
        Event::Apply(object) => keep(store, object, Origin::Watch),
        Event::Delete(object) => store.remove(&ObjectKey::of(object.meta())),
    }
}

/// An object that cannot be decoded must not stop the others: it counts as absent until it is mended.
fn keep<K: Managed>(store: &Store<K>, object: Delivered<K>, origin: Origin) {
    match object.0 {
        Ok(object) => {
            store.apply(object, origin);
        }
        Err(broken) => {
            let key = ObjectKey::of(&broken.metadata);
            tracing::error!(kind = %K::kind(&()), name = key.name, namespace = key.namespace, error = %broken.error, "object cannot be decoded");
            store.remove(&key);
        }
    }
}

/// The server knows no such kind.
fn is_not_served(error: &watcher::Error) -> bool {
    matches!(
        error,
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 404
    )
}

/// Servers before 1.27, and those with the feature off, answer that the option is invalid.
fn is_unsupported(error: &watcher::Error) -> bool {
    if let watcher::Error::InitialListFailed(kube::Error::Api(status))
    | watcher::Error::WatchStartFailed(kube::Error::Api(status))
    | watcher::Error::WatchError(status) = error
    {
        return matches!(status.code, 400 | 422) && status.message.contains("sendInitialEvents");
    }
    false
}

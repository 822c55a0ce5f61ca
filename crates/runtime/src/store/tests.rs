use std::collections::HashSet;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{api::ObjectMeta, runtime::watcher::Event};

use super::{delivered::Broken, *};

fn config_map(name: &str, uid: &str, version: u64) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            namespace: Some("apps".to_owned()),
            name: Some(name.to_owned()),
            uid: Some(uid.to_owned()),
            resource_version: Some(version.to_string()),
            ..ObjectMeta::default()
        },
        ..ConfigMap::default()
    }
}

fn store() -> (Store<ConfigMap>, Arc<Mutex<Vec<String>>>) {
    let index = |object: &ConfigMap| {
        vec![ObjectRef::new(
            "Node",
            "",
            &object.metadata.uid.clone().unwrap_or_default()[..1],
        )]
    };
    let store = Store::empty(Selection {
        index,
        ..Selection::default()
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    store.on_change(move |change| {
        let version = |object: &Option<Arc<ConfigMap>>| {
            object
                .as_deref()
                .and_then(|object| object.metadata.resource_version.clone())
                .unwrap_or_default()
        };
        log.lock().push(format!(
            "{} {}>{}",
            change.key.name,
            version(&change.old),
            version(&change.new)
        ));
    });
    (store, seen)
}

#[test]
fn a_delivery_that_changes_nothing_is_dropped() {
    let (store, seen) = store();
    store.apply(config_map("a", "u1", 1), Origin::List);
    store.apply(config_map("a", "u1", 1), Origin::List);
    store.apply(config_map("a", "u1", 2), Origin::Watch);
    assert_eq!(*seen.lock(), ["a >1", "a 1>2"]);
}

#[test]
fn our_own_write_outlives_older_deliveries_and_brings_nothing_back() {
    let (store, seen) = store();
    store.apply(config_map("a", "u1", 1), Origin::List);
    store.put(config_map("a", "u1", 5));
    store.apply(config_map("a", "u1", 3), Origin::Watch);
    store.apply(config_map("a", "u1", 5), Origin::Watch);
    store.apply(config_map("a", "u1", 4), Origin::Watch);
    store.remove(&ObjectKey::new("apps", "a"));
    store.put(config_map("a", "u1", 6));
    assert_eq!(*seen.lock(), ["a >1", "a 1>5", "a 5>4", "a 4>"]);
    assert!(store.is_empty());
}

#[test]
fn referrers_follow_the_index() {
    let (store, _) = store();
    let target = ObjectRef::new("Node", "", "u");
    store.apply(config_map("b", "u1", 1), Origin::List);
    store.apply(config_map("a", "u2", 1), Origin::List);
    let names = |store: &Store<ConfigMap>| {
        store
            .referrers(&target)
            .iter()
            .map(|key| key.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&store), ["a", "b"]);
    store.apply(config_map("b", "x1", 2), Origin::Watch);
    assert_eq!(names(&store), ["a"]);
}

#[tokio::test]
async fn a_waiter_is_woken_by_its_object_alone() {
    let (store, _) = store();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move {
            let key = ObjectKey::new("apps", "a");
            store
                .wait_until(&key, |object| {
                    object?
                        .metadata
                        .resource_version
                        .clone()
                        .filter(|version| version == "2")
                })
                .await
        }
    });
    tokio::task::yield_now().await;
    store.apply(config_map("b", "u1", 2), Origin::Watch);
    store.apply(config_map("a", "u2", 1), Origin::Watch);
    store.apply(config_map("a", "u2", 2), Origin::Watch);
    assert_eq!(waiting.await.expect("the waiter does not panic"), "2");
}

#[test]
fn what_cannot_be_decoded_is_absent_and_stops_nobody() {
    let (store, seen) = store();
    let mut listed = HashSet::new();
    let broken = Broken {
        error: "invalid type".to_owned(),
        metadata: config_map("a", "u1", 2).metadata,
    };
    for event in [
        Event::Init,
        Event::InitApply(Delivered(Ok(config_map("a", "u1", 1)))),
        Event::InitApply(Delivered(Ok(config_map("b", "u2", 1)))),
        Event::InitDone,
        Event::Apply(Delivered(Err(broken))),
        Event::Apply(Delivered(Ok(config_map("b", "u2", 3)))),
    ] {
        feed::take(&store, &mut listed, event);
    }
    assert_eq!(*seen.lock(), ["a >1", "b >1", "a 1>", "b 1>3"]);
}

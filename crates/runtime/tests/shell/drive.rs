//! What a pass leaves behind.

use std::time::Duration;

use kube::api::{DeleteParams, Patch, PatchParams};
use rheostat_api::{ConditionType, GitRepository};
use rheostat_runtime::client::Authority;
use rheostat_testing::{ControlPlane, FaultProxy, fault_proxy::Mode};
use serde_json::json;

use super::fixture::{PATIENCE, Running, address, guarded, is_ready};

async fn running() -> Running {
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    Running::start(plane).await
}

#[tokio::test]
async fn an_object_gets_finalizer_status_and_event() {
    let running = running().await;
    running.create("app", "ok").await;
    let object = running.until_ready("app").await;
    assert_eq!(
        object.metadata.finalizers.as_deref(),
        Some(&["finalizers.fluxcd.io".to_owned()][..])
    );
    let writers: Vec<String> = object
        .metadata
        .managed_fields
        .iter()
        .flatten()
        .filter_map(|entry| entry.manager.clone())
        .collect();
    assert!(
        writers.contains(&"gotk-test-controller".to_owned()),
        "{writers:?}"
    );
    let events = async {
        loop {
            let events = running.events("app").await;
            if !events.is_empty() {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let events = tokio::time::timeout(PATIENCE, events)
        .await
        .expect("the event arrives");
    let event = &events[0];
    assert_eq!(event.reason.as_deref(), Some("NewArtifact"));
    assert_eq!(
        event.reporting_component.as_deref(),
        Some("test-controller")
    );
    assert_eq!(
        event
            .metadata
            .annotations
            .as_ref()
            .and_then(|all| all.get("test/revision"))
            .map(String::as_str),
        Some("r1")
    );
    assert_eq!(event.involved_object.kind.as_deref(), Some("GitRepository"));
    running.stop().await;
}

#[tokio::test]
async fn a_request_is_answered_and_nothing_else_is_written() {
    let running = running().await;
    running.create("app", "ok").await;
    let before = running.until_ready("app").await;
    running
        .merge(
            "app",
            json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "now"}}}),
        )
        .await;
    let handled = |object: Option<&GitRepository>| {
        object
            .and_then(|object| object.status.as_ref())
            .is_some_and(|status| status.last_handled_reconcile_at.as_deref() == Some("now"))
    };
    let after = running
        .until("app", handled)
        .await
        .expect("the object is there");
    let (before, after) = (
        before.status.unwrap_or_default(),
        after.status.unwrap_or_default(),
    );
    assert_eq!(
        before.conditions, after.conditions,
        "a pass that changes nothing leaves the times alone"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_condition_of_somebody_else_survives() {
    let running = running().await;
    running.create("app", "ok").await;
    let object = running.until_ready("app").await;
    let mut conditions = serde_json::to_value(object.status.unwrap_or_default().conditions)
        .expect("conditions are JSON");
    let theirs = json!({
        "type": "Theirs", "status": "True", "reason": "Theirs", "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    });
    conditions
        .as_array_mut()
        .expect("conditions are a list")
        .push(theirs);
    let status = json!({"status": {"conditions": conditions}});
    let patch = Patch::Merge(status);
    running
        .objects
        .patch_status("app", &PatchParams::default(), &patch)
        .await
        .expect("the status is valid");
    running
        .merge("app", json!({"spec": {"url": "https://example.com/other"}}))
        .await;
    let object = running.until("app", |object| {
        object.is_some_and(|object| {
            object.status.as_ref().is_some_and(|status| {
                status.observed_generation == object.metadata.generation
                    && status.observed_generation > Some(1)
            })
        })
    });
    let object = object.await.expect("the object is there");
    let types: Vec<String> = object
        .status
        .unwrap_or_default()
        .conditions
        .iter()
        .map(|condition| condition.r#type.to_string())
        .collect();
    assert_eq!(types, ["Ready", "Theirs"]);
    running.stop().await;
}

#[tokio::test]
async fn deletion_waits_for_the_reconciler_and_forgets_the_object() {
    let running = running().await;
    running.create("app", "ok").await;
    running.until_ready("app").await;
    running
        .objects
        .delete("app", &DeleteParams::default())
        .await
        .expect("the object can be deleted");
    running.until("app", |object| object.is_none()).await;
    assert_eq!(
        running.seen.lock().len(),
        2,
        "one pass for the object, one for its deletion"
    );
    let series = format!("namespace=\"{}\"", running.namespace);
    let gone = async {
        while running.metrics.encode().contains(&series) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone)
        .await
        .expect("the series of the object go with it");
    running.stop().await;
}

#[tokio::test]
async fn a_panic_is_the_failure_of_one_object() {
    let running = running().await;
    running.create("bad", "panic").await;
    running.create("good", "ok").await;
    running.until_ready("good").await;
    let retried = async {
        while running
            .seen
            .lock()
            .iter()
            .filter(|name| *name == "bad")
            .count()
            < 3
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, retried)
        .await
        .expect("the object that panics is retried with backoff");
    running
        .merge("bad", json!({"spec": {"url": "https://example.com/ok"}}))
        .await;
    running.until_ready("bad").await;
    running.stop().await;
}

#[tokio::test]
async fn waits_hold_no_worker_and_end_with_the_controller() {
    let running = running().await;
    for number in 0..5 {
        running.create(&format!("waits-{number}"), "wait").await;
    }
    running.create("quick", "ok").await;
    running.until_ready("quick").await;
    let (client, namespace) = (running.client.clone(), running.namespace.clone());
    running.stop().await;
    let next = Running::start_in(client.clone(), &client, namespace);
    let object = next
        .objects
        .get("waits-0")
        .await
        .expect("the object is there");
    assert!(
        !is_ready(&object),
        "what was interrupted has reported nothing"
    );
    next.merge(
        "waits-0",
        json!({"spec": {"url": "https://example.com/ok"}}),
    )
    .await;
    next.until_ready("waits-0").await;
    next.stop().await;
}

#[tokio::test]
async fn a_step_shows_in_the_status_only_while_it_is_long() {
    let running = running().await;
    running.create("quick", "ok").await;
    running.create("slow", "slow").await;
    let is_under_way = |object: Option<&GitRepository>| {
        object.is_some_and(|object| object.condition(&ConditionType::Reconciling).is_some())
    };
    running.until("slow", is_under_way).await;
    let quick = running
        .objects
        .get("quick")
        .await
        .expect("the object is there");
    assert!(is_ready(&quick));
    let slow = running.until_ready("slow").await;
    assert!(slow.condition(&ConditionType::Reconciling).is_none());
    running.stop().await;
}

#[tokio::test]
async fn an_api_server_that_is_away_for_a_while_stops_nobody_for_good() {
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    let proxy = FaultProxy::start(address(plane))
        .await
        .expect("a proxy starts");
    let first = Running::start(plane).await;
    let (client, namespace) = (first.client.clone(), first.namespace.clone());
    first.stop().await;
    let theirs = guarded(plane, proxy.address(), Authority::unlimited()).await;
    let running = Running::start_in(client, &theirs, namespace);
    running.create("app", "ok").await;
    running.until_ready("app").await;
    running.until_idle().await;
    proxy.set(Mode::Refuse);
    running.create("late", "ok").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    proxy.set(Mode::Forward);
    running.until_ready("late").await;
    let passes = running
        .seen
        .lock()
        .iter()
        .filter(|name| *name == "app")
        .count();
    assert_eq!(
        passes, 1,
        "an object that has not changed is not reconciled again"
    );
    running.stop().await;
}

//! A release from its first revision to its end.

use serde_json::{Value, json};

use super::fixture::{TEMPLATE, World};

#[tokio::test]
async fn a_release_follows_chart_and_values_and_goes_with_its_object() {
    let world = World::with_release("lifecycle").await;
    world.publish("1.1.0", TEMPLATE).await;
    world.released("1.1.0 blue").await;
    world.release(&json!({"values": {"color": "red"}})).await;
    world.released("1.1.0 red").await;
    assert_eq!(
        world.records().await,
        ["1 superseded", "2 superseded", "3 deployed"]
    );
    world.delete().await;
    assert_eq!(world.configs().await, [] as [&str; 0]);
    assert_eq!(world.records().await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_pass_without_changes_renders_nothing_and_a_chart_is_read_once() {
    let world = World::with_release("renders").await;
    let installed = world.renders_and_reads().await;
    assert_eq!(installed, [1, 1]);
    for token in ["first", "second"] {
        world.reconcile(token).await;
    }
    let idle = world.renders_and_reads().await;
    assert_eq!(idle, [1, 1], "after passes without changes");
    world.release(&json!({"values": {"color": "red"}})).await;
    world.released("1.0.0 red").await;
    let upgraded = world.renders_and_reads().await;
    assert_eq!(upgraded, [2, 1], "after other values");
}

#[tokio::test]
async fn a_failed_upgrade_is_rolled_back_and_the_next_chart_mends_it() {
    let world = World::new("rollback").await;
    world.publish("1.0.0", TEMPLATE).await;
    let upgrade = json!({"upgrade": {"remediation": {"remediateLastFailure": true}}});
    world.release(&upgrade).await;
    world.released("1.0.0 blue").await;
    let refused = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: text\n";
    world.publish("1.1.0", refused).await;
    let object = world.failed("RollbackSucceeded", "succeeded").await;
    let status = object.status.expect("a status");
    assert_eq!(status.upgrade_failures, 1);
    assert_eq!(world.configs().await, ["1.0.0 blue"]);
    world.publish("1.2.0", TEMPLATE).await;
    world.released("1.2.0 blue").await;
}

#[tokio::test]
async fn an_action_of_somebody_else_is_left_alone_until_it_is_given_up() {
    let world = World::with_release("locked").await;
    world.create(&pending()).await;
    world
        .release(&json!({"timeout": "6s", "values": {"color": "red"}}))
        .await;
    world.failed("PendingRelease", "pending-upgrade").await;
    assert_eq!(world.configs().await, ["1.0.0 blue"]);
    world.released("1.0.0 red").await;
}

/// A revision that another client has just begun.
fn pending() -> Value {
    use base64::Engine as _;
    let now = jiff::Timestamp::now().to_string();
    let record = json!({
        "name": "app", "version": 2, "namespace": "",
        "info": {"status": "pending-upgrade", "first_deployed": now, "last_deployed": now},
        "chart": {"metadata": {"name": "demo", "version": "1.0.0", "apiVersion": "v2"}},
    });
    let engine = base64::engine::general_purpose::STANDARD;
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {
            "name": "sh.helm.release.v1.app.v2",
            "labels": {"owner": "helm", "name": "app", "version": "2", "status": "pending-upgrade"},
        },
        "stringData": {"release": engine.encode(record.to_string())},
    })
}

//! Waiting: healthy at once, healthy later, never, failed, gone.

use std::time::Duration;

use rheostat_apply::wait::{Subject, WaitRules, until_current, until_gone};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::fixture::World;

fn rules(seconds: u64) -> WaitRules {
    WaitRules {
        until: Instant::now() + Duration::from_secs(seconds),
        is_failing_fast: true,
    }
}

fn deployment(world: &World, replicas: u64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": world.namespace},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]},
            },
        },
    })
}

#[tokio::test]
async fn an_object_without_a_status_is_healthy_at_once() {
    let mut world = World::new("wait-at-once").await;
    let applied = world
        .apply(&[world.config("a", "1")])
        .await
        .expect("applied");
    let start = Instant::now();
    until_current(&world.cluster, applied.subjects, rules(5))
        .await
        .expect("healthy");
    assert!(
        start.elapsed() < Duration::from_millis(50),
        "no request is needed"
    );
}

#[tokio::test]
async fn a_deployment_becomes_healthy_and_the_wait_hears_of_it() {
    let mut world = World::new("wait-later").await;
    let manifest = deployment(&world, 0);
    let applied = world.apply(&[manifest]).await.expect("applied");
    until_current(&world.cluster, applied.subjects, rules(30))
        .await
        .expect("healthy");
}

#[tokio::test]
async fn what_is_missing_is_listed_at_the_deadline() {
    let mut world = World::new("wait-never").await;
    // No node takes the pod.
    let manifest = deployment(&world, 1);
    let mut subjects = world.apply(&[manifest]).await.expect("applied").subjects;
    let namespace = world.namespace.clone();
    subjects.push(Subject::named("", "ConfigMap", &namespace, "absent"));
    let error = until_current(&world.cluster, subjects, rules(3))
        .await
        .unwrap_err();
    let expected = format!(
        "timeout waiting for: [Deployment/{namespace}/web status: 'InProgress', \
         ConfigMap/{namespace}/absent status: 'NotFound']"
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_failure_ends_the_wait_early() {
    let mut world = World::new("wait-failed").await;
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "job", "namespace": world.namespace},
        "spec": {
            "activeDeadlineSeconds": 1, "backoffLimit": 0,
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "j", "image": "example.com/j:1"}]}},
        },
    });
    let manifests = [job, deployment(&world, 1)];
    let subjects = world.apply(&manifests).await.expect("applied").subjects;
    let error = until_current(&world.cluster, subjects, rules(30))
        .await
        .unwrap_err();
    let namespace = &world.namespace;
    let expected =
        format!("failed early due to stalled resources: [Job/{namespace}/job status: 'Failed']");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn an_object_with_a_finalizer_is_gone_when_that_is() {
    let mut world = World::new("wait-gone").await;
    let mut held = world.config("held", "1");
    held["metadata"]["finalizers"] = json!(["test.rheostat.dev/hold"]);
    let inventory = world.apply(&[held]).await.expect("applied").log.inventory();
    assert_eq!(world.prune(&inventory).await, ["held deleted"]);
    let soon = Instant::now() + Duration::from_secs(1);
    let error = until_gone(&world.cluster, &inventory, soon)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("termination timeout"), "{error}");
    let released = json!({"metadata": {"finalizers": null}});
    let gone = until_gone(
        &world.cluster,
        &inventory,
        Instant::now() + Duration::from_secs(20),
    );
    let (gone, ()) = tokio::join!(gone, world.edit("held", "somebody", &released));
    gone.expect("the object goes");
}

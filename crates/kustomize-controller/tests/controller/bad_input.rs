//! What is wrong is said, and nothing on the cluster is touched because of it.

use rheostat_api::ConditionType;
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_testing::artifact_server::archived;
use serde_json::json;

use super::fixture::World;

#[tokio::test]
async fn what_cannot_be_fetched_or_built_changes_nothing() {
    let world = World::new("bad-input", None).await;
    world.publish("good", &[("a", "1")]).await;
    world.kustomization(&json!({})).await;
    world.applied("good").await;
    let kept = world.configs().await;
    let files = |path: &str, text: &str| archived([(path, text)]).expect("an archive");
    let wrong = format!("sha256:{}", "0".repeat(64));
    let digest = |bytes: &[u8]| Digest::of(Algorithm::Sha256, bytes).to_string();
    let good = files("app/a.yaml", "");
    let elsewhere = files("other/a.yaml", "a: b\n");
    let damaged = good[..good.len() / 2].to_vec();
    let broken = files("app/a.yaml", "a: [b\n");
    let nameless = files("app/a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {}\n");
    let outside = files("app/kustomization.yaml", "resources: [../../etc]\n");
    for (revision, bytes, claimed, reason, words) in [
        ("digest", good, wrong, "ArtifactFailed", "digest"),
        (
            "path",
            elsewhere.clone(),
            digest(&elsewhere),
            "ArtifactFailed",
            "kustomization path not found: stat",
        ),
        (
            "damaged",
            damaged.clone(),
            digest(&damaged),
            "ArtifactFailed",
            "unpack",
        ),
        (
            "yaml",
            broken.clone(),
            digest(&broken),
            "BuildFailed",
            "a.yaml",
        ),
        (
            "nameless",
            nameless.clone(),
            digest(&nameless),
            "BuildFailed",
            "a.yaml",
        ),
        (
            "outside",
            outside.clone(),
            digest(&outside),
            "BuildFailed",
            "etc",
        ),
    ] {
        world.offer(revision, bytes, &claimed).await;
        world
            .until(revision, |object| {
                let ready = object.and_then(|o| o.condition(&ConditionType::Ready));
                ready.is_some_and(|r| r.reason.as_str() == reason && r.message.contains(words))
            })
            .await;
        assert_eq!(world.configs().await, kept, "{revision}");
    }
}

#[tokio::test]
async fn a_field_that_is_not_supported_stalls_and_the_object_can_still_go() {
    let world = World::new("not-supported", None).await;
    world.publish("one", &[("a", "1")]).await;
    world
        .kustomization(
            &json!({"ignore": [{"paths": ["/a"]}], "postBuild": {"substitute": {"a": "b"}}}),
        )
        .await;
    let message = world.failed("NotSupported").await;
    assert_eq!(message, "not supported yet: spec.ignore, spec.postBuild");
    let object = world.object().await.expect("it is there");
    let status = object.status.as_ref().expect("a status");
    assert_eq!(status.observed_generation, Some(object.generation()));
    assert!(object.condition(&ConditionType::Stalled).is_some());
    assert_eq!(world.configs().await, []);
    world.kustomization(&json!({})).await;
    world.applied("one").await;
}

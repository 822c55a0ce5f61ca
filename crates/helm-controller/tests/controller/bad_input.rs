//! What is wrong is said, and nothing on the cluster is touched because of it.

use rheostat_api::ConditionType;
use rheostat_artifact::digest::{Algorithm, Digest};
use serde_json::json;

use super::fixture::{TEMPLATE, World, packed};

#[tokio::test]
async fn what_cannot_be_fetched_or_rendered_changes_nothing() {
    let world = World::with_release("bad-input").await;
    let digest = |bytes: &[u8]| Digest::of(Algorithm::Sha256, bytes).to_string();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let good = packed("1.1.0", TEMPLATE);
    let damaged = good[..good.len() / 2].to_vec();
    let unclosed = packed("1.1.0", "{{ if }}");
    let twice = packed("1.1.0", &format!("{TEMPLATE}---\n{TEMPLATE}"));
    for (revision, bytes, claimed, reason, words) in [
        ("digest", good, wrong, "ArtifactFailed", "digest"),
        (
            "damaged",
            damaged.clone(),
            digest(&damaged),
            "ArtifactFailed",
            "Could not load chart",
        ),
        (
            "template",
            unclosed.clone(),
            digest(&unclosed),
            "UpgradeFailed",
            "templates/app.yaml",
        ),
        (
            "twice",
            twice.clone(),
            digest(&twice),
            "UpgradeFailed",
            "already registered id",
        ),
    ] {
        world.offer(revision, bytes, &claimed).await;
        world.failed(reason, words).await;
        assert_eq!(world.configs().await, ["1.0.0 blue"], "{revision}");
        assert_eq!(world.records().await, ["1 deployed"], "{revision}");
    }
    world.publish("1.2.0", TEMPLATE).await;
    world.released("1.2.0 blue").await;
}

#[tokio::test]
async fn a_field_that_is_not_supported_stalls_and_the_object_can_still_go() {
    let world = World::new("not-supported").await;
    world.publish("1.0.0", TEMPLATE).await;
    let fields = json!({"waitStrategy": {"name": "legacy"}});
    world.release(&fields).await;
    let object = world.failed("NotSupported", "spec.waitStrategy.name").await;
    assert!(object.condition(&ConditionType::Stalled).is_some());
    assert_eq!(world.configs().await, [] as [&str; 0]);
    world.delete().await;
}

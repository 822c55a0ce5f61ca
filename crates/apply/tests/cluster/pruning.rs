//! Deleting: only what is the owner's, in reverse, absent or not.

use rheostat_apply::Inventory;
use serde_json::json;

use super::fixture::{GROUP, World};

#[tokio::test]
async fn what_is_not_ours_any_more_is_left_alone() {
    let mut world = World::new("prune").await;
    let manifests: Vec<_> = ["absent", "foreign", "gone", "kept"]
        .iter()
        .map(|name| world.config(name, "1"))
        .collect();
    let inventory = world
        .apply(&manifests)
        .await
        .expect("applied")
        .log
        .inventory();
    let taken = json!({"metadata": {"labels": {format!("{GROUP}/name"): "other"}}});
    world.edit("foreign", "somebody", &taken).await;
    let disabled = json!({"metadata": {"labels": {format!("{GROUP}/prune"): "disabled"}}});
    world.edit("kept", "somebody", &disabled).await;
    let first = Inventory {
        entries: inventory.entries[..1].to_vec(),
    };
    assert_eq!(world.prune(&first).await, ["absent deleted"]);
    assert_eq!(
        world.prune(&inventory).await,
        [
            "kept skipped",
            "gone deleted",
            "foreign skipped",
            "absent deleted"
        ]
    );
    assert!(world.live("ConfigMap", "gone").await.is_none());
    assert!(world.live("ConfigMap", "foreign").await.is_some());
}

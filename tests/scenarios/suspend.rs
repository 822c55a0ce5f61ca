//! What is suspended stays as it is.

use rheostat_scenarios::{World, config_map};
use rheostat_testing::Commit;
use serde_json::json;

#[tokio::test]
async fn a_suspended_kustomization_takes_a_push_when_it_is_resumed() {
    let first =
        Commit::new("first").file("app/settings.yaml", config_map("settings", "color", "blue"));
    let world = World::start("suspend", &first).await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    // A second one shows when the push has gone through the system.
    world
        .follow("witness", "./app", json!({"namePrefix": "witness-"}))
        .await
        .unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    world
        .until_value("witness-settings", "color", "blue")
        .await
        .unwrap();

    world
        .patch("Kustomization", "app", json!({"spec": {"suspend": true}}))
        .await
        .unwrap();
    let second = Commit::new("second").file(
        "app/settings.yaml",
        config_map("settings", "color", "green"),
    );
    let revision = world.push(&second).await.unwrap();
    world
        .until_value("witness-settings", "color", "green")
        .await
        .unwrap();
    let map = world.config_maps().get("settings").await.unwrap();
    assert_eq!(map.data.unwrap()["color"], "blue");

    world
        .patch("Kustomization", "app", json!({"spec": {"suspend": false}}))
        .await
        .unwrap();
    world
        .until_ready("Kustomization", "app", &revision)
        .await
        .unwrap();
    world
        .until_value("settings", "color", "green")
        .await
        .unwrap();
}

#[tokio::test]
async fn deleting_a_kustomization_deletes_what_it_made() {
    let world = World::following("delete").await.unwrap();
    world.delete("Kustomization", "app").await.unwrap();
    world.until_gone("settings").await.unwrap();
}

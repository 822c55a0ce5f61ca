//! A cluster follows a branch.

use rheostat_scenarios::{World, config_map};
use rheostat_testing::Commit;
use serde_json::json;

#[tokio::test]
async fn a_push_arrives_and_a_revert_takes_it_back() {
    let world = World::following("push").await.unwrap();

    let second = Commit::new("green")
        .file(
            "app/settings.yaml",
            config_map("settings", "color", "green"),
        )
        .file("app/extra.yaml", config_map("extra", "color", "red"));
    let revision = world.push(&second).await.unwrap();
    world
        .until_ready("Kustomization", "app", &revision)
        .await
        .unwrap();
    world
        .until_value("settings", "color", "green")
        .await
        .unwrap();
    world.until_value("extra", "color", "red").await.unwrap();

    let back = Commit::new("Revert \"green\"")
        .file("app/settings.yaml", config_map("settings", "color", "blue"))
        .delete("app/extra.yaml");
    let revision = world.push(&back).await.unwrap();
    world
        .until_ready("Kustomization", "app", &revision)
        .await
        .unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    world.until_gone("extra").await.unwrap();
}

#[tokio::test]
async fn a_dependent_waits_until_what_it_depends_on_is_ready() {
    let first = Commit::new("first")
        .file("staging/broken.yaml", "kind: [")
        .file(
            "production/settings.yaml",
            config_map("production", "color", "blue"),
        );
    let world = World::start("depends", &first).await.unwrap();
    world
        .follow("staging", "./staging", json!({}))
        .await
        .unwrap();
    world
        .follow(
            "production",
            "./production",
            json!({"dependsOn": [{"name": "staging"}]}),
        )
        .await
        .unwrap();
    let waiting = |object: &serde_json::Value| {
        rheostat_scenarios::ready(object)["reason"] == "DependencyNotReady"
    };
    world
        .until("Kustomization", "production", waiting)
        .await
        .unwrap();
    assert!(
        world
            .config_maps()
            .get_opt("production")
            .await
            .unwrap()
            .is_none()
    );

    let repair = Commit::new("repair").delete("staging/broken.yaml").file(
        "staging/settings.yaml",
        config_map("staging", "color", "blue"),
    );
    let revision = world.push(&repair).await.unwrap();
    world
        .until_ready("Kustomization", "staging", &revision)
        .await
        .unwrap();
    world
        .until_ready("Kustomization", "production", &revision)
        .await
        .unwrap();
    world
        .until_value("production", "color", "blue")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_drifted_object_is_put_right_on_request() {
    let world = World::following("drift").await.unwrap();
    world
        .patch("ConfigMap", "settings", json!({"data": {"color": "pink"}}))
        .await
        .unwrap();
    world.request("Kustomization", "app").await.unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
}

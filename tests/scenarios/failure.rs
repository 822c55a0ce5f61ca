//! Bad input: the object says what is wrong, and what was applied before stays.

use rheostat_scenarios::{Setup, World, config_map, ready};
use rheostat_testing::Commit;
use rheostat_testing::git_server::{Access, Fault};
use serde_json::{Value, json};

/// A question for [`World::until`]: is it not Ready for this reason, with this in the message?
fn fails(reason: &'static str, part: &'static str) -> impl Fn(&Value) -> bool {
    move |object| {
        let ready = ready(object);
        let message = ready["message"].as_str().unwrap_or_default();
        ready["status"] == "False" && ready["reason"] == reason && message.contains(part)
    }
}

/// Room for the archives of small commits.
const DISK_BYTES: u64 = 512 * 1024;

/// What no compression makes fit onto that disk.
fn ballast() -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..2 * DISK_BYTES).map(|_| random()).collect()
}

fn settings(color: &str) -> Commit {
    Commit::new(color).file("app/settings.yaml", config_map("settings", "color", color))
}

#[tokio::test]
async fn a_repository_that_refuses_is_retried_and_keeps_its_artifact() {
    let world = World::start("refuse", &settings("blue")).await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    for fault in [Fault::Status(503), Fault::CutAfter(10)] {
        world.git.fail(Some(fault));
        world.request("GitRepository", "app").await.unwrap();
        let object = world
            .until("GitRepository", "app", fails("GitOperationFailed", ""))
            .await
            .unwrap();
        assert!(object["status"]["artifact"]["revision"].is_string());
        world.git.fail(None);
        world.request("GitRepository", "app").await.unwrap();
        world
            .until("GitRepository", "app", |object| {
                ready(object)["status"] == "True"
            })
            .await
            .unwrap();
    }
    world.git.require(Access::Bearer("secret".into()));
    world.request("GitRepository", "app").await.unwrap();
    world
        .until("GitRepository", "app", fails("GitOperationFailed", ""))
        .await
        .unwrap();
    world.git.require(Access::Anyone);
    let revision = world.push(&settings("green")).await.unwrap();
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
async fn a_build_that_fails_names_the_file_and_leaves_the_objects() {
    let world = World::start("build", &settings("blue")).await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    world
        .push(&Commit::new("broken").file("app/settings.yaml", "a: b: c"))
        .await
        .unwrap();
    world
        .until(
            "Kustomization",
            "app",
            fails("BuildFailed", "settings.yaml"),
        )
        .await
        .unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    let revision = world.push(&settings("green")).await.unwrap();
    world
        .until_ready("Kustomization", "app", &revision)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_object_that_is_refused_holds_its_whole_stage_back() {
    let world = World::start("stage", &settings("blue")).await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    let refused = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "refused"}, "data": {"n": ["no"]}});
    let commit = settings("green").file("app/refused.yaml", refused.to_string());
    world.push(&commit).await.unwrap();
    world
        .until(
            "Kustomization",
            "app",
            fails("ReconciliationFailed", "refused"),
        )
        .await
        .unwrap();
    let map = world.config_maps().get("settings").await.unwrap();
    assert_eq!(map.data.unwrap()["color"], "blue");
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_named() {
    let world = World::start("path", &settings("blue")).await.unwrap();
    world.follow("app", "./absent", json!({})).await.unwrap();
    world
        .until("Kustomization", "app", fails("ArtifactFailed", "absent"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_keeps_the_last_artifact_and_is_mended_by_room() {
    let setup = Setup {
        name: "disk".to_owned(),
        storage_bytes: Some(DISK_BYTES),
        ..Setup::default()
    };
    let world = World::begin(setup, &settings("blue")).await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    let large = settings("red").file("app/ballast.bin", ballast());
    world.push(&large).await.unwrap();
    let object = world
        .until(
            "GitRepository",
            "app",
            fails("ArchiveOperationFailed", "No space left on device"),
        )
        .await
        .unwrap();
    assert!(object["status"]["artifact"]["revision"].is_string());
    world
        .until_value("settings", "color", "blue")
        .await
        .unwrap();
    let revision = world
        .push(&settings("green").delete("app/ballast.bin"))
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

//! `kill -9` at any moment, an API server that is away: the system converges and deletes nothing that it should keep.

use std::time::Duration;

use anyhow::Result;
use kube::api::ListParams;
use rheostat_scenarios::{World, config_map};
use rheostat_testing::Commit;
use rheostat_testing::fault_proxy::Mode;
use serde_json::json;

/// Enough objects that a kill lands between the first and the last of them.
const OBJECTS: usize = 60;

/// Long enough that every watch and every write has failed and been tried again.
const OUTAGE: Duration = Duration::from_secs(5);

/// As long as an API server is away while its machine restarts.
const LONG_OUTAGE: Duration = Duration::from_mins(1);

/// Moments of a pass of source-controller, from before it begins to after it ended. (milliseconds)
const MOMENTS: [u64; 6] = [0, 15, 40, 80, 150, 400];

/// The objects at one version, each a file of its own.
fn objects(message: &str, version: &str) -> Commit {
    let files = (0..OBJECTS).map(|index| {
        let name = format!("object-{index}");
        (
            format!("app/{name}.yaml"),
            config_map(&name, "version", version),
        )
    });
    Commit::new(message).files(files)
}

#[tokio::test]
async fn source_controller_is_killed_and_misses_a_push() {
    let mut world = World::following("crash-source").await.unwrap();
    world.source.kill();
    let second = Commit::new("second").file(
        "app/settings.yaml",
        config_map("settings", "color", "green"),
    );
    let revision = world.push(&second).await.unwrap();
    world.source.restart().await.unwrap();
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
async fn source_controller_is_killed_at_any_moment_of_a_push() {
    let mut world = World::following("crash-moments").await.unwrap();
    for moment in MOMENTS {
        let color = format!("c{moment}");
        let commit =
            Commit::new(&color).file("app/settings.yaml", config_map("settings", "color", &color));
        let revision = world.push(&commit).await.unwrap();
        tokio::time::sleep(Duration::from_millis(moment)).await;
        world.source.kill();
        world.source.restart().await.unwrap();
        for kind in ["GitRepository", "Kustomization"] {
            world.until_ready(kind, "app", &revision).await.unwrap();
        }
        world
            .until_value("settings", "color", &color)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_api_server_is_away_and_comes_back() {
    survive("outage", OUTAGE).await.unwrap();
}

#[tokio::test]
#[ignore = "it lasts over a minute; `cargo xtask ci` runs it"]
async fn the_api_server_is_away_for_a_minute() {
    survive("outage-minute", LONG_OUTAGE).await.unwrap();
}

/// A commit comes while the API server is away; nothing has to be asked for once it is back.
async fn survive(name: &str, outage: Duration) -> Result<()> {
    let world = World::following(name).await?;
    world.api_server.set(Mode::Refuse);
    let second = Commit::new("second").file(
        "app/settings.yaml",
        config_map("settings", "color", "green"),
    );
    let revision = world.push(&second).await?;
    tokio::time::sleep(outage).await;
    world.api_server.set(Mode::Forward);
    world.until_ready("Kustomization", "app", &revision).await?;
    world.until_value("settings", "color", "green").await
}

#[tokio::test]
async fn kustomize_controller_is_killed_while_it_applies() {
    let mut world = World::start("crash-apply", &objects("first", "1"))
        .await
        .unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    world.until_value("object-0", "version", "1").await.unwrap();
    let mut uids = Vec::new();
    for version in ["2", "3", "4"] {
        let revision = world.push(&objects(version, version)).await.unwrap();
        // Some object of this version is there, which is in the midst of applying it.
        world
            .until_value("object-0", "version", version)
            .await
            .unwrap();
        world.kustomize.kill();
        world.kustomize.restart().await.unwrap();
        world
            .until_ready("Kustomization", "app", &revision)
            .await
            .unwrap();
        let maps = world
            .config_maps()
            .list(&ListParams::default())
            .await
            .unwrap()
            .items;
        let ours = maps.into_iter().filter(|map| {
            map.metadata
                .name
                .as_ref()
                .is_some_and(|name| name.starts_with("object-"))
        });
        let seen: Vec<_> = ours
            .map(|map| {
                (
                    map.metadata.uid.unwrap(),
                    map.data.unwrap()["version"].clone(),
                )
            })
            .collect();
        assert_eq!(seen.len(), OBJECTS);
        assert!(seen.iter().all(|(_, there)| there == version), "{seen:?}");
        let now: Vec<_> = seen.into_iter().map(|(uid, _)| uid).collect();
        assert!(
            uids.is_empty() || uids == now,
            "objects were deleted and created anew"
        );
        uids = now;
    }
}

#[tokio::test]
async fn what_was_created_before_a_kill_is_pruned_after_it() {
    let mut world = World::following("crash-prune").await.unwrap();
    world.push(&objects("many", "1")).await.unwrap();
    world.until_value("object-0", "version", "1").await.unwrap();
    world.kustomize.kill();
    let revision = world
        .push(&Commit::new("none").delete_all().file(
            "app/settings.yaml",
            config_map("settings", "color", "green"),
        ))
        .await
        .unwrap();
    world.kustomize.restart().await.unwrap();
    world
        .until_ready("Kustomization", "app", &revision)
        .await
        .unwrap();
    for index in 0..OBJECTS {
        world.until_gone(&format!("object-{index}")).await.unwrap();
    }
    world
        .until_value("settings", "color", "green")
        .await
        .unwrap();
}

//! Killed at any moment, it converges without help.

use std::time::Duration;

use serde_json::json;

use super::fixture::{TEMPLATE, World};

/// Moments of a pass, from before it begins to after it ended. (milliseconds)
const MOMENTS: [u64; 8] = [0, 20, 40, 60, 80, 120, 200, 500];

#[tokio::test]
async fn killed_at_any_moment_of_an_upgrade_it_converges() {
    let mut world = World::new("killed").await;
    world.publish("1.0.0", TEMPLATE).await;
    world.release(&json!({})).await;
    world.released("1.0.0 blue").await;
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let version = format!("2.{round}.0");
        world.publish(&version, TEMPLATE).await;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        world.controller.kill();
        world.controller.restart().await.expect("it starts again");
        world.released(&format!("{version} blue")).await;
        let records = world.records().await;
        let newest = records.last().expect("a record");
        assert!(
            newest.ends_with("deployed"),
            "killed after {moment} ms: {records:?}"
        );
    }
}

#[tokio::test]
async fn killed_at_any_moment_of_install_and_uninstall_it_leaves_nothing_behind() {
    let mut world = World::new("finalized").await;
    world.publish("1.0.0", TEMPLATE).await;
    for moment in [0, 30, 60, 120] {
        world.release(&json!({})).await;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        world.controller.kill();
        world.controller.restart().await.expect("it starts again");
        world.released("1.0.0 blue").await;
        let deletion = async {
            tokio::time::sleep(Duration::from_millis(moment)).await;
        };
        tokio::join!(world.mark_for_deletion(), deletion);
        world.controller.kill();
        world.controller.restart().await.expect("it starts again");
        world.until("gone", |object| object.is_none()).await;
        assert_eq!(
            world.configs().await,
            [] as [&str; 0],
            "killed after {moment} ms"
        );
        assert_eq!(
            world.records().await,
            [] as [&str; 0],
            "killed after {moment} ms"
        );
    }
}

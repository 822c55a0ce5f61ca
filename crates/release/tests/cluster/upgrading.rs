use rheostat_release::{Rollback, ServerSideApply, Status, ValuesPolicy};
use serde_json::json;

use super::fixture::{NAME, World, chart_of, small, upgrade};

#[tokio::test]
async fn an_upgrade_changes_creates_and_drops() {
    let world = World::new("upgrade").await;
    world.installed(json!({"extra": true})).await;
    assert!(world.config("web-extra").await.is_some());
    let upgraded = upgrade(&small(), json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("upgraded");
    assert_eq!(upgraded.version, 2);
    assert_eq!(upgraded.info.description, "Upgrade complete");
    assert_eq!(world.color().await.as_deref(), Some("red"));
    assert!(world.config("web-extra").await.is_none(), "dropped");
    assert_eq!(world.history().await, ["1 superseded", "2 deployed"]);
    let rolled_back = Rollback::new(NAME, 0)
        .run(&world.configuration)
        .await
        .expect("rolled back");
    assert_eq!(rolled_back.info.description, "Rollback to 1");
    assert_eq!(world.color().await.as_deref(), Some("blue"));
    assert!(world.config("web-extra").await.is_some());
    let history = world.helm(&["history", NAME]).expect("a history");
    let lines: Vec<Vec<&str>> = history
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::trim).collect())
        .collect();
    let told: Vec<_> = lines.iter().map(|line| (line[2], line[5])).collect();
    assert_eq!(
        told,
        [
            ("superseded", "Install complete"),
            ("superseded", "Upgrade complete"),
            ("deployed", "Rollback to 1"),
        ]
    );
}

#[tokio::test]
async fn helm_goes_on_with_what_was_installed_here() {
    let world = World::new("helm-goes-on").await;
    world.installed(json!({})).await;
    let folder = world.folder(&small());
    world
        .helm(&["upgrade", NAME, &folder, "--set=color=red,extra=true"])
        .expect("helm upgrades");
    assert_eq!(world.color().await.as_deref(), Some("red"));
    world.helm(&["rollback", NAME, "1"]).expect("and back");
    assert_eq!(world.color().await.as_deref(), Some("blue"));
    assert!(world.config("web-extra").await.is_none());
    world.helm(&["uninstall", NAME]).expect("and away");
    assert!(world.config(NAME).await.is_none());
    assert_eq!(world.history().await, [""; 0]);
}

#[tokio::test]
async fn what_helm_installed_goes_on_here() {
    let world = World::new("from-helm").await;
    let folder = world.folder(&small());
    world
        .helm(&[
            "install",
            NAME,
            &folder,
            "--set=extra=true",
            "--labels=team=a",
        ])
        .expect("helm installs");
    let upgraded = upgrade(&small(), json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("upgraded");
    assert_eq!(upgraded.labels["team"], "a");
    assert_eq!(world.color().await.as_deref(), Some("red"));
    assert!(world.config("web-extra").await.is_none());
    world.helm(&["status", NAME]).expect("helm knows it");
    Rollback::new(NAME, 1)
        .run(&world.configuration)
        .await
        .expect("rolled back");
    assert!(world.config("web-extra").await.is_some());
    let removed = rheostat_release::Uninstall::new(NAME)
        .run(&world.configuration)
        .await
        .expect("uninstalled");
    assert_eq!(removed.release.info.status, Status::Uninstalled);
    assert_eq!(world.helm(&["list", "--short"]).expect("a list"), "");
}

#[tokio::test]
async fn history_is_bounded() {
    let world = World::new("bounded").await;
    world.installed(json!({})).await;
    for _ in 0..4 {
        let mut upgrade = upgrade(&small(), json!({}));
        upgrade.max_history = 2;
        upgrade.run(&world.configuration).await.expect("upgraded");
    }
    assert_eq!(world.history().await, ["4 superseded", "5 deployed"]);
}

#[tokio::test]
async fn values_are_reused_as_asked() {
    let world = World::new("reuse").await;
    world
        .installed(json!({"color": "red", "extra": true}))
        .await;
    let mut again = upgrade(&small(), json!({"extra": false}));
    again.values_policy = ValuesPolicy::Reuse;
    let release = again.run(&world.configuration).await.expect("upgraded");
    assert_eq!(
        *release.config,
        *json!({"color": "red", "extra": false}).as_object().unwrap()
    );
    assert_eq!(world.color().await.as_deref(), Some("red"));
    let mut reset = upgrade(&small(), json!({}));
    reset.values_policy = ValuesPolicy::Reset;
    reset.run(&world.configuration).await.expect("upgraded");
    assert_eq!(world.color().await.as_deref(), Some("blue"));
}

#[tokio::test]
async fn a_failed_upgrade_leaves_the_base_deployed_and_clears_up() {
    let world = World::new("failed-upgrade").await;
    world.installed(json!({})).await;
    let files = chart_of(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fine\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Wrong_Name\n",
    );
    let mut broken = upgrade(&files, json!({}));
    broken.cleans_up_on_fail = true;
    let error = broken
        .run(&world.configuration)
        .await
        .expect_err("the server refuses it");
    let text = error.to_string();
    let namespace = &world.namespace;
    let start = format!(
        "failed to create resource: server-side apply failed for object {namespace}/Wrong_Name /v1, Kind=ConfigMap: "
    );
    assert!(text.starts_with(&start), "{text}");
    assert_eq!(world.history().await, ["1 deployed", "2 failed"]);
    assert!(world.config("fine").await.is_none(), "cleared up");
    assert!(world.config(NAME).await.is_some(), "nothing was dropped");
    upgrade(&small(), json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("the next one works");
    assert_eq!(
        world.history().await,
        ["1 superseded", "2 failed", "3 deployed"]
    );
}

#[tokio::test]
async fn fields_of_others_are_a_conflict_unless_forced() {
    let world = World::new("conflict").await;
    world.installed(json!({})).await;
    let theirs = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": {"color": "green"},
    });
    world.apply(&theirs).await;
    let mut again = upgrade(&small(), json!({"color": "red"}));
    again.server_side_apply = ServerSideApply::Enabled;
    let error = again.run(&world.configuration).await.expect_err("theirs");
    assert!(
        error
            .to_string()
            .starts_with("conflict occurred while applying object"),
        "{error}"
    );
    again.forces_conflicts = true;
    again.run(&world.configuration).await.expect("forced");
    assert_eq!(world.color().await.as_deref(), Some("red"));
}

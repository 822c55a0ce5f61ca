use rheostat_release::{Propagation, Status, Uninstall, Wait};
use serde_json::json;

use super::fixture::{NAME, World, chart_of};

#[tokio::test]
async fn what_asks_to_be_kept_is_kept() {
    let world = World::new("keep").await;
    let files = chart_of(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  annotations: {helm.sh/resource-policy: keep}\n",
    );
    let install = world.install_chart(&files, json!({}));
    install.run(&world.configuration).await.expect("installed");
    let removed = Uninstall::new(NAME)
        .run(&world.configuration)
        .await
        .expect("uninstalled");
    assert_eq!(removed.kept, "[ConfigMap] kept\n");
    assert!(world.config(NAME).await.is_none());
    assert!(world.config("kept").await.is_some());
    assert_eq!(world.history().await, [""; 0]);
}

#[tokio::test]
async fn history_is_kept_on_demand() {
    let world = World::new("keep-history").await;
    world.installed(json!({})).await;
    let mut uninstall = Uninstall::new(NAME);
    uninstall.keeps_history = true;
    uninstall.wait = Wait::Objects;
    uninstall.propagation = Propagation::Foreground;
    let removed = uninstall
        .run(&world.configuration)
        .await
        .expect("uninstalled");
    assert_eq!(removed.release.info.status, Status::Uninstalled);
    assert!(!removed.release.info.deleted.is_zero());
    assert!(world.config(NAME).await.is_none());
    let list = world.helm(&["list", "--uninstalled", "--short"]);
    assert_eq!(list.expect("a list"), "web\n");
    let error = uninstall
        .run(&world.configuration)
        .await
        .expect_err("it is gone already");
    assert_eq!(
        error.to_string(),
        "the release named \"web\" is already deleted"
    );
    uninstall.keeps_history = false;
    uninstall.run(&world.configuration).await.expect("purged");
    assert_eq!(world.history().await, [""; 0]);
    let error = uninstall
        .run(&world.configuration)
        .await
        .expect_err("it is unknown");
    let theirs = world.helm(&["uninstall", NAME]).expect_err("unknown");
    assert_eq!(format!("Error: {error}\n"), theirs);
}

#[tokio::test]
async fn the_wait_for_the_end_has_a_deadline() {
    let world = World::new("held").await;
    world.installed(json!({})).await;
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}});
    let finalizers = json!({"metadata": {"finalizers": ["test.rheostat.dev/hold"]}});
    world.edit(&held, &finalizers).await;
    let mut uninstall = Uninstall::new(NAME);
    uninstall.wait = Wait::Objects;
    uninstall.timeout = std::time::Duration::from_secs(1);
    let error = uninstall
        .run(&world.configuration)
        .await
        .expect_err("it does not go");
    let text = error.to_string();
    assert!(
        text.starts_with("uninstallation completed with 1 error(s): "),
        "{text}"
    );
    world
        .edit(&held, &json!({"metadata": {"finalizers": null}}))
        .await;
}

//! Killed at any moment, cut off from the API server: it converges, and prunes nothing wrongly.

use std::time::Duration;

use kube::Api;
use rheostat_api::Kustomization;
use rheostat_testing::fault_proxy::{FaultProxy, Mode};
use rheostat_testing::{ControlPlane, manifest};
use serde_json::json;

use super::fixture::{World, source};

/// Moments of a pass, from before it begins to after it ended. (milliseconds)
const MOMENTS: [u64; 8] = [0, 15, 30, 45, 60, 90, 150, 400];

fn pairs(configs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    configs.iter().map(pair).collect()
}

#[tokio::test]
async fn killed_at_any_moment_it_forgets_nothing_that_it_created() {
    let mut world = World::new("killed", None).await;
    // Not ours, although it has the name of something that was ours.
    let foreign = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "foreign"},
        "data": {"k": "theirs"},
    });
    world
        .publish("start", &[("foreign", "ours"), ("stays", "0")])
        .await;
    world.kustomization(&json!({})).await;
    world.applied("start").await;
    let mut taken = foreign.clone();
    taken["metadata"]["labels"] = json!({"kustomize.toolkit.fluxcd.io/name": "other"});
    world.create(&taken).await;
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let (first, second) = (format!("{round}-a"), format!("{round}-b"));
        let names = ["one", "two", "three"].map(|name| format!("{name}-{round}"));
        let created: Vec<(&str, &str)> = names
            .iter()
            .map(|name| (name.as_str(), "1"))
            .chain([("stays", first.as_str())])
            .collect();
        world.publish(&first, &created).await;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        world.controller.kill();
        // What the killed pass may have created is not wanted any more when the next one begins.
        world.publish(&second, &[("stays", &second)]).await;
        world.controller.restart().await.expect("it starts again");
        world.applied(&second).await;
        let expected = pairs(&[("foreign", "theirs"), ("stays", &second)]);
        assert_eq!(world.configs().await, expected, "killed after {moment} ms");
    }
}

#[tokio::test]
async fn killed_while_it_finalizes_it_deletes_the_rest() {
    let mut world = World::new("finalized", None).await;
    for moment in [0, 20, 60] {
        let names: Vec<String> = (0..6).map(|n| format!("c{n}")).collect();
        let configs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        let revision = format!("r{moment}");
        world.publish(&revision, &configs).await;
        world.kustomization(&json!({})).await;
        world.applied(&revision).await;
        let object = serde_json::to_value(world.object().await).expect("JSON");
        let api = manifest::api_of(&world.client, &object)
            .await
            .expect("the kind is served");
        api.delete("app", &kube::api::DeleteParams::default())
            .await
            .expect("it may go");
        tokio::time::sleep(Duration::from_millis(moment)).await;
        world.controller.kill();
        world.controller.restart().await.expect("it starts again");
        world.until("gone", |object| object.is_none()).await;
        assert_eq!(world.configs().await, []);
    }
}

#[tokio::test]
async fn an_api_server_that_was_away_finds_it_at_work() {
    let plane = ControlPlane::shared().await.expect("a control plane");
    let server = plane.server().trim_start_matches("https://").to_owned();
    let proxy = FaultProxy::start(server.parse().expect("an address"))
        .await
        .expect("a proxy");
    let text = std::fs::read_to_string(plane.kubeconfig()).expect("a kubeconfig");
    let folder = rheostat_testing::process::Scratch::new("away").expect("a folder");
    let kubeconfig = folder.path().join("kubeconfig");
    let text = text.replace(&server, &proxy.address().to_string());
    std::fs::write(&kubeconfig, text).expect("the folder can be written");
    let world = World::new("away", Some(kubeconfig)).await;
    world.publish("one", &[("a", "1")]).await;
    world.kustomization(&json!({})).await;
    world.applied("one").await;
    for mode in [Mode::Refuse, Mode::Hang] {
        proxy.set(mode.clone());
        let revision = format!("{mode:?}");
        world.publish(&revision, &[("b", &revision)]).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_ne!(world.configs().await, pairs(&[("b", &revision)]));
        proxy.set(Mode::Forward);
        world.applied(&revision).await;
        assert_eq!(world.configs().await, pairs(&[("b", &revision)]));
    }
}

/// The default of `--http-retry`, which is longer than the test waits, and a single worker.
#[tokio::test]
async fn an_artifact_that_is_away_holds_up_nobody_else() {
    let world = World::with("held-up", None, &["--http-retry=9", "--concurrent=1"]).await;
    world.create(&source("lost")).await;
    let digest = format!("sha256:{}", "0".repeat(64));
    // Nobody listens on the port for discarding.
    let url = "http://127.0.0.1:9/lost.tar.gz";
    world.claim("lost", "main@sha1:0", url, &digest).await;
    let lost = json!({"sourceRef": {"kind": "GitRepository", "name": "lost"}});
    world.kustomization_named("lost", &lost).await;
    let objects: Api<Kustomization> = Api::namespaced(world.client.clone(), &world.namespace);
    let is_fetching = async {
        while objects
            .get("lost")
            .await
            .is_ok_and(|object| object.status.is_none())
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), is_fetching)
        .await
        .expect("its progress is told");
    world.publish("one", &[("a", "1")]).await;
    world.kustomization(&json!({})).await;
    world.applied("one").await;
}

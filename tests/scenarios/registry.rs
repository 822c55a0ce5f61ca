//! What is pushed to a registry reaches the cluster, and what is no artifact does not.

use rheostat_scenarios::{World, config_map};
use rheostat_testing::registry::{OciArtifact, PASSWORD, Registry, USERNAME};
use serde_json::json;

/// An artifact with the `ConfigMap` `pushed` in one color.
fn colored(color: &str) -> OciArtifact {
    let map = config_map("pushed", "color", color);
    OciArtifact::of_files(&[("app/pushed.yaml", &map)]).expect("a path that fits")
}

#[tokio::test]
async fn a_kustomization_follows_a_range_of_tags() {
    let registry = Registry::start().await.unwrap();
    let world = World::following("registry").await.unwrap();
    let first = colored("blue").annotated("org.opencontainers.image.revision", "main@sha1:1");
    let digest = registry.push("app", "1.0.0", &first).await.unwrap();
    let url = format!("oci://{}/app", registry.address());
    let spec = json!({"interval": "1h", "url": url, "ref": {"semver": "1.x"}});
    world.source("OCIRepository", "pushed", spec).await.unwrap();
    let source_ref = json!({"kind": "OCIRepository", "name": "pushed"});
    world
        .follow("pushed", "./app", json!({"sourceRef": source_ref}))
        .await
        .unwrap();
    let revision = format!("1.0.0@{digest}");
    let applied = world
        .until_ready("Kustomization", "pushed", &revision)
        .await
        .unwrap();
    let origin = &applied["status"]["lastAppliedOriginRevision"];
    assert_eq!(origin, "main@sha1:1");
    world.until_value("pushed", "color", "blue").await.unwrap();

    let digest = registry
        .push("app", "1.1.0", &colored("green"))
        .await
        .unwrap();
    world.request("OCIRepository", "pushed").await.unwrap();
    let revision = format!("1.1.0@{digest}");
    world
        .until_ready("Kustomization", "pushed", &revision)
        .await
        .unwrap();
    world.until_value("pushed", "color", "green").await.unwrap();
}

#[tokio::test]
async fn a_layer_that_is_no_archive_leaves_what_is_there() {
    let registry = Registry::start_private().await.unwrap();
    let world = World::following("no-archive").await.unwrap();
    let address = registry.address();
    let digest = registry.push("app", "v1", &colored("blue")).await.unwrap();
    let config =
        json!({"auths": {address.to_string(): {"username": USERNAME, "password": PASSWORD}}});
    world
        .secret(
            "login",
            "kubernetes.io/dockerconfigjson",
            &[(".dockerconfigjson", &config.to_string())],
        )
        .await
        .unwrap();
    let url = format!("oci://{address}/app");
    let spec = json!({
        "interval": "1h", "url": url, "ref": {"tag": "v1"}, "secretRef": {"name": "login"},
    });
    world.source("OCIRepository", "pushed", spec).await.unwrap();
    let revision = format!("v1@{digest}");
    world
        .until_ready("OCIRepository", "pushed", &revision)
        .await
        .unwrap();

    let broken = OciArtifact::default().layer("text/plain", b"no archive");
    registry.push("app", "v1", &broken).await.unwrap();
    world.request("OCIRepository", "pushed").await.unwrap();
    let failed = world
        .until("OCIRepository", "pushed", |object| {
            object["status"]["conditions"]
                .as_array()
                .is_some_and(|all| all.iter().any(|c| c["type"] == "FetchFailed"))
        })
        .await
        .unwrap();
    assert_eq!(failed["status"]["artifact"]["revision"], revision);
}

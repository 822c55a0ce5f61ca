//! A chart becomes a release, follows its source, and goes; the unmodified `helm` sees the same.

use anyhow::Result;
use rheostat_scenarios::{SOURCE, World, config_map};
use rheostat_testing::artifact_server::archived;
use rheostat_testing::{ArtifactServer, Commit};
use serde_json::{Value, json};

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  \
                        version: {{ .Chart.Version }}\n  color: {{ .Values.color }}\n";

/// The files of one version of the chart, by their paths in its folder.
fn chart(version: &str) -> [(&'static str, String); 3] {
    let metadata = format!("apiVersion: v2\nname: demo\nversion: {version}\n");
    [
        ("Chart.yaml", metadata),
        ("values.yaml", "color: blue\n".to_owned()),
        ("templates/config.yaml", TEMPLATE.to_owned()),
    ]
}

/// Waits for a version, and asks helm whether it sees that version as the `revision`-th one.
async fn check(world: &World, name: &str, version: &str, revision: u64) {
    let released = world.until_ready("HelmRelease", name, version).await;
    let released = released.expect("it is released");
    world
        .until_value(name, "version", version)
        .await
        .expect("its object is there");

    let chart = format!("demo-{version}");
    let listed = world.helm_json(&["list", "--filter", name]).await;
    let listed = listed.expect("helm lists it");
    let fields = ["name", "namespace", "revision", "status", "chart"].map(|f| &listed[0][f]);
    let number = revision.to_string();
    let expected = [name, &world.namespace, &number, "deployed", &chart];
    assert_eq!(fields, expected, "{listed}");

    let status = world.helm_json(&["status", name]).await.expect("a status");
    assert_eq!(status["info"]["status"], "deployed");
    assert_eq!(status["version"], revision);

    let history = world.helm_json(&["history", name]).await;
    let history = history.expect("a history");
    let history = history.as_array().expect("a list");
    let snapshots = released["status"]["history"].as_array().expect("a list");
    let theirs: Vec<_> = history.iter().rev().map(line).collect();
    let ours: Vec<_> = snapshots.iter().map(snapshot_line).collect();
    assert_eq!(theirs, ours, "helm's history and that in the status");

    let manifest = world.helm(&["get", "manifest", name]).await;
    let manifest = manifest.expect("a manifest");
    for words in [
        "# Source: demo/templates/config.yaml\n",
        &format!("  name: {name}\n"),
        &format!("  version: {version}\n"),
    ] {
        assert!(manifest.contains(words), "no {words:?} in {manifest}");
    }
}

/// A revision as helm's history has it.
fn line(revision: &Value) -> String {
    let text = |field: &str| revision[field].as_str().unwrap_or_default();
    format!(
        "{} {} {}",
        revision["revision"],
        text("status"),
        text("chart")
    )
}

/// The same as the status has it.
fn snapshot_line(snapshot: &Value) -> String {
    let text = |field: &str| snapshot[field].as_str().unwrap_or_default();
    let chart = format!("{}-{}", text("chartName"), text("chartVersion"));
    format!("{} {} {chart}", snapshot["version"], text("status"))
}

/// Waits until nothing is left of a release.
async fn check_gone(world: &World, name: &str) {
    let gone = async {
        world.until_absent("HelmRelease", name).await?;
        world.until_gone(name).await
    };
    gone.await.expect("it goes");
    let listed = world.helm_json(&["list", "--filter", name]).await;
    assert_eq!(listed.expect("helm lists"), json!([]));
    let refused = world.helm(&["status", name]).await.expect_err("it is gone");
    assert!(
        refused.to_string().contains("release: not found"),
        "{refused}"
    );
}

/// A commit of a version of the chart, below `charts/demo`.
fn commit(version: &str) -> Commit {
    let files = chart(version);
    let files = files.map(|(path, text)| (format!("charts/demo/{path}"), text));
    Commit::new(version).files(files)
}

#[tokio::test]
async fn a_release_comes_follows_and_goes_with_the_repository() {
    let release = json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "from-git"},
        "spec": {"interval": "1h", "timeout": "30s", "releaseName": "from-git", "chart": {"spec": {
            "chart": "./charts/demo",
            "sourceRef": {"kind": "GitRepository", "name": SOURCE},
        }}},
    });
    let first = commit("1.0.0")
        .file("app/release.yaml", release.to_string())
        .file("app/settings.yaml", config_map("settings", "color", "blue"));
    let world = World::start("helm-git", &first).await.unwrap();
    let _helm = world.start_helm_controller().await.unwrap();
    world.follow("app", "./app", json!({})).await.unwrap();
    check(&world, "from-git", "1.0.0", 1).await;

    world.push(&commit("1.1.0")).await.unwrap();
    check(&world, "from-git", "1.1.0", 2).await;

    let farewell = Commit::new("farewell").delete("app/release.yaml");
    world.push(&farewell).await.unwrap();
    check_gone(&world, "from-git").await;
}

/// Offers these versions of the chart in a repository, and tells its URL.
fn offer(server: &ArtifactServer, versions: &[&str]) -> Result<String> {
    let mut entries = Vec::new();
    for version in versions {
        let files = chart(version).map(|(path, text)| (format!("demo/{path}"), text));
        let files = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let file = format!("demo-{version}.tgz");
        server.offer(&file, archived(files)?);
        entries.push(json!({
            "apiVersion": "v2", "name": "demo", "version": version, "urls": [file],
        }));
    }
    let index = json!({"apiVersion": "v1", "entries": {"demo": entries}});
    let url = server.offer("index.yaml", index.to_string().into_bytes());
    Ok(url.trim_end_matches("/index.yaml").to_owned())
}

#[tokio::test]
async fn a_release_follows_the_index_of_a_chart_repository() {
    let server = ArtifactServer::start().await.unwrap();
    let url = offer(&server, &["1.0.0"]).unwrap();
    let first = Commit::new("first").file("README.md", "nothing");
    let world = World::start("helm-index", &first).await.unwrap();
    let _helm = world.start_helm_controller().await.unwrap();
    let spec = json!({"interval": "1h", "url": url});
    world
        .source("HelmRepository", "charts", spec)
        .await
        .unwrap();
    let source = json!({"kind": "HelmRepository", "name": "charts"});
    world.release("from-index", "demo", source).await.unwrap();
    check(&world, "from-index", "1.0.0", 1).await;

    offer(&server, &["1.0.0", "1.1.0"]).unwrap();
    world.request("HelmRepository", "charts").await.unwrap();
    check(&world, "from-index", "1.1.0", 2).await;

    world.delete("HelmRelease", "from-index").await.unwrap();
    check_gone(&world, "from-index").await;
}

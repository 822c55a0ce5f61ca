use rheostat_release::{Status, Storage, Wait};
use serde_json::json;

use super::fixture::{NAME, World, chart_of};

#[tokio::test]
async fn helm_knows_what_was_installed() {
    let world = World::new("installed").await;
    let release = world.installed(json!({"color": "red"})).await;
    assert_eq!(release.info.status, Status::Deployed);
    assert_eq!(world.color().await.as_deref(), Some("red"));
    let list = world.helm(&["list", "--output=json"]).expect("a list");
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list[0]["name"], NAME);
    assert_eq!(list[0]["status"], "deployed");
    assert_eq!(list[0]["chart"], "small-1.0.0");
    assert_eq!(list[0]["app_version"], "2");
    let values = world.helm(&["get", "values", NAME]).expect("values");
    assert_eq!(values, "USER-SUPPLIED VALUES:\ncolor: red\n");
    let notes = world.helm(&["get", "notes", NAME]).expect("notes");
    assert_eq!(notes, "NOTES:\nIt is red.\n\n");
    let manifest = world.helm(&["get", "manifest", NAME]).expect("a manifest");
    assert_eq!(manifest.trim_end(), release.manifest.trim_end());
}

#[tokio::test]
async fn an_installation_leaves_what_helm_s_leaves() {
    let ours = World::new("ours").await;
    let theirs = World::new("theirs").await;
    let files = chart_of(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  color: {{ .Values.color }}\n",
    );
    let install = ours.install_chart(&files, json!({"color": "red"}));
    install.run(&ours.configuration).await.expect("installed");
    let folder = theirs.folder(&files);
    theirs
        .helm(&["install", NAME, &folder, "--set=color=red"])
        .expect("helm installs");
    let comparable = async |world: &World| {
        let mut object = world.config(NAME).await.expect("an object");
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata
            .retain(|key, _| matches!(key.as_str(), "labels" | "annotations" | "managedFields"));
        metadata["annotations"]["meta.helm.sh/release-namespace"] = "".into();
        metadata["managedFields"][0]["time"] = "".into();
        object
    };
    assert_eq!(comparable(&ours).await, comparable(&theirs).await);
    let record = async |world: &World| {
        let storage = Storage::new(
            world.configuration.cluster.clone(),
            &world.namespace,
            "helm",
        );
        let mut release = storage.last(NAME).await.expect("a record");
        release.namespace.clear();
        release.info.first_deployed = rheostat_helm::release::Time::default();
        release.info.last_deployed = rheostat_helm::release::Time::default();
        let mut json = serde_json::to_value(&release).expect("JSON");
        let chart = json["chart"].as_object_mut().expect("a chart");
        chart.remove("modtime");
        for file in chart["templates"].as_array_mut().expect("a list") {
            file.as_object_mut().expect("a file").remove("modtime");
        }
        let templates = chart["templates"].as_array_mut().expect("a list");
        templates.sort_by_key(|file| file["name"].to_string());
        json
    };
    assert_eq!(record(&ours).await, record(&theirs).await);
    let labels = async |world: &World| {
        let secret = world
            .live("v1", "Secret", "sh.helm.release.v1.web.v1")
            .await;
        let mut secret = secret.expect("a record");
        secret["metadata"]["labels"]["modifiedAt"] = "".into();
        (secret["metadata"]["labels"].take(), secret["type"].take())
    };
    assert_eq!(labels(&ours).await, labels(&theirs).await);
}

#[tokio::test]
async fn a_name_in_use_is_refused() {
    let world = World::new("in-use").await;
    world.installed(json!({})).await;
    let error = world
        .install(json!({}))
        .run(&world.configuration)
        .await
        .expect_err("the name is in use");
    assert!(error.release.is_none());
    assert_eq!(
        error.to_string(),
        "release name check failed: cannot reuse a name that is still in use"
    );
}

#[tokio::test]
async fn an_object_of_somebody_else_is_refused_or_taken() {
    let world = World::new("foreign").await;
    let foreign = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": {"mine": "1"},
    });
    world.apply(&foreign).await;
    let mut install = world.install(json!({"color": "red"}));
    let error = install
        .run(&world.configuration)
        .await
        .expect_err("it is foreign");
    let folder = world.folder(&super::fixture::small());
    let theirs = world.helm(&["install", NAME, &folder]);
    assert_eq!(
        format!("Error: INSTALLATION FAILED: {error}\n"),
        theirs.expect_err("helm refuses it too")
    );
    assert_eq!(world.history().await, [""; 0]);
    install.takes_ownership = true;
    let release = install.run(&world.configuration).await.expect("taken");
    assert_eq!(release.info.status, Status::Deployed);
    let object = world.config(NAME).await.expect("there");
    assert_eq!(object["data"]["mine"], "1");
    assert_eq!(object["data"]["color"], "red");
}

#[tokio::test]
async fn a_namespace_is_created_on_demand() {
    let mut world = World::new("creates").await;
    world.namespace = format!("{}-made", world.namespace);
    let mut install = world.install(json!({}));
    let error = install.run(&world.configuration).await.expect_err("absent");
    assert!(error.to_string().contains("not found"), "{error}");
    // The failed revision is in the way.
    install.creates_namespace = true;
    install.replaces = true;
    install.run(&world.configuration).await.expect("installed");
    let namespace = world.live("v1", "Namespace", &world.namespace).await;
    let labels = &namespace.expect("there")["metadata"]["labels"];
    assert_eq!(labels["name"], world.namespace.as_str());
    assert_eq!(world.history().await, ["1 failed", "2 deployed"]);
}

#[tokio::test]
async fn what_does_not_become_ready_fails_the_release() {
    let world = World::new("unready").await;
    let files = chart_of(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - {name: a, image: example.com/a:1}\n",
    );
    let mut install = world.install_chart(&files, json!({}));
    install.wait = Wait::Objects;
    install.timeout = std::time::Duration::from_secs(2);
    let error = install
        .run(&world.configuration)
        .await
        .expect_err("unready");
    let text = format!(
        "timeout waiting for: [Pod/{}/web status: 'InProgress']",
        world.namespace
    );
    assert_eq!(error.to_string(), text);
    let release = error.release.expect("it was recorded");
    assert_eq!(release.info.status, Status::Failed);
    assert_eq!(
        release.info.description,
        format!("Release \"web\" failed: {text}")
    );
    assert_eq!(world.history().await, ["1 failed"]);
}

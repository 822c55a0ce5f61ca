use std::time::{Duration, Instant};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::ControlPlane;
use crate::Program;

/// Looks until the question is answered with yes.
async fn until<F: Future<Output = bool>>(what: &str, question: impl Fn() -> F) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !question().await {
        assert!(Instant::now() < deadline, "{what} within a minute");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn serves_objects_and_deletes_namespaces() {
    let plane = ControlPlane::shared().await.unwrap();
    let client = plane.client().await.unwrap();
    let name = plane.namespace("serves").await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(client.clone(), &name);
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}, "data": {"text": "hello"}});
    let applied = maps
        .patch("greeting", &PatchParams::apply("test"), &Patch::Apply(&map))
        .await
        .unwrap();
    assert_eq!(applied.data.unwrap()["text"], "hello");

    let namespaces = Api::<Namespace>::all(client);
    namespaces
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
    until("the namespace is gone", || async {
        namespaces.get_opt(&name).await.unwrap().is_none()
    })
    .await;
}

#[tokio::test]
async fn leaves_nothing_behind() {
    let mut plane = ControlPlane::start().await.unwrap();
    let folder = plane.folder().unwrap().to_owned();
    let pids: Vec<u32> = plane.processes().iter().map(crate::Process::pid).collect();
    drop(plane);
    assert!(!folder.exists());
    for pid in pids {
        assert!(
            !std::path::Path::new(&format!("/proc/{pid}")).exists(),
            "{pid} still runs"
        );
    }
}

#[tokio::test]
async fn pods_become_ready_on_simulated_nodes() {
    if Program::NODES
        .into_iter()
        .any(|program| program.locate().is_err())
    {
        eprintln!("left out: cargo xtask control-plane build --nodes");
        return;
    }
    let plane = ControlPlane::options().nodes(1).start().await.unwrap();
    let deployments = Api::<Deployment>::default_namespaced(plane.client().await.unwrap());
    let labels = json!({"app": "web"});
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": "example.invalid/web:1"}]},
        }},
    });
    deployments
        .patch(
            "web",
            &PatchParams::apply("test"),
            &Patch::Apply(&deployment),
        )
        .await
        .unwrap();
    until("the Deployment is available", || async {
        deployments
            .get("web")
            .await
            .unwrap()
            .status
            .and_then(|status| status.available_replicas)
            == Some(1)
    })
    .await;
}

//! Releases that the client merges: those of Helm 3, and those that ask for it.

use rheostat_release::{ApplyMethod, Rollback, ServerSideApply};
use serde_json::{Value, json};

use super::fixture::{Files, NAME, World, chart_of, upgrade};

/// Two workloads and a service, with lists of every sort.
fn files() -> Files {
    chart_of(
        r"
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {color: {{ .Values.color }}{{ if .Values.extra }}, extra: 'yes'{{ end }}}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: 8080}
    {{- if .Values.extra }}
    - {name: metrics, port: 9090}
    {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 0
  strategy: {type: {{ if .Values.extra }}Recreate{{ else }}RollingUpdate{{ end }}}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      {{- if .Values.extra }}
      initContainers:
        - {name: first, image: 'example.com/first:1'}
        - {name: second, image: 'example.com/second:1'}
      {{- end }}
      containers:
        {{- if .Values.extra }}
        - {name: helper, image: 'example.com/helper:1'}
        {{- end }}
        - name: web
          image: example.com/web:{{ .Values.color }}
          args: [--color, {{ .Values.color }}]
          env:
            - {name: COLOR, value: {{ .Values.color }}}
            {{- if .Values.extra }}
            - {name: EXTRA, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            {{- end }}
      volumes:
        {{- if .Values.extra }}
        - {name: data, emptyDir: {}}
        {{- else }}
        - {name: data, configMap: {name: web}}
        {{- end }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: {{ if .Values.extra }}5{{ else }}3{{ end }}
",
    )
}

const KINDS: [(&str, &str); 3] = [
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
];

/// The objects of the release, without what differs from one cluster, or one second, to the next.
async fn objects(world: &World) -> Vec<Value> {
    let mut objects = Vec::new();
    for (api_version, kind) in KINDS {
        let mut object = world
            .live(api_version, kind, NAME)
            .await
            .expect("it is there");
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata.retain(|key, _| matches!(key.as_str(), "labels" | "annotations"));
        let annotations = metadata["annotations"].as_object_mut().expect("a map");
        annotations.retain(|key, _| !key.contains("namespace") && !key.contains("revision"));
        for field in ["clusterIP", "clusterIPs"] {
            if let Some(spec) = object["spec"].as_object_mut() {
                spec.remove(field);
            }
        }
        object.as_object_mut().expect("an object").remove("status");
        objects.push(object);
    }
    objects
}

/// Somebody scales, labels and injects.
async fn interfere(world: &World) {
    let deployment =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME}});
    let patch = json!({"metadata": {"labels": {"theirs": "1"}}, "spec": {"minReadySeconds": 5, "replicas": 0}});
    world.edit(&deployment, &patch).await;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}});
    world
        .edit(
            &service,
            &json!({"metadata": {"labels": {"color": "changed"}}}),
        )
        .await;
}

#[tokio::test]
async fn the_client_merges_as_helm_does() {
    let ours = World::new("merge-ours").await;
    let theirs = World::new("merge-theirs").await;
    let folder = theirs.folder(&files());
    let flags = ["--server-side=false", "--set"];
    let helm = |action: &str, values: &str| {
        let arguments = [action, NAME, &folder, flags[0], flags[1], values];
        theirs.helm(&arguments).expect("helm does it");
    };
    let mut install = ours.install_chart(&files(), json!({}));
    install.is_server_side = false;
    let release = install.run(&ours.configuration).await.expect("installed");
    assert_eq!(release.apply_method, ApplyMethod::Client);
    helm("install", "color=blue");
    assert_eq!(objects(&ours).await, objects(&theirs).await);
    interfere(&ours).await;
    interfere(&theirs).await;
    for (values, flag) in [
        (
            json!({"color": "red", "extra": true}),
            "color=red,extra=true",
        ),
        (
            json!({"color": "green", "extra": false}),
            "color=green,extra=false",
        ),
        (
            json!({"color": "green", "extra": true}),
            "color=green,extra=true",
        ),
    ] {
        upgrade(&files(), values)
            .run(&ours.configuration)
            .await
            .expect("upgraded");
        helm("upgrade", flag);
        assert_eq!(objects(&ours).await, objects(&theirs).await, "{flag}");
    }
    Rollback::new(NAME, 1)
        .run(&ours.configuration)
        .await
        .expect("rolled back");
    theirs.helm(&["rollback", NAME, "1"]).expect("and helm");
    assert_eq!(objects(&ours).await, objects(&theirs).await);
}

#[tokio::test]
async fn a_release_moves_to_server_side_apply_and_loses_nothing_of_it() {
    let world = World::new("moves").await;
    let mut install = world.install_chart(&files(), json!({"extra": true}));
    install.is_server_side = false;
    install.run(&world.configuration).await.expect("installed");
    let mut moved = upgrade(&files(), json!({"extra": false}));
    moved.server_side_apply = ServerSideApply::Enabled;
    let release = moved.run(&world.configuration).await.expect("upgraded");
    assert_eq!(release.apply_method, ApplyMethod::Server);
    let service = world.live("v1", "Service", NAME).await.expect("there");
    assert_eq!(service["metadata"]["labels"]["extra"], Value::Null);
    assert_eq!(service["spec"]["ports"].as_array().map(Vec::len), Some(1));
    let managers = service["metadata"]["managedFields"].as_array();
    let managers: Vec<_> = managers
        .expect("managers")
        .iter()
        .map(|entry| (&entry["manager"], &entry["operation"]))
        .collect();
    assert_eq!(managers, [(&json!("helm"), &json!("Apply"))]);
}

#[tokio::test]
async fn an_object_is_replaced_on_demand() {
    let world = World::new("replaced").await;
    let mut install = world.install_chart(&files(), json!({}));
    install.is_server_side = false;
    install.run(&world.configuration).await.expect("installed");
    interfere(&world).await;
    let mut forced = upgrade(&files(), json!({"color": "red"}));
    forced.forces_replace = true;
    forced.run(&world.configuration).await.expect("upgraded");
    let deployment = world.live("apps/v1", "Deployment", NAME).await;
    let deployment = deployment.expect("there");
    assert_eq!(deployment["metadata"]["labels"]["theirs"], Value::Null);
}

//! Custom resources with their definitions, and what templates ask of the cluster.

use rheostat_release::{DefinitionPolicy, Uninstall, Wait};
use serde_json::json;

use super::fixture::{Files, NAME, World, chart_of, upgrade};

/// A chart with a definition, of a group of this test's own, and an object of it.
fn files(group: &str, field: &str) -> Files {
    let definition = format!(
        r"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.{group}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: Widget, plural: widgets}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {{type: object, properties: {{{field}: {{type: string}}}}}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: no-definition
"
    );
    let mut files = chart_of(&format!(
        "apiVersion: {group}/v1\nkind: Widget\nmetadata:\n  name: web\nspec:\n  {field}: {{{{ .Values.color }}}}\n"
    ));
    files.push(("crds/widgets.yaml", definition));
    files
}

#[tokio::test]
async fn definitions_are_there_before_their_objects_and_stay() {
    let world = World::new("definitions").await;
    let group = format!("{}.example.com", world.namespace);
    let api_version = format!("{group}/v1");
    let mut install = world.install_chart(&files(&group, "color"), json!({}));
    install.wait = Wait::Objects;
    install.definitions.labels = [("origin".to_owned(), "here".to_owned())].into();
    install.run(&world.configuration).await.expect("installed");
    let name = format!("widgets.{group}");
    let found = world
        .live("apiextensions.k8s.io/v1", "CustomResourceDefinition", &name)
        .await
        .expect("it is there");
    assert_eq!(found["metadata"]["labels"], json!({"origin": "here"}));
    assert!(world.config("no-definition").await.is_none());
    let widget = world.live(&api_version, "Widget", NAME).await;
    assert_eq!(widget.expect("there")["spec"]["color"], "blue");

    let mut skipping = upgrade(&files(&group, "size"), json!({}));
    let error = skipping.run(&world.configuration).await;
    let error = error.expect_err("the definition does not know the field");
    assert!(error.to_string().contains(".spec.size"), "{error}");
    skipping.definitions.policy = DefinitionPolicy::CreateReplace;
    skipping.wait = Wait::Objects;
    skipping.run(&world.configuration).await.expect("upgraded");
    let widget = world.live(&api_version, "Widget", NAME).await;
    assert_eq!(widget.expect("there")["spec"]["size"], "blue");
    Uninstall::new(NAME)
        .run(&world.configuration)
        .await
        .expect("uninstalled");
    let left = world
        .live("apiextensions.k8s.io/v1", "CustomResourceDefinition", &name)
        .await;
    assert!(left.is_some(), "definitions are never deleted");
}

#[tokio::test]
async fn the_client_leaves_definitions_alone_unless_told_to_replace_them() {
    let world = World::new("client-definitions").await;
    let group = format!("{}.example.com", world.namespace);
    let api_version = format!("{group}/v1");
    let mut install = world.install_chart(&files(&group, "color"), json!({}));
    install.is_server_side = false;
    install.wait = Wait::Objects;
    install.run(&world.configuration).await.expect("installed");
    let mut again = upgrade(&files(&group, "size"), json!({}));
    again.definitions.policy = DefinitionPolicy::Create;
    again.wait = Wait::Objects;
    again.run(&world.configuration).await.expect("upgraded");
    let widget = world.live(&api_version, "Widget", NAME).await;
    let widget = widget.expect("there");
    assert_eq!(
        widget["spec"],
        json!({}),
        "the field is unknown and dropped"
    );
    again.definitions.policy = DefinitionPolicy::CreateReplace;
    again.values = json!({"color": "red"}).as_object().cloned().expect("a map");
    again.run(&world.configuration).await.expect("upgraded");
    let widget = world.live(&api_version, "Widget", NAME).await;
    assert_eq!(widget.expect("there")["spec"]["size"], "red");
}

#[tokio::test]
async fn templates_see_the_cluster() {
    let world = World::new("lookup").await;
    let there = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "there", "labels": {"seen": "yes"}}, "data": {"a": "1"},
    });
    world.apply(&there).await;
    let files = chart_of(
        r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  one: {{ (lookup "v1" "ConfigMap" .Release.Namespace "there").data.a | quote }}
  none: {{ lookup "v1" "ConfigMap" .Release.Namespace "absent" | toJson | quote }}
  all: {{ range (lookup "v1" "ConfigMap" .Release.Namespace "").items }}{{ if eq .metadata.name "there" }}{{ .kind }}{{ end }}{{ end }}
  generation: {{ (lookup "v1" "Namespace" "" .Release.Namespace).kind }}
  version: {{ .Capabilities.KubeVersion.Version }}
  group: {{ .Capabilities.APIVersions.Has "apps/v1" | quote }}
  kind: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  missing: {{ .Capabilities.APIVersions.Has "apps/v1/Nothing" | quote }}
"#,
    );
    let install = world.install_chart(&files, json!({}));
    install.run(&world.configuration).await.expect("installed");
    let data = world.config(NAME).await.expect("there")["data"].take();
    let folder = world.folder(&files);
    world
        .helm(&["upgrade", NAME, &folder, "--description=the same"])
        .expect("helm renders it too");
    let theirs = world.config(NAME).await.expect("there")["data"].take();
    assert_eq!(data, theirs);
    assert_eq!(data["one"], "1");
    assert_eq!(data["all"], "ConfigMap");
}

#[tokio::test]
async fn a_group_that_the_cluster_does_not_serve_is_an_error_as_in_helm() {
    let world = World::new("lookup-unknown").await;
    let files = chart_of("{{ lookup \"example.com/v1\" \"Nothing\" \"\" \"\" }}");
    let install = world.install_chart(&files, json!({}));
    let error = install.run(&world.configuration).await;
    let error = error.expect_err("nothing is looked up");
    let theirs = world.helm(&["install", NAME, &world.folder(&files)]);
    let theirs = theirs.expect_err("nor by helm");
    let line = format!("Error: INSTALLATION FAILED: {error}\n");
    assert!(theirs.ends_with(&line), "{line}{theirs}");
}

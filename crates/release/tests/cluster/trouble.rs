use std::fmt::Write as _;
use std::time::Duration;

use rheostat_release::{Cause, Rollback, Status, StorageError, Uninstall};
use serde_json::json;

use super::fixture::{NAME, World, chart_of, small, upgrade};

/// An object of so many bytes that compress to a bit more than half.
fn large(bytes: usize) -> String {
    let mut state = 1_u64;
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n");
    let mut key = 0;
    while text.len() < bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        writeln!(text, "  k{key}: \"{state:016x}\"").expect("text takes it");
        key += 1;
    }
    text
}

#[tokio::test]
async fn a_release_of_three_megabytes_fits() {
    let world = World::new("large").await;
    // Twenty objects that differ in their names: 3 MB that compress well.
    let filling = "x".repeat(150_000);
    let files = chart_of(&format!(
        "{{{{- range until 20 }}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-{{{{ . }}}}\ndata:\n  filling: {filling}\n  color: {{{{ $.Values.color }}}}\n{{{{- end }}}}\n"
    ));
    let install = world.install_chart(&files, json!({}));
    let release = install.run(&world.configuration).await.expect("installed");
    assert!(release.manifest.len() > 3_000_000);
    upgrade(&files, json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("upgraded");
    let recorded = world
        .configuration
        .storage()
        .last(NAME)
        .await
        .expect("there");
    assert_eq!(recorded.manifest.len(), release.manifest.len() - 20);
    assert_eq!(recorded.info.status, Status::Deployed);
    let again = Rollback::new(NAME, 1).run(&world.configuration).await;
    let again = again.expect("rolled back");
    assert_eq!((again.version, &again.manifest), (3, &release.manifest));
    let color = world.config("web-19").await.expect("there")["data"]["color"].clone();
    assert_eq!(color, "blue");
    world.helm(&["rollback", NAME]).expect("helm reads it");
    Uninstall::new(NAME)
        .run(&world.configuration)
        .await
        .expect("uninstalled");
}

#[tokio::test]
async fn a_release_that_does_not_fit_is_refused_before_its_first_object() {
    let world = World::new("too-large").await;
    let mut files = chart_of(&format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: first\n---\n{}",
        large(900_000)
    ));
    files.push((
        "templates/second.yaml",
        large(900_000).replace("name: web", "name: second"),
    ));
    files.push((
        "templates/third.yaml",
        large(900_000)
            .replace("name: web", "name: third")
            .replace("  k", "  l"),
    ));
    let install = world.install_chart(&files, json!({}));
    let error = install.run(&world.configuration).await;
    let error = error.expect_err("it does not fit");
    assert!(
        matches!(error.cause, Cause::Storage(StorageError::Encode(_))),
        "{error}"
    );
    assert!(error.release.is_none());
    assert!(world.config("first").await.is_none());
}

#[tokio::test]
async fn a_record_that_does_not_read_is_passed_over() {
    let world = World::new("edited").await;
    world.installed(json!({})).await;
    upgrade(&small(), json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("upgraded");
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sh.helm.release.v1.web.v2"}});
    world
        .edit(&secret, &json!({"data": {"release": "YnJva2Vu"}}))
        .await;
    assert_eq!(world.history().await, ["1 superseded"]);
    let error = upgrade(&small(), json!({}))
        .run(&world.configuration)
        .await
        .expect_err("the next revision's record is taken");
    assert_eq!(error.to_string(), "release: already exists");
    let first = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sh.helm.release.v1.web.v1"}});
    world
        .edit(&first, &json!({"data": {"release": "YnJva2Vu"}}))
        .await;
    let last = world.configuration.storage().last(NAME).await;
    assert_eq!(
        last.expect_err("none reads").to_string(),
        "no revision for release \"web\""
    );
}

#[tokio::test]
async fn a_record_that_was_deleted_is_a_release_that_is_not() {
    let world = World::new("deleted").await;
    let release = world.installed(json!({})).await;
    world
        .configuration
        .storage()
        .delete(NAME, release.version)
        .await
        .expect("deleted");
    let error = upgrade(&small(), json!({}))
        .run(&world.configuration)
        .await
        .expect_err("there is no release");
    assert_eq!(error.to_string(), "\"web\" has no deployed releases");
    // What is left of it is still the release's own.
    let again = world.install(json!({"color": "red"}));
    again.run(&world.configuration).await.expect("installed");
    assert_eq!(world.color().await.as_deref(), Some("red"));
}

#[tokio::test]
async fn a_namespace_that_is_going_away_is_told() {
    let world = World::new("going").await;
    let held = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "held", "finalizers": ["test.rheostat.dev/hold"]},
    });
    world.apply(&held).await;
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> =
        kube::Api::all(world.client.clone());
    namespaces
        .delete(&world.namespace, &kube::api::DeleteParams::default())
        .await
        .expect("deleted");
    let error = world
        .install(json!({}))
        .run(&world.configuration)
        .await
        .expect_err("nothing can be created");
    assert!(error.release.is_none());
    assert!(error.to_string().contains("is being terminated"), "{error}");
    world
        .edit(&held, &json!({"metadata": {"finalizers": null}}))
        .await;
}

#[tokio::test]
async fn a_kind_that_the_cluster_does_not_know_is_told_as_helm_tells_it() {
    let world = World::new("unknown-kind").await;
    let files = chart_of("apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: web\n");
    let install = world.install_chart(&files, json!({}));
    let error = install.run(&world.configuration).await;
    let error = error.expect_err("unknown");
    let theirs = world.helm(&["install", NAME, &world.folder(&files)]);
    assert_eq!(
        format!("Error: INSTALLATION FAILED: {error}\n"),
        theirs.expect_err("helm does not know it either")
    );
}

#[tokio::test]
async fn an_action_that_is_aborted_is_recorded_as_failed() {
    let world = World::new("aborted").await;
    let files = chart_of(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - {name: a, image: example.com/a:1}\n",
    );
    let mut install = world.install_chart(&files, json!({}));
    install.wait = rheostat_release::Wait::Objects;
    let run = install.run(&world.configuration);
    let abort = async {
        let pod = world.until_there("v1", "Pod", NAME);
        tokio::time::timeout(Duration::from_secs(30), pod)
            .await
            .expect("the pod is created");
        world.configuration.abort.cancel();
    };
    let (error, ()) = tokio::join!(run, abort);
    let error = error.expect_err("aborted");
    assert_eq!(error.to_string(), "context canceled");
    assert_eq!(world.history().await, ["1 failed"]);
}

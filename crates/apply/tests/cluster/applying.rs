//! Applying: what changes, what is refused, who owns what afterwards.

use serde_json::json;

use super::fixture::{GROUP, MANAGER, World, owners};

#[tokio::test]
async fn each_object_is_created_then_kept_then_configured() {
    let mut world = World::new("actions").await;
    let first = [world.config("a", "1"), world.config("b", "1")];
    assert_eq!(world.actions(&first).await, ["a created", "b created"]);
    assert_eq!(world.actions(&first).await, ["a unchanged", "b unchanged"]);
    let second = [world.config("a", "2"), world.config("b", "1")];
    assert_eq!(
        world.actions(&second).await,
        ["a configured", "b unchanged"]
    );
    // A restart forgets the ledger; what is as wanted stays as it is.
    world.ledger = rheostat_apply::Ledger::default();
    let before = world.live("ConfigMap", "a").await;
    assert_eq!(world.actions(&second).await, ["a unchanged", "b unchanged"]);
    assert_eq!(world.live("ConfigMap", "a").await, before);
}

#[tokio::test]
async fn one_refused_object_keeps_its_whole_stage_from_being_applied() {
    let mut world = World::new("refusal").await;
    let namespace = format!("{}-made", world.namespace);
    let service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "s", "namespace": world.namespace},
        "spec": {"ports": [{"port": 99999}]},
    });
    let made = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    let objects = [world.config("a", "1"), service, made];
    let error = world.apply(&objects).await.map(|_| ()).unwrap_err();
    let expected = format!(
        "Service/{}/s dry-run failed (Invalid): Service \"s\" is invalid",
        world.namespace
    );
    assert!(error.starts_with(&expected), "{error}");
    assert!(
        error.ends_with(&format!("\n{namespace} created")),
        "{error}"
    );
    assert!(world.live("ConfigMap", "a").await.is_none());
}

#[tokio::test]
async fn what_is_wrong_with_an_object_is_named() {
    let mut world = World::new("errors").await;
    let no_namespace = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    let nowhere = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "nowhere-at-all"},
    });
    let no_kind = json!({
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "a"},
    });
    for (manifest, expected) in [
        (
            no_namespace,
            "ConfigMap/a namespace not specified: the server could not find the requested resource",
        ),
        (
            nowhere,
            "ConfigMap/nowhere-at-all/a not found: namespaces \"nowhere-at-all\" not found",
        ),
        (
            no_kind,
            "Widget/a/w dry-run failed: no matches for kind \"Widget\" in version \"example.com/v1\"",
        ),
    ] {
        let error = world.apply(&[manifest]).await.map(|_| ()).unwrap_err();
        assert_eq!(error.trim_end(), expected);
    }
}

#[tokio::test]
async fn an_edit_is_undone_and_what_kubectl_added_goes() {
    let mut world = World::new("drift").await;
    let wanted = [world.config("a", "1")];
    world.actions(&wanted).await;
    world
        .edit(
            "a",
            "kubectl-edit",
            &json!({"data": {"k": "x", "more": "y"}}),
        )
        .await;
    world
        .edit("a", "operator", &json!({"data": {"theirs": "z"}}))
        .await;
    assert_eq!(world.actions(&wanted).await, ["a configured"]);
    let live = world
        .live("ConfigMap", "a")
        .await
        .expect("the object is there");
    assert_eq!(live["data"], json!({"k": "1", "theirs": "z"}));
    assert_eq!(
        owners(&live),
        ["operator: theirs".to_owned(), format!("{MANAGER}: k")]
    );
}

#[tokio::test]
async fn an_edit_there_and_back_gives_ownership_back_to_us() {
    let mut world = World::new("ownership").await;
    let wanted = [world.config("a", "1")];
    world.actions(&wanted).await;
    world
        .edit("a", "operator", &json!({"data": {"k": "2"}}))
        .await;
    world
        .edit("a", "operator", &json!({"data": {"k": "1"}}))
        .await;
    assert_eq!(world.actions(&wanted).await, ["a unchanged"]);
    let live = world
        .live("ConfigMap", "a")
        .await
        .expect("the object is there");
    let ours = format!("{MANAGER}: k");
    assert!(owners(&live).contains(&ours), "{:?}", owners(&live));
}

#[tokio::test]
async fn switches_on_the_manifest_and_on_the_cluster_are_heeded() {
    let mut world = World::new("switches").await;
    let mut once = world.config("once", "1");
    once["metadata"]["annotations"] = json!({format!("{GROUP}/ssa"): "IfNotPresent"});
    let mut never = world.config("never", "1");
    never["metadata"]["annotations"] = json!({format!("{GROUP}/ssa"): "ignore"});
    let plain = world.config("plain", "1");
    let first = [never, once.clone(), plain];
    assert_eq!(
        world.actions(&first).await,
        ["never skipped", "once created", "plain created"]
    );
    let disabled = json!({"metadata": {"annotations": {format!("{GROUP}/reconcile"): "Disabled"}}});
    world.edit("plain", "somebody", &disabled).await;
    once["data"]["k"] = json!("2");
    let second = [once, world.config("plain", "2")];
    assert_eq!(
        world.actions(&second).await,
        ["once skipped", "plain skipped"]
    );
    let live = world
        .live("ConfigMap", "plain")
        .await
        .expect("the object is there");
    assert_eq!(live["data"]["k"], "1");
}

#[tokio::test]
async fn a_definition_is_in_effect_before_its_objects_are_applied() {
    let mut world = World::new("definition").await;
    let group = format!("{}.example.com", world.namespace);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("widgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
            }}}],
        },
    });
    let widget = json!({
        "apiVersion": format!("{group}/v1"), "kind": "Widget",
        "metadata": {"name": "w", "namespace": world.namespace}, "spec": {"size": 3},
    });
    let expected = [format!("widgets.{group} created"), "w created".to_owned()];
    assert_eq!(world.actions(&[widget, definition]).await, expected);
}

#[tokio::test]
async fn what_cannot_be_changed_is_recreated_where_that_is_asked_for() {
    for (name, switch_on, is_forced) in [
        ("recreate-all", "", true),
        ("recreate-wanted", "wanted", false),
        ("recreate-live", "live", false),
    ] {
        let mut world = World::new(name).await;
        let mut fixed = world.config("a", "1");
        fixed["immutable"] = json!(true);
        let mut changed = fixed.clone();
        changed["data"]["k"] = json!("2");
        let switch = json!({format!("{GROUP}/force"): "Enabled"});
        match switch_on {
            "wanted" => changed["metadata"]["annotations"] = switch,
            "live" => fixed["metadata"]["annotations"] = switch,
            _ => world.is_forced = is_forced,
        }
        world.actions(&[fixed]).await;
        let stage = [changed, world.config("b", "1")];
        assert_eq!(
            world.actions(&stage).await,
            ["a created", "b created"],
            "{name}"
        );
        let live = world.live("ConfigMap", "a").await;
        assert_eq!(live.expect("the object is there")["data"]["k"], "2");
    }
}

#[tokio::test]
async fn nothing_is_recreated_unasked_or_in_a_refused_stage() {
    let mut world = World::new("fixed").await;
    let mut fixed = world.config("a", "1");
    fixed["immutable"] = json!(true);
    world.actions(&[fixed.clone()]).await;
    let before = world.live("ConfigMap", "a").await;
    fixed["data"]["k"] = json!("2");
    let error = world.apply(&[fixed.clone()]).await.map(|_| ()).unwrap_err();
    assert!(error.contains("dry-run failed (Invalid)"), "{error}");

    world.is_forced = true;
    let mut refused = world.config("b", "1");
    refused["data"]["k"] = json!(["no text"]);
    let error = world
        .apply(&[fixed, refused])
        .await
        .map(|_| ())
        .unwrap_err();
    assert!(error.contains("/b dry-run failed"), "{error}");
    assert_eq!(world.live("ConfigMap", "a").await, before);
}

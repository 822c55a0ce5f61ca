//! Expected forms are what Flux 2.9's kustomize-controller sends to the API server.

use serde_json::{Value, json};

use super::normalize;
use crate::object::Object;

fn check(given: Value, expected: &Value) {
    let mut object = Object::new(given).unwrap();
    normalize(&mut object);
    assert_eq!(object.value(), expected);
}

#[test]
fn unknown_fields_go_and_go_fields_appear() {
    check(
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "d", "creationTimestamp": null},
            "spec": {
                "replicas": 0, "unknown": "field",
                "selector": {"matchLabels": {"app": "d"}},
                "template": {
                    "metadata": {"labels": {"app": "d"}},
                    "spec": {"containers": [{"name": "web", "image": "web:v1", "ports": [{"containerPort": 80}]}]},
                },
            },
            "status": {"replicas": 3},
        }),
        &json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "d", "creationTimestamp": null},
            "spec": {
                "replicas": 0, "strategy": {},
                "selector": {"matchLabels": {"app": "d"}},
                "template": {
                    "metadata": {"labels": {"app": "d"}, "creationTimestamp": null},
                    "spec": {"containers": [{
                        "name": "web", "image": "web:v1", "resources": {},
                        "ports": [{"containerPort": 80, "protocol": "TCP"}],
                    }]},
                },
            },
        }),
    );
}

#[test]
fn string_data_wins_over_data() {
    check(
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
            "data": {"k": "b2xk"}, "stringData": {"k": "new", "l": "more"},
        }),
        &json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "creationTimestamp": null},
            "data": {"k": "bmV3", "l": "bW9yZQ=="},
        }),
    );
}

#[test]
fn a_wrong_type_leaves_the_object_as_it_is() {
    check(
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
            "data": {"k": "no base64!"}, "other": 1,
        }),
        &json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "creationTimestamp": null},
            "data": {"k": "no base64!"}, "other": 1,
        }),
    );
}

#[test]
fn roles_and_custom_resources_keep_their_fields() {
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"},
        "other": 1,
    });
    check(role.clone(), &role);
    check(
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"a": 1}, "status": {}}),
        &json!({
            "apiVersion": "example.com/v1", "kind": "Widget",
            "metadata": {"name": "w", "creationTimestamp": null}, "spec": {"a": 1},
        }),
    );
}

#[test]
fn a_definition_loses_a_bundle_that_is_none() {
    let definition = |config: Value| {
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "widgets.example.com", "creationTimestamp": null},
            "spec": {"conversion": {"webhook": {"clientConfig": config}}},
        })
    };
    check(
        definition(json!({"caBundle": "Cg==", "url": "https://a"})),
        &definition(json!({"url": "https://a"})),
    );
}

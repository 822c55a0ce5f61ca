//! The CRDs on a real API server: what they refuse, and what they fill in.

use anyhow::{Context as _, Result};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::wait::{await_condition, conditions};
use kube::{Api, Client};
use rheostat_api::crd::{self, Definition};
use rheostat_testing::ControlPlane;
use serde_json::{Value, json};

/// A kind, what its minimal spec is changed by, and what the server says: words of its refusal, or the spec or status
/// field that it fills in.
struct Case {
    kind: &'static str,
    spec: Value,
    expected: Expected,
}

enum Expected {
    Refused(&'static str),
    Filled(&'static str, Value),
}

use Expected::{Filled, Refused};

fn case(kind: &'static str, spec: Value, expected: Expected) -> Case {
    Case {
        kind,
        spec,
        expected,
    }
}

fn git_repository_cases() -> Vec<Case> {
    vec![
        case(
            "GitRepository",
            json!({}),
            Filled("/spec/timeout", json!("60s")),
        ),
        case(
            "GitRepository",
            json!({}),
            Filled("/status/observedGeneration", json!(-1)),
        ),
        case(
            "GitRepository",
            json!({ "verify": { "secretRef": { "name": "keys" } } }),
            Filled("/spec/verify/mode", json!("HEAD")),
        ),
        case(
            "GitRepository",
            json!({ "url": "git@example.com:a" }),
            Refused("spec.url"),
        ),
        case(
            "GitRepository",
            json!({ "interval": null }),
            Refused("spec.interval"),
        ),
        case(
            "GitRepository",
            json!({ "interval": "5" }),
            Refused("spec.interval"),
        ),
        case(
            "GitRepository",
            json!({ "timeout": "1h" }),
            Refused("spec.timeout"),
        ),
        case(
            "GitRepository",
            json!({ "provider": "gitlab" }),
            Refused("spec.provider"),
        ),
        case(
            "GitRepository",
            json!({ "serviceAccountName": "sa" }),
            Refused("serviceAccountName can only be set when provider is"),
        ),
        case(
            "GitRepository",
            json!({ "serviceAccountName": "sa", "provider": "aws" }),
            Filled("/spec/provider", json!("aws")),
        ),
    ]
}

fn kustomization_cases() -> Vec<Case> {
    vec![
        case(
            "Kustomization",
            json!({}),
            Filled("/spec/force", json!(false)),
        ),
        case(
            "Kustomization",
            json!({}),
            Filled("/status/observedGeneration", json!(-1)),
        ),
        case(
            "Kustomization",
            json!({ "postBuild": { "substituteFrom": [{ "kind": "Secret", "name": "vars" }] } }),
            Filled("/spec/postBuild/substituteFrom/0/optional", json!(false)),
        ),
        case(
            "Kustomization",
            json!({ "prune": null }),
            Refused("spec.prune"),
        ),
        case(
            "Kustomization",
            json!({ "sourceRef": { "kind": "HelmRepository", "name": "a" } }),
            Refused("spec.sourceRef.kind"),
        ),
        case(
            "Kustomization",
            json!({ "targetNamespace": "" }),
            Refused("spec.targetNamespace"),
        ),
        case(
            "Kustomization",
            json!({ "deletionPolicy": "Keep" }),
            Refused("spec.deletionPolicy"),
        ),
        case(
            "Kustomization",
            json!({ "kubeConfig": {} }),
            Refused("exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef"),
        ),
        case(
            "Kustomization",
            json!({ "kubeConfig": { "configMapRef": { "name": "a" }, "secretRef": { "name": "a" } } }),
            Refused("exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef"),
        ),
    ]
}

fn minimal(kind: &str) -> (&'static str, Value) {
    match kind {
        "GitRepository" => (
            "source.toolkit.fluxcd.io",
            json!({ "interval": "1m", "url": "https://example.com/a" }),
        ),
        _ => (
            "kustomize.toolkit.fluxcd.io",
            json!({ "interval": "1m", "prune": true, "sourceRef": { "kind": "GitRepository", "name": "a" } }),
        ),
    }
}

async fn install(client: &Client, definition: &Definition) -> Result<()> {
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    let name = definition.manifest["metadata"]["name"]
        .as_str()
        .context("a CRD has a name")?;
    let params = PatchParams::apply("crds-test").force();
    definitions
        .patch(name, &params, &Patch::Apply(&definition.manifest))
        .await?;
    await_condition(definitions, name, conditions::is_crd_established()).await?;
    Ok(())
}

/// Creates an object without keeping it.
async fn try_create(client: &Client, namespace: &str, case: &Case) -> Result<Value, kube::Error> {
    let (group, mut spec) = minimal(case.kind);
    for (field, value) in case.spec.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", case.kind));
    let object = DynamicObject::new("case", &resource)
        .within(namespace)
        .data(json!({ "spec": spec }));
    let params = PostParams {
        dry_run: true,
        field_manager: None,
    };
    let created = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &resource)
        .create(&params, &object)
        .await?;
    serde_json::to_value(created).map_err(kube::Error::SerdeError)
}

#[tokio::test]
async fn the_server_refuses_and_fills_in_as_the_schemas_say() -> Result<()> {
    let plane = ControlPlane::shared().await?;
    let client = plane.client().await?;
    let namespace = plane.namespace("crds").await?;
    for definition in crd::source_controller()
        .iter()
        .chain(&crd::kustomize_controller())
    {
        install(&client, definition).await?;
    }
    for case in git_repository_cases()
        .into_iter()
        .chain(kustomization_cases())
    {
        let answer = try_create(&client, &namespace, &case).await;
        match (&case.expected, answer) {
            (Refused(words), Err(error)) => {
                let message = error.to_string();
                assert!(message.contains(words), "{}: {message}", case.spec);
            }
            (Filled(pointer, value), Ok(object)) => {
                assert_eq!(
                    object.pointer(pointer),
                    Some(value),
                    "{} {}",
                    case.kind,
                    case.spec
                );
            }
            (Refused(words), Ok(_)) => {
                panic!("{} {} should be refused: {words}", case.kind, case.spec)
            }
            (Filled(..), Err(error)) => panic!("{} {}: {error}", case.kind, case.spec),
        }
    }
    Ok(())
}

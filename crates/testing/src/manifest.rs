//! Objects given as JSON, applied as a person with `kubectl apply --server-side` would.

use std::time::Duration;

use anyhow::{Context, Result};
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Scope, pinned_kind};
use kube::{Api, Client};
use serde_json::Value;
use tokio::time::{sleep, timeout};

/// The field manager of everything that tests write.
pub const FIELD_MANAGER: &str = "rheostat-test";

/// How long the API server may take to serve a kind that was just defined.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is asked meanwhile.
const POLL: Duration = Duration::from_millis(50);

/// Applies objects in their order, each into the namespace that it names.
///
/// # Errors
/// An object without kind or name, or one that the API server refused.
pub async fn apply<'a>(
    client: &Client,
    objects: impl IntoIterator<Item = &'a Value>,
) -> Result<()> {
    for object in objects {
        let name = object["metadata"]["name"]
            .as_str()
            .context("an object without a name")?;
        let api = api_of(client, object).await?;
        api.patch(
            name,
            &PatchParams::apply(FIELD_MANAGER).force(),
            &Patch::Apply(object),
        )
        .await
        .with_context(|| format!("applying {} {name}", object["kind"]))?;
    }
    Ok(())
}

/// Applies definitions of custom resources and waits until the API server serves their kinds.
///
/// # Errors
/// A definition was refused, or its kind is not served after 30 seconds.
pub async fn define<'a>(
    client: &Client,
    definitions: impl IntoIterator<Item = &'a Value> + Clone,
) -> Result<()> {
    apply(client, definitions.clone()).await?;
    for definition in definitions {
        let spec = &definition["spec"];
        let version = spec["versions"][0]["name"]
            .as_str()
            .context("a definition without a version")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = GroupVersionKind::gvk(
            &text(&spec["group"]),
            version,
            &text(&spec["names"]["kind"]),
        );
        let served = async {
            while pinned_kind(client, &kind).await.is_err() {
                sleep(POLL).await;
            }
        };
        timeout(PATIENCE, served)
            .await
            .with_context(|| format!("waiting for {} to be served", kind.kind))?;
    }
    Ok(())
}

/// The collection that an object belongs to.
///
/// # Errors
/// Its kind is not served.
pub async fn api_of(client: &Client, object: &Value) -> Result<Api<DynamicObject>> {
    let text = |field: &str| {
        object[field]
            .as_str()
            .with_context(|| format!("an object without {field}"))
    };
    let (group, version) = match text("apiVersion")?.split_once('/') {
        Some((group, version)) => (group, version),
        None => ("", text("apiVersion")?),
    };
    let kind = GroupVersionKind::gvk(group, version, text("kind")?);
    let (resource, capabilities): (ApiResource, _) = pinned_kind(client, &kind)
        .await
        .with_context(|| format!("looking for the kind {}", kind.kind))?;
    Ok(
        match (capabilities.scope, object["metadata"]["namespace"].as_str()) {
            (Scope::Cluster, _) => Api::all_with(client.clone(), &resource),
            (Scope::Namespaced, Some(namespace)) => {
                Api::namespaced_with(client.clone(), namespace, &resource)
            }
            (Scope::Namespaced, None) => Api::default_namespaced_with(client.clone(), &resource),
        },
    )
}

//! Reading the ConfigMaps and Secrets that a HelmRelease takes values from.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use rheostat_api::{HelmRelease, Reason};
use rheostat_gotemplate::Value;
use rheostat_render::release::values::{Entries, Objects};
use rheostat_render::release::{ReferenceKind, compose};
use serde_json::{Map, Value as Json};

use crate::desired::Desired;
use crate::outcome::Halt;

/// The values of a release.
///
/// # Errors
/// Failed: `ValuesError`.
pub async fn values(
    client: &kube::Client,
    object: &HelmRelease,
    desired: &Desired,
) -> Result<Map<String, Json>, Halt> {
    let objects = read(client, desired).await?;
    let inline = object.spec.values.as_ref();
    let failed = |error: String| Halt::failed(Reason::ValuesError, error);
    let namespace = &desired.key.namespace;
    let composed = compose(namespace, &desired.values_from, &objects, inline)
        .map_err(|error| failed(error.to_string()))?;
    match Value::Map(composed).to_json().map_err(failed)? {
        Json::Object(values) => Ok(values),
        _ => Ok(Map::new()),
    }
}

/// Each object is read once, so that all its entries are of one version.
async fn read(client: &kube::Client, desired: &Desired) -> Result<Objects, Halt> {
    let references = desired.values_from.iter();
    let names: BTreeSet<(ReferenceKind, &str)> = references
        .map(|reference| (reference.kind, reference.name.as_str()))
        .collect();
    let mut objects = Objects::new();
    for (kind, name) in names {
        let entries = match kind {
            ReferenceKind::ConfigMap => config_map(client, &desired.key.namespace, name).await,
            ReferenceKind::Secret => secret(client, &desired.key.namespace, name).await,
        };
        let entries =
            entries.map_err(|error| Halt::failed(Reason::ValuesError, error.to_string()))?;
        if let Some(entries) = entries {
            objects.insert((kind, name.to_owned()), entries);
        }
    }
    Ok(objects)
}

async fn config_map(
    client: &kube::Client,
    namespace: &str,
    name: &str,
) -> Result<Option<Entries>, kube::Error> {
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let found = api.get_opt(name).await?;
    Ok(found.map(|found| {
        let data = found.data.unwrap_or_default().into_iter();
        data.map(|(key, text)| (key, text.into_bytes())).collect()
    }))
}

async fn secret(
    client: &kube::Client,
    namespace: &str,
    name: &str,
) -> Result<Option<Entries>, kube::Error> {
    let api: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let found = api.get_opt(name).await?;
    Ok(found.map(|found| {
        let data = found.data.unwrap_or_default().into_iter();
        data.map(|(key, bytes)| (key, bytes.0)).collect()
    }))
}

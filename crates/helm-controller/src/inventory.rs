//! The objects of a release, as status lists them.

use std::collections::HashSet;

use rheostat_api::kustomize::inventory::{ResourceInventory, ResourceRef};
use rheostat_apply::ObjectId;
use rheostat_cluster::Cluster;
use rheostat_helm::{Chart, manifest};
use rheostat_release::Release;
use rheostat_yaml::{Limits, Profile, json, parse};
use serde_json::Value;

/// The kind of the definitions in crds/.
const DEFINITION: &str = "CustomResourceDefinition";

/// Lists the objects of a revision, without hooks, and the definitions of its chart. Where an object names no namespace and its
/// kind needs one, it is the release's. What the cluster does not know is listed as the manifest has it.
pub async fn of_release(
    cluster: &Cluster,
    release: &Release,
    chart: Option<&Chart>,
) -> ResourceInventory {
    let mut entries = Vec::new();
    let mut known = HashSet::new();
    let definitions = chart.map(definitions).unwrap_or_default();
    let objects = documents(&release.manifest).into_iter().chain(definitions);
    for object in objects {
        let api_version = text(&object, "/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let kind = text(&object, "/kind");
        let resource = cluster.mapper().exact(api_version, kind).await;
        let namespace = match resource.as_ref().map(|resource| resource.namespaced) {
            Ok(false) => "",
            Ok(true) | Err(_) => match text(&object, "/metadata/namespace") {
                "" if resource.is_ok() => &release.namespace,
                given => given,
            },
        };
        let id = ObjectId {
            namespace: namespace.to_owned(),
            name: text(&object, "/metadata/name").to_owned(),
            group: group.to_owned(),
            kind: kind.to_owned(),
        };
        if known.insert(id.clone()) {
            entries.push(ResourceRef {
                id: id.to_string(),
                version: version.to_owned(),
            });
        }
    }
    ResourceInventory { entries }
}

/// The objects in a text. What is none was refused before it was released.
pub fn documents(text: &str) -> Vec<Value> {
    let read = |document: &&str| {
        let node = parse(document.as_bytes(), Profile::V2, &Limits::default()).ok()??;
        let value = json::from_node(&node, Profile::V2).ok()?;
        value.is_object().then_some(value)
    };
    manifest::split(text).iter().filter_map(read).collect()
}

fn definitions(chart: &Chart) -> Vec<Value> {
    let files = chart.crds();
    let texts = files
        .iter()
        .map(|(_, file)| String::from_utf8_lossy(&file.data));
    texts
        .flat_map(|text| documents(&text))
        .filter(|object| text_is(object, "/kind", DEFINITION))
        .collect()
}

fn text_is(object: &Value, pointer: &str, expected: &str) -> bool {
    text(object, pointer) == expected
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    let found = object.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}

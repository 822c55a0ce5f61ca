//! Gives objects the form that the Go types of Kubernetes give them: unknown fields of built-in
//! kinds go, fields that Go never leaves out appear, ports get their protocol, `stringData` of a
//! Secret becomes `data`.
//!
//! Ownership of fields depends on it: what is sent is what the field manager then owns. Kinds that
//! the table does not know (definitions, custom resources) keep their fields. The types are in
//! `scheme.txt`, which `tests/tools/scheme` prints.

mod ca_bundle;
mod scheme;
#[cfg(test)]
mod tests;
mod typed;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::object::Object;

/// The pod specification of kinds whose ports get a default protocol.
const POD_SPECS: [(&str, &str, &str); 7] = [
    ("v1", "Pod", "/spec"),
    ("apps/v1", "Deployment", "/spec/template/spec"),
    ("apps/v1", "StatefulSet", "/spec/template/spec"),
    ("apps/v1", "DaemonSet", "/spec/template/spec"),
    ("apps/v1", "ReplicaSet", "/spec/template/spec"),
    ("batch/v1", "Job", "/spec/template/spec"),
    (
        "batch/v1",
        "CronJob",
        "/spec/jobTemplate/spec/template/spec",
    ),
];

/// Brings an object to its normal form. An object of a built-in kind whose fields have wrong types
/// keeps them, so that the API server says what is wrong.
pub fn normalize(object: &mut Object) {
    let is_role = matches!(object.kind(), "Role" | "ClusterRole");
    if is_role && object.api_version() == "rbac.authorization.k8s.io/v1" {
        // Go would turn absent rules into null ones, which removes those of an aggregated role.
        return;
    }
    if let Some(typed) = typed::round_trip(object) {
        *object.value_mut() = typed;
        default_protocols(object);
        encode_string_data(object);
    }
    object.value_mut()["metadata"]["creationTimestamp"] = Value::Null;
    if object.is_definition() {
        ca_bundle::drop_invalid(object.value_mut());
    } else if let Some(fields) = object.value_mut().as_object_mut() {
        fields.remove("status");
    }
}

/// Server-side apply tells ports apart by number and protocol, so an absent protocol would make a
/// second port of the one that the server has given a protocol.
fn default_protocols(object: &mut Object) {
    let api_version = object.api_version().to_owned();
    let kind = object.kind().to_owned();
    if api_version == "v1" && kind == "Service" {
        default_protocol_of(object.value_mut().pointer_mut("/spec/ports"));
    }
    let known = POD_SPECS
        .iter()
        .find(|(v, k, _)| *v == api_version && *k == kind);
    let Some((_, _, path)) = known else {
        return;
    };
    let containers = object
        .value_mut()
        .pointer_mut(&format!("{path}/containers"))
        .and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        default_protocol_of(container.get_mut("ports"));
    }
}

fn default_protocol_of(ports: Option<&mut Value>) {
    let ports = ports.and_then(Value::as_array_mut);
    for port in ports.into_iter().flatten().filter_map(Value::as_object_mut) {
        let protocol = port.get("protocol").and_then(Value::as_str);
        if protocol.is_none_or(str::is_empty) {
            port.insert("protocol".to_owned(), Value::String("TCP".to_owned()));
        }
    }
}

fn encode_string_data(object: &mut Object) {
    if object.api_version() != "v1" || object.kind() != "Secret" {
        return;
    }
    let Some(secret) = object.value_mut().as_object_mut() else {
        return;
    };
    let Some(Value::Object(plain)) = secret.remove("stringData") else {
        return;
    };
    let data = secret
        .entry("data")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(data) = data {
        for (key, value) in plain {
            let text = value.as_str().unwrap_or_default();
            data.insert(key, Value::String(STANDARD.encode(text)));
        }
    }
}

//! Reading an OpenAPI v2 document.

use std::collections::HashMap;

use serde_json::Value;
use smol_str::SmolStr;

use super::{Definition, MergeKeys, Schema, Shape, Source};
use crate::scope::Scope;

/// Levels of inline types. The deepest of the field's documents has fewer than 20.
const MAX_DEPTH: usize = 100;

/// A document that is no OpenAPI v2 schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The document is no object.
    #[error("invalid schema file: expected an object")]
    NotAnObject,
    /// Inline types nest too deeply.
    #[error("invalid schema file: definition {definition} nests deeper than {MAX_DEPTH} levels")]
    Depth {
        /// The definition.
        definition: String,
    },
}

pub(super) fn read(document: &Value) -> Result<Schema, SchemaError> {
    let document = document.as_object().ok_or(SchemaError::NotAnObject)?;
    let mut schema = Schema {
        scopes: scopes(document.get("paths")),
        ..Schema::default()
    };
    let Some(definitions) = document.get("definitions").and_then(Value::as_object) else {
        return Ok(schema);
    };
    let numbers = definitions
        .keys()
        .enumerate()
        .map(|(number, name)| (name.as_str(), number))
        .collect();
    for (number, (name, value)) in definitions.iter().enumerate() {
        let definition = definition(value, &numbers, MAX_DEPTH);
        let definition = definition.ok_or_else(|| SchemaError::Depth {
            definition: name.clone(),
        })?;
        schema.definitions.push(Source::Read(definition));
        let kinds = value
            .get("x-kubernetes-group-version-kind")
            .and_then(Value::as_array);
        for resource in kinds.into_iter().flatten().filter_map(resource) {
            schema.resources.insert(resource, number);
        }
    }
    Ok(schema)
}

/// API version and kind of a `x-kubernetes-group-version-kind`.
fn resource(value: &Value) -> Option<(SmolStr, SmolStr)> {
    let text = |key| value.get(key).and_then(Value::as_str);
    let version = text("version")?;
    let api_version = match text("group") {
        Some(group) if !group.is_empty() => smol_str::format_smolstr!("{group}/{version}"),
        _ => version.into(),
    };
    Some((api_version, text("kind")?.into()))
}

/// A resource is namespaced if any of its paths has a namespace in it.
fn scopes(paths: Option<&Value>) -> HashMap<(SmolStr, SmolStr), Scope> {
    let mut scopes = HashMap::new();
    for (path, operations) in paths.and_then(Value::as_object).into_iter().flatten() {
        let kind = operations
            .get("get")
            .and_then(|get| get.get("x-kubernetes-group-version-kind"));
        let Some(resource) = kind.and_then(resource) else {
            continue;
        };
        if path.contains("namespaces/{namespace}") {
            scopes.insert(resource, Scope::Namespaced);
        } else {
            scopes.entry(resource).or_insert(Scope::Cluster);
        }
    }
    scopes
}

/// `None` when it nests too deeply.
fn definition(value: &Value, numbers: &HashMap<&str, usize>, depth: usize) -> Option<Definition> {
    let mut definition = Definition::default();
    for (name, field) in value
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        definition.fields.insert(
            name.as_str().into(),
            shape(field, numbers, depth.checked_sub(1)?)?,
        );
    }
    if let Some(additional) = value
        .get("additionalProperties")
        .filter(|value| value.is_object())
    {
        definition.additional = Some(shape(additional, numbers, depth.checked_sub(1)?)?);
    }
    Some(definition)
}

fn shape(value: &Value, numbers: &HashMap<&str, usize>, depth: usize) -> Option<Shape> {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let number = reference
            .strip_prefix("#/definitions/")
            .and_then(|name| numbers.get(name));
        return Some(Shape::Reference(number.copied()));
    }
    if is_array(value) {
        let items = match value.get("items") {
            Some(items) => shape(items, numbers, depth.checked_sub(1)?)?,
            None => Shape::Reference(None),
        };
        return Some(Shape::List {
            merge: merge_keys(value),
            items: Box::new(items),
        });
    }
    let definition = definition(value, numbers, depth)?;
    let is_leaf = definition.fields.is_empty() && definition.additional.is_none();
    Some(if is_leaf {
        Shape::Leaf
    } else {
        Shape::Object(Box::new(definition))
    })
}

fn is_array(value: &Value) -> bool {
    match value.get("type") {
        Some(Value::Array(types)) => types.len() == 1 && types[0] == "array",
        Some(kind) => kind == "array",
        None => false,
    }
}

/// The keys of a list whose strategy is to merge; `x-kubernetes-list-map-keys` counts only beside a strategy.
fn merge_keys(value: &Value) -> Option<MergeKeys> {
    let strategies = value.get("x-kubernetes-patch-strategy")?.as_str()?;
    strategies
        .split(',')
        .find(|strategy| *strategy == "merge")?;
    if let Some(keys) = value
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
    {
        return Some(
            keys.iter()
                .filter_map(Value::as_str)
                .map(SmolStr::from)
                .collect(),
        );
    }
    let key = value
        .get("x-kubernetes-patch-merge-key")
        .and_then(Value::as_str);
    Some(key.into_iter().map(SmolStr::from).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Gvk;

    #[test]
    fn reads_definitions_and_scopes() {
        let kind = json!({"group": "example.com", "version": "v1", "kind": "Foo"});
        let document = json!({
            "paths": {"/apis/example.com/v1/foos/{name}": {"get": {"x-kubernetes-group-version-kind": kind}}},
            "definitions": {
                "Foo": {
                    "x-kubernetes-group-version-kind": [kind],
                    "properties": {"spec": {"$ref": "#/definitions/Spec"}, "gone": {"$ref": "#/definitions/Gone"}},
                },
                "Spec": {"properties": {"list": {
                    "type": "array",
                    "items": {"type": "string"},
                    "x-kubernetes-patch-strategy": "retainKeys,merge",
                    "x-kubernetes-patch-merge-key": "id",
                }}},
            },
        });
        let schema = Schema::from_openapi(&document).unwrap();
        let foo = schema.resource("example.com/v1", "Foo").unwrap();
        let list = foo.field("spec").unwrap().field("list").unwrap();
        assert_eq!(list.merge_keys().unwrap(), &["id"]);
        assert!(foo.field("gone").is_none());
        let gvk = Gvk::new("example.com", "v1", "Foo");
        assert_eq!(schema.scope(&gvk), Some(Scope::Cluster));
    }
}

//! What kustomize built, as the objects that are applied.

use rheostat_kustomize::resource::Resource;
use rheostat_yaml::Profile;
use rheostat_yaml::json::{self, JsonError};
use serde_json::Value;

/// The group of kustomization files, which are never applied.
const KUSTOMIZE_GROUP: &str = "kustomize.config.k8s.io/";

/// Why something that was built cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// A field that every object has is missing or empty. The object itself is not shown: it may be a Secret.
    #[error(
        "failed to decode Kubernetes apiVersion, kind and name from {object}: {field} is missing"
    )]
    MissingField {
        /// What is known of the object: `<kind>/<namespace>/<name>`.
        object: String,
        /// The field.
        field: &'static str,
    },
    /// A number or a key has no form in JSON.
    #[error("convert {object} to JSON")]
    Json {
        /// The object: `<kind>/<namespace>/<name>`.
        object: String,
        /// What is wrong.
        #[source]
        source: JsonError,
    },
    /// An item of a list is no object.
    #[error("{list}: item {index} is not an object")]
    Item {
        /// The list: `<kind>/<namespace>/<name>`.
        list: String,
        /// The position of the item, from 0.
        index: usize,
    },
}

/// The objects among what was built. Lists are replaced by their items, and kustomization files are dropped.
///
/// # Errors
/// [`ObjectError`] naming the object.
pub fn read(resources: &[Resource]) -> Result<Vec<Value>, ObjectError> {
    let mut objects = Vec::with_capacity(resources.len());
    for resource in resources {
        let value =
            json::from_node(resource.node(), Profile::V3).map_err(|source| ObjectError::Json {
                object: resource.id().to_string(),
                source,
            })?;
        check_identity(&value)?;
        expand(value, &mut objects)?;
    }
    Ok(objects)
}

fn check_identity(object: &Value) -> Result<(), ObjectError> {
    for (field, pointer) in [
        ("apiVersion", "/apiVersion"),
        ("kind", "/kind"),
        ("metadata.name", "/metadata/name"),
    ] {
        if text(object, pointer).is_empty() {
            return Err(ObjectError::MissingField {
                object: describe(object),
                field,
            });
        }
    }
    Ok(())
}

/// Adds an object, or the items of a list: whatever has a field `items` that is one, by any kind.
fn expand(mut object: Value, objects: &mut Vec<Value>) -> Result<(), ObjectError> {
    if let Some(Value::Array(items)) = object.get_mut("items") {
        let items = std::mem::take(items);
        for (index, item) in items.into_iter().enumerate() {
            if !item.is_object() {
                let list = describe(&object);
                return Err(ObjectError::Item { list, index });
            }
            check_identity(&item)?;
            objects.push(item);
        }
    } else if !is_kustomization_file(&object) {
        objects.push(object);
    }
    Ok(())
}

fn is_kustomization_file(object: &Value) -> bool {
    text(object, "/apiVersion").starts_with(KUSTOMIZE_GROUP)
        && text(object, "/kind").eq_ignore_ascii_case("Kustomization")
}

fn describe(object: &Value) -> String {
    let parts =
        ["/kind", "/metadata/namespace", "/metadata/name"].map(|pointer| text(object, pointer));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

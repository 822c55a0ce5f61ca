//! An object that is to be applied: JSON that is known to say what it is.

use serde_json::{Map, Value};

/// Why a value is not an object that can be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// It is no mapping.
    #[error("a Kubernetes object must be a mapping")]
    Shape,
    /// A field that every object has is absent, empty or no string.
    #[error("{field} is missing or no string")]
    Field {
        /// Path of the field.
        field: &'static str,
    },
}

/// An object with `apiVersion`, `kind` and `metadata.name`.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    value: Value,
}

impl Object {
    /// Takes a value that says what it is.
    ///
    /// # Errors
    /// When `apiVersion`, `kind` or `metadata.name` is not a string with something in it.
    pub fn new(value: Value) -> Result<Self, ObjectError> {
        if !value.is_object() {
            return Err(ObjectError::Shape);
        }
        for (field, pointer) in [
            ("apiVersion", "/apiVersion"),
            ("kind", "/kind"),
            ("metadata.name", "/metadata/name"),
        ] {
            let text = value.pointer(pointer).and_then(Value::as_str);
            if text.is_none_or(str::is_empty) {
                return Err(ObjectError::Field { field });
            }
        }
        Ok(Self { value })
    }

    /// The JSON.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// `group/version`, or the version alone in the core group.
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    /// The API group; empty for core.
    pub fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(g, _)| g)
    }

    /// The version without the group.
    pub fn version(&self) -> &str {
        let whole = self.api_version();
        whole.split_once('/').map_or(whole, |(_, v)| v)
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// The namespace as written, which a cluster-scoped object may have by mistake; empty if none.
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// A label's value.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.value["metadata"]["labels"].get(key)?.as_str()
    }

    /// An annotation's value.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.value["metadata"]["annotations"].get(key)?.as_str()
    }

    /// Sets a label.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.set_metadata("labels", key, value);
    }

    /// Sets an annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        self.set_metadata("annotations", key, value);
    }

    /// Whether this is a definition of custom resources.
    pub fn is_definition(&self) -> bool {
        self.kind() == "CustomResourceDefinition" && self.group() == "apiextensions.k8s.io"
    }

    pub(crate) fn value_mut(&mut self) -> &mut Value {
        &mut self.value
    }

    fn text(&self, pointer: &str) -> &str {
        self.value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn set_metadata(&mut self, field: &str, key: &str, value: &str) {
        let slot = &mut self.value["metadata"][field];
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        slot[key] = Value::String(value.to_owned());
    }
}

/// `Kind/namespace/name`, without the namespace where there is none.
impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace() {
            "" => write!(f, "{}/{}", self.kind(), self.name()),
            namespace => write!(f, "{}/{namespace}/{}", self.kind(), self.name()),
        }
    }
}

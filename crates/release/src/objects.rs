//! The objects of a manifest, each with its address on the cluster.

use std::fmt;
use std::sync::Arc;

use rheostat_cluster::{Cluster, MapperError, Resource, Target, TargetError};
use rheostat_yaml::{Limits, Profile, json, parse_stream};
use serde_json::Value;

use crate::blocking;

/// From this size on, reading a manifest takes longer than other work should have to wait: some milliseconds.
const LARGE_BYTES: usize = 128 << 10;

/// Why a manifest is not made of objects that the cluster knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A document does not read.
    #[error("error parsing : {0}")]
    Yaml(String),
    /// A document has no kind.
    #[error("unable to decode \"\": Object 'Kind' is missing in '{0}'")]
    Kind(String),
    /// The cluster does not serve the kind.
    #[error(
        "resource mapping not found for name: {name:?} namespace: {namespace:?} from \"\": {cause}\nensure CRDs are installed first"
    )]
    Mapping {
        /// The object's name.
        name: String,
        /// Its namespace, as written.
        namespace: String,
        /// What the cluster lacks.
        #[source]
        cause: MapperError,
    },
    /// Discovery could not be read.
    #[error("{0}")]
    Discovery(#[source] MapperError),
    /// An object has no address.
    #[error("{subject}: {cause}")]
    Target {
        /// `Kind name`.
        subject: String,
        /// Why.
        #[source]
        cause: TargetError,
    },
    /// An object is to be named by the server.
    #[error("{kind} {name:?}: metadata.generateName is not supported")]
    GenerateName {
        /// The object's kind.
        kind: String,
        /// The beginning of its name.
        name: String,
    },
    /// More than one thing is wrong.
    #[error("[{}]", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Several(Vec<Self>),
}

/// An object that is to be on the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// The object, with its namespace.
    pub(crate) value: Value,
    /// Its address.
    pub(crate) target: Target,
    /// As the server showed it after it was written, where that is of interest.
    pub(crate) seen: Option<Value>,
}

impl Object {
    /// Its kind.
    pub(crate) fn kind(&self) -> &str {
        &self.target.resource().kind
    }

    /// Whether two objects are one, whatever their versions.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (left, right) = (self.target.resource(), other.target.resource());
        self.target.name() == other.target.name()
            && self.target.namespace() == other.target.namespace()
            && left.group == right.group
            && left.kind == right.kind
    }

    /// `namespace/name group/version, Kind=kind`, as Helm names objects that it applies.
    pub(crate) fn described(&self) -> String {
        let Resource {
            group,
            version,
            kind,
            ..
        } = &**self.target.resource();
        let namespace = self.target.namespace().unwrap_or_default();
        let name = self.target.name();
        format!("{namespace}/{name} {group}/{version}, Kind={kind}")
    }
}

/// `Kind/namespace/name`, without the namespace where there is none.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)
    }
}

/// Reads the objects of a manifest. Those without a namespace get one, if their kind has it; lists are taken apart.
pub(crate) async fn build(
    cluster: &Cluster,
    manifest: &str,
    namespace: &str,
) -> Result<Vec<Object>, BuildError> {
    let (mut objects, mut errors) = (Vec::new(), Vec::new());
    for value in read_aside(manifest).await? {
        match address(cluster, value, namespace).await {
            Ok(object) => objects.push(object),
            Err(error @ BuildError::Discovery(_)) => return Err(error),
            Err(error) => errors.push(error),
        }
    }
    match errors.len() {
        0 => Ok(objects),
        1 => Err(errors.remove(0)),
        _ => Err(BuildError::Several(errors)),
    }
}

/// Reads a manifest; one that takes its time on a thread for such work.
async fn read_aside(manifest: &str) -> Result<Vec<Value>, BuildError> {
    if manifest.len() < LARGE_BYTES {
        return read(manifest);
    }
    let manifest = manifest.to_owned();
    blocking::run(move || read(&manifest)).await
}

fn read(manifest: &str) -> Result<Vec<Value>, BuildError> {
    let documents = parse_stream(manifest.as_bytes(), Profile::V2, &Limits::default())
        .map_err(|error| BuildError::Yaml(error.to_string()))?;
    let mut values = Vec::with_capacity(documents.len());
    for document in documents {
        let value = json::from_node(&document, Profile::V2)
            .map_err(|error| BuildError::Yaml(error.to_string()))?;
        match value {
            Value::Null => {}
            Value::Object(ref fields)
                if fields.get("items").is_some_and(Value::is_array)
                    && value["kind"]
                        .as_str()
                        .is_some_and(|kind| kind.ends_with("List")) =>
            {
                let Value::Object(mut fields) = value else {
                    continue;
                };
                if let Some(Value::Array(items)) = fields.remove("items") {
                    values.extend(items);
                }
            }
            value => values.push(value),
        }
    }
    Ok(values)
}

async fn address(
    cluster: &Cluster,
    mut value: Value,
    default_namespace: &str,
) -> Result<Object, BuildError> {
    let text = |pointer: &str| {
        let text = value.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
    if kind.is_empty() {
        return Err(BuildError::Kind(value.to_string()));
    }
    let generate_name = text("/metadata/generateName");
    if name.is_empty() && !generate_name.is_empty() {
        return Err(BuildError::GenerateName {
            kind,
            name: generate_name,
        });
    }
    let resource = match cluster.mapper().exact(&api_version, &kind).await {
        Ok(resource) => resource,
        Err(cause @ MapperError::NoMatch { .. }) => {
            return Err(BuildError::Mapping {
                name,
                namespace,
                cause,
            });
        }
        Err(cause) => return Err(BuildError::Discovery(cause)),
    };
    let is_namespaced = resource.namespaced;
    let namespace = if namespace.is_empty() {
        default_namespace
    } else {
        &namespace
    };
    let target = Target::new(Arc::clone(&resource), Some(namespace), &name).map_err(|cause| {
        BuildError::Target {
            subject: format!("{kind} {name:?}"),
            cause,
        }
    })?;
    if is_namespaced {
        value["metadata"]["namespace"] = namespace.into();
    }
    Ok(Object {
        value,
        target,
        seen: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    fn check(manifest: &str, expected: &Value) {
        let found = match read(manifest) {
            Ok(values) => Value::Array(values),
            Err(error) => error.to_string().into(),
        };
        assert_eq!(found, *expected);
    }

    #[test]
    fn documents_and_items_of_lists_are_objects() {
        check(
            "---\n# Source: a.yaml\nkind: A\n---\n# nothing\n---\nkind: BList\nitems: [{kind: B}, {kind: C}]\n---\n",
            &json!([{"kind": "A"}, {"kind": "B"}, {"kind": "C"}]),
        );
        check(
            "kind: Checklist\nitems: 1\n",
            &json!([{"kind": "Checklist", "items": 1}]),
        );
        check("", &json!([]));
    }
}

//! A kind as the API server serves it, and the address of one object of it.

use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand unescaped in a path segment; names of RBAC objects use the colon.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b':');

/// A kind as the API server serves it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: String,
    /// Version of the group, such as `v1`.
    pub version: String,
    /// Kind, such as `ConfigMap`.
    pub kind: String,
    /// Name in paths, such as `configmaps`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// Why an object has no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A namespaced kind was asked for without a namespace.
    #[error("namespace not specified: the server could not find the requested resource")]
    NamespaceMissing,
    /// The name cannot be part of a path.
    #[error("{name:?} is no name of an object")]
    Name {
        /// The name as it was given.
        name: String,
    },
}

/// The address of one object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    resource: Arc<Resource>,
    namespace: Option<String>,
    name: String,
}

impl Resource {
    /// `group/version`, or the version alone in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The path of all its objects, or of those in one namespace.
    pub(crate) fn collection(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() {
            "/api"
        } else {
            "/apis"
        };
        let api_version = self.api_version();
        let plural = utf8_percent_encode(&self.plural, SEGMENT);
        match namespace {
            Some(namespace) => {
                let namespace = utf8_percent_encode(namespace, SEGMENT);
                format!("{root}/{api_version}/namespaces/{namespace}/{plural}")
            }
            None => format!("{root}/{api_version}/{plural}"),
        }
    }
}

impl Target {
    /// The address of `name`. A namespace given for a cluster-scoped kind is dropped.
    ///
    /// # Errors
    /// When a namespaced kind has no namespace, or the name cannot stand in a path.
    pub fn new(
        resource: Arc<Resource>,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Self, TargetError> {
        let namespace = namespace.filter(|n| resource.namespaced && !n.is_empty());
        if resource.namespaced && namespace.is_none() {
            return Err(TargetError::NamespaceMissing);
        }
        for part in [Some(name), namespace].into_iter().flatten() {
            if matches!(part, "" | "." | "..") {
                return Err(TargetError::Name {
                    name: part.to_owned(),
                });
            }
        }
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            resource,
        })
    }

    /// The kind.
    pub fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    /// The namespace; absent for cluster-scoped kinds.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path at which an object like this one is created.
    pub(crate) fn collection_path(&self) -> String {
        self.resource.collection(self.namespace())
    }

    /// The path of the object at the API server.
    pub(crate) fn path(&self) -> String {
        let collection = self.resource.collection(self.namespace());
        format!("{collection}/{}", utf8_percent_encode(&self.name, SEGMENT))
    }
}

/// `Kind/namespace/name`, without the namespace where there is none.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.resource.kind, self.name),
            None => write!(f, "{}/{}", self.resource.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(group: &str, plural: &str, namespaced: bool) -> Arc<Resource> {
        Arc::new(Resource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            kind: "Kind".to_owned(),
            plural: plural.to_owned(),
            namespaced,
        })
    }

    fn check(resource: Arc<Resource>, namespace: Option<&str>, name: &str, expected: &str) {
        let found = match Target::new(resource, namespace, name) {
            Ok(target) => target.path(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_follow_group_and_scope() {
        check(
            resource("", "configmaps", true),
            Some("a"),
            "b",
            "/api/v1/namespaces/a/configmaps/b",
        );
        check(
            resource("apps", "deployments", true),
            Some("a"),
            "b",
            "/apis/apps/v1/namespaces/a/deployments/b",
        );
        check(
            resource("", "namespaces", false),
            Some("injected"),
            "b",
            "/api/v1/namespaces/b",
        );
        check(
            resource("rbac.authorization.k8s.io", "clusterroles", false),
            None,
            "system:x",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:x",
        );
    }

    #[test]
    fn names_stay_inside_their_segment() {
        check(
            resource("", "configmaps", true),
            Some("a"),
            "../../secrets/s?x=y",
            "/api/v1/namespaces/a/configmaps/..%2F..%2Fsecrets%2Fs%3Fx%3Dy",
        );
        check(
            resource("", "configmaps", true),
            Some("a"),
            "..",
            "\"..\" is no name of an object",
        );
        check(
            resource("", "configmaps", true),
            None,
            "a",
            "namespace not specified: the server could not find the requested resource",
        );
    }
}

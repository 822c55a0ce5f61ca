//! The identity of an object, as kustomize sees it.

use std::fmt;

use smol_str::SmolStr;

use crate::gvk::Gvk;
use crate::scope::Scope;

/// The namespace that objects without one live in.
pub const DEFAULT_NAMESPACE: &str = "default";
/// The namespace that stands for the absence of namespaces.
pub const NOT_A_NAMESPACE: &str = "_non_namespaceable_";

/// Type, name and namespace of an object.
///
/// Two ids are the same object when type and name are equal and the
/// [effective namespaces](ResId::effective_namespace) are.
#[derive(Debug, Clone, Default)]
pub struct ResId {
    /// The type.
    pub gvk: Gvk,
    /// The name.
    pub name: SmolStr,
    /// The namespace as it is written; empty when it is not.
    pub namespace: SmolStr,
    /// Whether the type is known to live outside of namespaces.
    pub is_cluster_scoped: bool,
}

impl ResId {
    /// An id whose scope is looked up.
    pub fn new(
        gvk: Gvk,
        name: impl Into<SmolStr>,
        namespace: impl Into<SmolStr>,
        scopes: &dyn Fn(&Gvk) -> Option<Scope>,
    ) -> Self {
        let is_cluster_scoped = scopes(&gvk) == Some(Scope::Cluster);
        Self {
            gvk,
            name: name.into(),
            namespace: namespace.into(),
            is_cluster_scoped,
        }
    }

    /// The namespace that counts: a blank one is `default`, and types
    /// outside of namespaces share one that is none.
    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped {
            NOT_A_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            &self.namespace
        }
    }

    /// Whether both live in the same effective namespace.
    pub fn has_same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// Whether type and name are equal, whatever the namespaces.
    pub fn has_same_gvk_and_name(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }
}

impl PartialEq for ResId {
    fn eq(&self, other: &Self) -> bool {
        self.has_same_gvk_and_name(other) && self.has_same_namespace(other)
    }
}

impl Eq for ResId {}

impl std::hash::Hash for ResId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.gvk.hash(state);
        self.name.hash(state);
        self.effective_namespace().hash(state);
    }
}

/// `Kind.version.group/name.namespace`, blanks marked, as kustomize's
/// messages have it.
impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() {
            "[noName]"
        } else {
            self.name.as_str()
        };
        let namespace = if self.namespace.is_empty() {
            "[noNs]"
        } else {
            self.namespace.as_str()
        };
        write!(f, "{}/{name}.{namespace}", self.gvk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::builtin_scope;

    fn id(api_version: &str, kind: &str, name: &str, namespace: &str) -> ResId {
        let gvk = Gvk::from_api_version(api_version, kind);
        ResId::new(gvk, name, namespace, &builtin_scope)
    }

    #[test]
    fn a_blank_namespace_is_the_default_one() {
        assert_eq!(
            id("v1", "Secret", "a", ""),
            id("v1", "Secret", "a", "default")
        );
        assert_ne!(id("v1", "Secret", "a", ""), id("v1", "Secret", "a", "b"));
        assert_eq!(id("v1", "Node", "a", "x"), id("v1", "Node", "a", ""));
        assert_ne!(
            id("example.com/v1", "Node", "a", "x"),
            id("example.com/v1", "Node", "a", "")
        );
    }

    #[test]
    fn prints_blanks() {
        assert_eq!(
            id("v1", "Secret", "a", "").to_string(),
            "Secret.v1.[noGrp]/a.[noNs]"
        );
        assert_eq!(
            id("apps/v1", "Deployment", "a.b", "c").to_string(),
            "Deployment.v1.apps/a.b.c"
        );
    }
}

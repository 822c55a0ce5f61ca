//! The id under which an object is remembered: `namespace_name_group_kind`.
//!
//! Names of RBAC objects may hold a colon, which is written as two underscores. Reading turns two
//! underscores into a colon for every kind, as cli-utils does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Kinds whose names may hold a colon.
const COLON_KINDS: [&str; 4] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];

/// Which object is meant, whatever its version. Serialized, it is its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ObjectId {
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// API group; empty for core.
    pub group: String,
    /// Kind.
    pub kind: String,
}

/// A text that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no object id: expected namespace_name_group_kind")]
pub struct IdError {
    text: String,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_rbac = self.group == "rbac.authorization.k8s.io";
        let name = if is_rbac && COLON_KINDS.contains(&self.kind.as_str()) {
            self.name.replace(':', "__")
        } else {
            self.name.clone()
        };
        write!(f, "{}_{name}_{}_{}", self.namespace, self.group, self.kind)
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let parts = || {
            let (namespace, rest) = text.split_once('_')?;
            let (rest, kind) = rest.rsplit_once('_')?;
            let (name, group) = rest.rsplit_once('_')?;
            Some(Self {
                namespace: namespace.to_owned(),
                name: name.replace("__", ":"),
                group: group.to_owned(),
                kind: kind.to_owned(),
            })
        };
        parts().ok_or_else(|| IdError {
            text: text.to_owned(),
        })
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ObjectId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl ObjectId {
    /// `Kind/namespace/name`, without the namespace where there is none: for people.
    pub fn subject(&self) -> String {
        if self.namespace.is_empty() {
            format!("{}/{}", self.kind, self.name)
        } else {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parts: [&str; 4], expected: &str) {
        let [namespace, name, group, kind] = parts.map(str::to_owned);
        let id = ObjectId {
            namespace,
            name,
            group,
            kind,
        };
        assert_eq!(id.to_string(), expected);
        assert_eq!(expected.parse(), Ok(id));
    }

    #[test]
    fn ids_are_written_and_read() {
        check(
            ["default", "podinfo", "", "Service"],
            "default_podinfo__Service",
        );
        check(["", "ns1", "", "Namespace"], "_ns1__Namespace");
        check(
            [
                "",
                "widgets.example.com",
                "apiextensions.k8s.io",
                "CustomResourceDefinition",
            ],
            "_widgets.example.com_apiextensions.k8s.io_CustomResourceDefinition",
        );
        check(
            ["a", "o:x", "rbac.authorization.k8s.io", "Role"],
            "a_o__x_rbac.authorization.k8s.io_Role",
        );
    }

    #[test]
    fn names_may_hold_an_underscore() {
        check(["a", "b_c", "", "ConfigMap"], "a_b_c__ConfigMap");
    }

    #[test]
    fn too_few_parts_are_no_id() {
        assert!("a_b_c".parse::<ObjectId>().is_err());
    }
}

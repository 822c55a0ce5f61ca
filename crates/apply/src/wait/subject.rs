//! Whom a wait is about.

use rheostat_cluster::Target;
use serde_json::Value;

/// An object whose health is asked for.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) address: Address,
    /// The object as the server last showed it.
    pub(super) seen: Option<Value>,
    /// Whether its absence means that it has done its work: a Job with a time to live.
    pub(super) is_expiring: bool,
}

/// Where an object is to be found.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// At a known place.
    Known(Target),
    /// Of a kind in whatever version the server prefers.
    Named {
        group: String,
        kind: String,
        namespace: String,
        name: String,
    },
}

impl Subject {
    /// An object at a known place, as the server last showed it.
    pub fn new(target: Target, seen: Option<Value>) -> Self {
        Self {
            address: Address::Known(target),
            seen,
            is_expiring: false,
        }
    }

    /// An object by name, in whatever version the server prefers.
    pub fn named(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            address: Address::Named {
                group: group.to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            },
            seen: None,
            is_expiring: false,
        }
    }

    /// The same subject, whose absence is fine if the manifest is that of a Job with a time to live.
    #[must_use]
    pub fn expiring_as(mut self, manifest: &Value) -> Self {
        self.is_expiring = rheostat_health::is_done_when_gone(manifest);
        self
    }

    /// Kind, namespace and name; the namespace is empty for cluster-scoped objects.
    pub fn names(&self) -> (&str, &str, &str) {
        match &self.address {
            Address::Known(target) => (
                &target.resource().kind,
                target.namespace().unwrap_or_default(),
                target.name(),
            ),
            Address::Named {
                kind,
                namespace,
                name,
                ..
            } => (kind, namespace, name),
        }
    }
}

/// `Kind/namespace/name`, without the namespace where there is none.
impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.names() {
            (kind, "", name) => write!(f, "{kind}/{name}"),
            (kind, namespace, name) => write!(f, "{kind}/{namespace}/{name}"),
        }
    }
}

//! Whom a wait is about.

use rheostat_cluster::Target;
use serde_json::Value;

/// When the wait for an object is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// When it is healthy; a Job is when it is over.
    #[default]
    Healthy,
    /// The same, but that a Job need only have begun.
    Started,
    /// When a Job or a Pod has done its work; any other object has as soon as it is there.
    Done,
}

/// An object whose health is asked for.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) address: Address,
    /// The object as the server last showed it.
    pub(super) seen: Option<Value>,
    /// Whether its absence means that it has done its work: a Job with a time to live.
    pub(super) is_expiring: bool,
    pub(super) expectation: Expectation,
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
            expectation: Expectation::default(),
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
            expectation: Expectation::default(),
        }
    }

    /// The same subject, whose absence is fine if the manifest is that of a Job with a time to live.
    #[must_use]
    pub fn expiring_as(mut self, manifest: &Value) -> Self {
        self.is_expiring = rheostat_health::is_done_when_gone(manifest);
        self
    }

    /// The same subject with another end of its wait.
    #[must_use]
    pub fn expecting(mut self, expectation: Expectation) -> Self {
        self.expectation = expectation;
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

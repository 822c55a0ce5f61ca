//! Stages: what other objects need comes first and is waited for.

use std::collections::BTreeSet;

use crate::object::Object;
use crate::order::Place;

/// What is applied together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StageKind {
    /// Definitions of custom resources, namespaces and cluster roles.
    Definitions,
    /// Kinds whose name ends with `Class`.
    Classes,
    /// Kinds that the caller named.
    Custom,
    /// Everything else.
    Rest,
}

/// Objects that are asked about together and then applied one after the other.
#[derive(Clone, Debug)]
pub struct Stage<'a> {
    /// What it holds.
    pub kind: StageKind,
    /// The objects, in the order of their application.
    pub objects: Vec<&'a Object>,
}

impl StageKind {
    /// Whether what follows needs the stage to be in effect, not only applied.
    pub fn is_waited_for(self) -> bool {
        matches!(self, Self::Definitions | Self::Classes)
    }
}

/// Splits objects into stages; empty ones are left out. `custom` holds (group, kind) pairs.
pub fn stages<'a>(objects: &'a [Object], custom: &BTreeSet<(String, String)>) -> Vec<Stage<'a>> {
    let order = [
        StageKind::Definitions,
        StageKind::Classes,
        StageKind::Custom,
        StageKind::Rest,
    ];
    let mut stages = Vec::new();
    for kind in order {
        let members = objects.iter().filter(|o| stage_of(o, custom) == kind);
        let mut objects: Vec<&Object> = members.collect();
        objects.sort_by(|a, b| place(a).compare(&place(b)));
        if !objects.is_empty() {
            stages.push(Stage { kind, objects });
        }
    }
    stages
}

fn stage_of(object: &Object, custom: &BTreeSet<(String, String)>) -> StageKind {
    let (group, kind) = (object.group(), object.kind());
    let is_definition = group == "apiextensions.k8s.io"
        || (group.is_empty() && kind == "Namespace")
        || (group == "rbac.authorization.k8s.io" && kind == "ClusterRole");
    if is_definition {
        StageKind::Definitions
    } else if kind.ends_with("Class") {
        StageKind::Classes
    } else if custom.contains(&(group.to_owned(), kind.to_owned())) {
        StageKind::Custom
    } else {
        StageKind::Rest
    }
}

fn place(object: &Object) -> Place<'_> {
    Place {
        group: object.group(),
        kind: object.kind(),
        namespace: object.namespace(),
        name: object.name(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(api_version: &str, kind: &str) -> Object {
        let metadata = json!({"name": kind.to_lowercase()});
        Object::new(json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})).unwrap()
    }

    #[test]
    fn what_others_need_comes_first() {
        let objects = [
            object("v1", "ConfigMap"),
            object("example.com/v1", "Widget"),
            object("scheduling.k8s.io/v1", "PriorityClass"),
            object("v1", "Namespace"),
            object("rbac.authorization.k8s.io/v1", "Role"),
        ];
        let custom = BTreeSet::from([("example.com".to_owned(), "Widget".to_owned())]);
        let found: Vec<_> = stages(&objects, &custom)
            .into_iter()
            .map(|s| {
                (
                    s.kind,
                    s.objects.iter().map(|o| o.kind()).collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (StageKind::Definitions, vec!["Namespace"]),
                (StageKind::Classes, vec!["PriorityClass"]),
                (StageKind::Custom, vec!["Widget"]),
                (StageKind::Rest, vec!["Role", "ConfigMap"]),
            ]
        );
    }
}

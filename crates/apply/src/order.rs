//! In which order objects are applied; they are deleted in the reverse of it.

use std::cmp::Ordering;

/// Kinds that come first, whatever their group.
const FIRST: [&str; 23] = [
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
    "ClusterClass",
    "RuntimeClass",
    "PriorityClass",
    "StorageClass",
    "VolumeSnapshotClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRoleBinding",
    "ResourceQuota",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "LimitRange",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last: a webhook that is in place before its server refuses everything.
const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// What decides an object's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

impl Place<'_> {
    /// Ascending: the order of application.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        rank(self.kind)
            .cmp(&rank(other.kind))
            .then_with(|| (self.group, self.kind).cmp(&(other.group, other.kind)))
            .then_with(|| (self.namespace, self.name).cmp(&(other.namespace, other.name)))
    }
}

fn rank(kind: &str) -> usize {
    let position = |kinds: &[&str]| kinds.iter().position(|known| *known == kind);
    match (position(&FIRST), position(&LAST)) {
        (Some(first), _) => first,
        (None, None) => FIRST.len(),
        (None, Some(last)) => FIRST.len() + 1 + last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_then_namespaces_then_names() {
        let mut places = [
            ("", "ConfigMap", "a", "b"),
            (
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration",
                "",
                "v",
            ),
            ("networking.k8s.io", "NetworkPolicy", "a", "n"),
            ("batch", "Job", "a", "j"),
            ("", "ConfigMap", "a", "a"),
            ("", "Namespace", "", "a"),
            ("apps", "Deployment", "a", "d"),
        ]
        .map(|(group, kind, namespace, name)| Place {
            group,
            kind,
            namespace,
            name,
        });
        places.sort_by(Place::compare);
        let kinds: Vec<_> = places.iter().map(|p| (p.kind, p.name)).collect();
        assert_eq!(
            kinds,
            [
                ("Namespace", "a"),
                ("ConfigMap", "a"),
                ("ConfigMap", "b"),
                ("Deployment", "d"),
                ("Job", "j"),
                ("NetworkPolicy", "n"),
                ("ValidatingWebhookConfiguration", "v"),
            ]
        );
    }
}

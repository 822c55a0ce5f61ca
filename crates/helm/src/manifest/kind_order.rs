//! The orders in which Helm installs and uninstalls kinds.

use std::cmp::Ordering;

/// Kinds in the order of installation.
const INSTALL: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The order of installation; kinds that Helm does not know come last, by their names.
#[derive(Debug, Clone, Copy)]
pub struct InstallOrder;

/// The order of uninstallation: that of installation backwards, but for Service, which goes between `IngressClass` and `CronJob`.
#[derive(Debug, Clone, Copy)]
pub struct UninstallOrder;

impl InstallOrder {
    /// The order of two kinds.
    pub fn compare(left: &str, right: &str) -> Ordering {
        by_rank(left, right, |kind| {
            INSTALL.iter().position(|known| *known == kind)
        })
    }
}

impl UninstallOrder {
    /// The order of two kinds.
    pub fn compare(left: &str, right: &str) -> Ordering {
        by_rank(left, right, |kind| {
            let position = |kind: &str| {
                INSTALL
                    .iter()
                    .rev()
                    .position(|known| *known == kind)
                    .map(|position| 2 * position)
            };
            // Twice the position leaves room for Service behind IngressClass.
            if kind == "Service" {
                position("IngressClass").map(|position| position + 1)
            } else {
                position(kind)
            }
        })
    }
}

fn by_rank(left: &str, right: &str, rank: impl Fn(&str) -> Option<usize>) -> Ordering {
    match (rank(left), rank(right)) {
        (None, None) => left.cmp(right),
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) => left.cmp(&right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_come_last() {
        let mut kinds = [
            "Zebra",
            "Service",
            "Apple",
            "Namespace",
            "CronJob",
            "IngressClass",
        ];
        kinds.sort_by(|left, right| InstallOrder::compare(left, right));
        assert_eq!(
            kinds,
            [
                "Namespace",
                "Service",
                "CronJob",
                "IngressClass",
                "Apple",
                "Zebra"
            ]
        );
        kinds.sort_by(|left, right| UninstallOrder::compare(left, right));
        assert_eq!(
            kinds,
            [
                "IngressClass",
                "Service",
                "CronJob",
                "Namespace",
                "Apple",
                "Zebra"
            ]
        );
    }
}

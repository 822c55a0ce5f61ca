//! Which types live in a namespace, as far as kustomize knows.
//!
//! The table is that of kustomize 5.8.1, frozen at Kubernetes 1.21. A type
//! that it does not hold is treated as namespaced, although a cluster may
//! say otherwise.

use crate::gvk::Gvk;

/// Where objects of a type live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// Outside of namespaces.
    Cluster,
}

/// The scope of a type built into Kubernetes, if it is known.
pub fn builtin_scope(gvk: &Gvk) -> Option<Scope> {
    let has = |table: &[(&str, &str, &[&str])]| {
        table.iter().any(|(group, version, kinds)| {
            gvk.group == *group && gvk.version == *version && kinds.contains(&gvk.kind.as_str())
        })
    };
    if has(CLUSTER) {
        Some(Scope::Cluster)
    } else if has(NAMESPACED) {
        Some(Scope::Namespaced)
    } else {
        None
    }
}

/// Group, version and kinds of types outside of namespaces.
const CLUSTER: &[(&str, &str, &[&str])] = &[
    (
        "admissionregistration.k8s.io",
        "v1",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        "v1beta1",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", "v1", &["CustomResourceDefinition"]),
    (
        "apiextensions.k8s.io",
        "v1beta1",
        &["CustomResourceDefinition"],
    ),
    ("apiregistration.k8s.io", "v1", &["APIService"]),
    ("apiregistration.k8s.io", "v1beta1", &["APIService"]),
    ("certificates.k8s.io", "v1", &["CertificateSigningRequest"]),
    (
        "certificates.k8s.io",
        "v1beta1",
        &["CertificateSigningRequest"],
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        "v1beta1",
        &["FlowSchema", "PriorityLevelConfiguration"],
    ),
    ("networking.k8s.io", "v1", &["IngressClass"]),
    ("networking.k8s.io", "v1beta1", &["IngressClass"]),
    ("node.k8s.io", "v1", &["RuntimeClass"]),
    ("node.k8s.io", "v1beta1", &["RuntimeClass"]),
    ("policy", "v1beta1", &["PodSecurityPolicy"]),
    (
        "rbac.authorization.k8s.io",
        "v1",
        &["ClusterRole", "ClusterRoleBinding"],
    ),
    (
        "rbac.authorization.k8s.io",
        "v1beta1",
        &["ClusterRole", "ClusterRoleBinding"],
    ),
    ("scheduling.k8s.io", "v1", &["PriorityClass"]),
    ("scheduling.k8s.io", "v1beta1", &["PriorityClass"]),
    (
        "storage.k8s.io",
        "v1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    ),
    (
        "storage.k8s.io",
        "v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    ),
    (
        "",
        "v1",
        &[
            "ComponentStatus",
            "Namespace",
            "Node",
            "NodeProxyOptions",
            "PersistentVolume",
        ],
    ),
];

/// Group, version and kinds of types inside of them.
const NAMESPACED: &[(&str, &str, &[&str])] = &[
    (
        "apps",
        "v1",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
        ],
    ),
    ("autoscaling", "v1", &["HorizontalPodAutoscaler", "Scale"]),
    ("autoscaling", "v2beta1", &["HorizontalPodAutoscaler"]),
    ("autoscaling", "v2beta2", &["HorizontalPodAutoscaler"]),
    ("batch", "v1", &["CronJob", "Job"]),
    ("batch", "v1beta1", &["CronJob"]),
    ("coordination.k8s.io", "v1", &["Lease"]),
    ("coordination.k8s.io", "v1beta1", &["Lease"]),
    ("discovery.k8s.io", "v1", &["EndpointSlice"]),
    ("discovery.k8s.io", "v1beta1", &["EndpointSlice"]),
    ("events.k8s.io", "v1", &["Event"]),
    ("events.k8s.io", "v1beta1", &["Event"]),
    ("extensions", "v1beta1", &["Ingress"]),
    ("networking.k8s.io", "v1", &["Ingress", "NetworkPolicy"]),
    ("networking.k8s.io", "v1beta1", &["Ingress"]),
    ("policy", "v1", &["PodDisruptionBudget"]),
    ("policy", "v1beta1", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", "v1", &["Role", "RoleBinding"]),
    (
        "rbac.authorization.k8s.io",
        "v1beta1",
        &["Role", "RoleBinding"],
    ),
    ("storage.k8s.io", "v1beta1", &["CSIStorageCapacity"]),
    (
        "",
        "v1",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodAttachOptions",
            "PodExecOptions",
            "PodPortForwardOptions",
            "PodProxyOptions",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
            "ServiceProxyOptions",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_types_by_their_exact_version() {
        let check = |api_version: &str, kind: &str, expected: Option<Scope>| {
            assert_eq!(
                builtin_scope(&Gvk::from_api_version(api_version, kind)),
                expected
            );
        };
        check("v1", "Namespace", Some(Scope::Cluster));
        check(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            Some(Scope::Cluster),
        );
        check("rbac.authorization.k8s.io/v1alpha1", "ClusterRole", None);
        check("apps/v1", "Deployment", Some(Scope::Namespaced));
        check("example.com/v1", "Namespace", None);
    }
}

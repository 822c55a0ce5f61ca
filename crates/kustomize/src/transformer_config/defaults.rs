//! The field specs that every build starts with.
//!
//! They are data of kustomize 5.8.1 and part of its contract, oddities
//! included: the group of `IngressClass` is written so that it never
//! matches, and one path of `CronJob` lacks a segment.

use rheostat_manifest::Gvk;
use rheostat_yaml::SmolStr;

use super::{NameBackReferences, TransformerConfig};
use crate::field_spec::FieldSpec;

/// Group, version and kind; blanks mean any.
type Type = (&'static str, &'static str, &'static str);

const ANY: Type = ("", "", "");
const APPS_DEPLOYMENT: Type = ("apps", "", "Deployment");
const APPS_STATEFUL_SET: Type = ("apps", "", "StatefulSet");
const BATCH_CRON_JOB: Type = ("batch", "", "CronJob");
const BATCH_JOB: Type = ("batch", "", "Job");
const NETWORK_POLICY: Type = ("networking.k8s.io", "", "NetworkPolicy");
const RBAC: &str = "rbac.authorization.k8s.io";
const REPLICATION_CONTROLLER: Type = ("", "v1", "ReplicationController");

/// Kinds that hold a pod, with the path of its spec, where ConfigMaps and
/// Secrets are looked for.
const POD_HOLDERS: [(Type, &str); 8] = [
    (("", "v1", "Pod"), "spec"),
    (kind("PodTemplate"), "template/spec"),
    (kind("Deployment"), "spec/template/spec"),
    (kind("ReplicaSet"), "spec/template/spec"),
    (kind("DaemonSet"), "spec/template/spec"),
    (kind("StatefulSet"), "spec/template/spec"),
    (kind("Job"), "spec/template/spec"),
    (kind("CronJob"), "spec/jobTemplate/spec/template/spec"),
];

/// The same, where accounts, claims and priorities are looked for.
const WORKLOADS: [(Type, &str); 7] = [
    (kind("Pod"), "spec"),
    (kind("StatefulSet"), "spec/template/spec"),
    (kind("Deployment"), "spec/template/spec"),
    (kind("ReplicationController"), "spec/template/spec"),
    (kind("CronJob"), "spec/jobTemplate/spec/template/spec"),
    (kind("Job"), "spec/template/spec"),
    (kind("DaemonSet"), "spec/template/spec"),
];

/// The same, where variables are replaced.
const VAR_HOLDERS: [(&str, &str); 7] = [
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("Pod", "spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
];

const CONFIG_MAP_FIELDS: [&str; 6] = [
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
];

const SECRET_FIELDS: [&str; 7] = [
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
];

const fn kind(name: &'static str) -> Type {
    ("", "", name)
}

fn gvk((group, version, kind): Type) -> Gvk {
    Gvk::new(
        SmolStr::new_static(group),
        SmolStr::new_static(version),
        SmolStr::new_static(kind),
    )
}

fn spec(of: Type, path: impl Into<SmolStr>, create: bool) -> FieldSpec {
    FieldSpec {
        gvk: gvk(of),
        path: path.into(),
        create,
    }
}

fn created(of: Type, path: &'static str) -> FieldSpec {
    spec(of, SmolStr::new_static(path), true)
}

fn found(of: Type, path: &'static str) -> FieldSpec {
    spec(of, SmolStr::new_static(path), false)
}

/// Each of `fields` below the pod of each of `holders`.
fn in_pods(holders: &[(Type, &str)], fields: &[&str]) -> Vec<FieldSpec> {
    let mut specs = Vec::with_capacity(holders.len() * fields.len());
    for (of, pod) in holders {
        for field in fields {
            specs.push(spec(*of, format!("{pod}/{field}"), false));
        }
    }
    specs
}

/// The whole default configuration.
pub(super) fn transformer_config() -> TransformerConfig {
    let name = vec![found(ANY, "metadata/name")];
    let mut config = TransformerConfig {
        name_prefix: name.clone(),
        name_suffix: name,
        namespace: namespace(),
        common_labels: [selectors(), label_holders()].concat(),
        labels: Vec::new(),
        template_labels: label_holders(),
        common_annotations: annotation_holders(),
        name_reference: name_references(),
        var_reference: var_references(),
        images: images(),
        replicas: replicas(),
    };
    config.sort();
    config
}

fn namespace() -> Vec<FieldSpec> {
    vec![
        created(kind("Namespace"), "metadata/name"),
        created(
            ("apiregistration.k8s.io", "", "APIService"),
            "spec/service/namespace",
        ),
        found(
            ("apiextensions.k8s.io", "", "CustomResourceDefinition"),
            "spec/conversion/webhook/clientConfig/service/namespace",
        ),
    ]
}

fn label_holders() -> Vec<FieldSpec> {
    const TEMPLATE: &str = "spec/template/metadata/labels";
    vec![
        created(ANY, "metadata/labels"),
        created(REPLICATION_CONTROLLER, TEMPLATE),
        created(kind("Deployment"), TEMPLATE),
        created(kind("ReplicaSet"), TEMPLATE),
        created(kind("DaemonSet"), TEMPLATE),
        created(APPS_STATEFUL_SET, TEMPLATE),
        created(
            APPS_STATEFUL_SET,
            "spec/volumeClaimTemplates[]/metadata/labels",
        ),
        created(BATCH_JOB, TEMPLATE),
        created(BATCH_CRON_JOB, "spec/jobTemplate/metadata/labels"),
        created(
            BATCH_CRON_JOB,
            "spec/jobTemplate/spec/template/metadata/labels",
        ),
    ]
}

fn annotation_holders() -> Vec<FieldSpec> {
    const TEMPLATE: &str = "spec/template/metadata/annotations";
    vec![
        created(ANY, "metadata/annotations"),
        created(REPLICATION_CONTROLLER, TEMPLATE),
        created(kind("Deployment"), TEMPLATE),
        created(kind("ReplicaSet"), TEMPLATE),
        created(kind("DaemonSet"), TEMPLATE),
        created(kind("StatefulSet"), TEMPLATE),
        created(BATCH_JOB, TEMPLATE),
        created(BATCH_CRON_JOB, "spec/jobTemplate/metadata/annotations"),
        created(
            BATCH_CRON_JOB,
            "spec/jobTemplate/spec/template/metadata/annotations",
        ),
    ]
}

fn selectors() -> Vec<FieldSpec> {
    const LABELS: &str = "spec/selector/matchLabels";
    const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm";
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let mut specs = vec![
        created(("", "v1", "Service"), "spec/selector"),
        created(REPLICATION_CONTROLLER, "spec/selector"),
        created(kind("Deployment"), LABELS),
        created(kind("ReplicaSet"), LABELS),
        created(kind("DaemonSet"), LABELS),
        created(APPS_STATEFUL_SET, LABELS),
        found(BATCH_JOB, LABELS),
        found(BATCH_CRON_JOB, "spec/jobTemplate/spec/selector/matchLabels"),
        found(("policy", "", "PodDisruptionBudget"), LABELS),
        found(NETWORK_POLICY, "spec/podSelector/matchLabels"),
        found(NETWORK_POLICY, "spec/ingress/from/podSelector/matchLabels"),
        found(NETWORK_POLICY, "spec/egress/to/podSelector/matchLabels"),
    ];
    for of in [APPS_DEPLOYMENT, APPS_STATEFUL_SET] {
        for affinity in ["podAffinity", "podAntiAffinity"] {
            for rule in [PREFERRED, REQUIRED] {
                let path = format!(
                    "spec/template/spec/affinity/{affinity}/{rule}/labelSelector/matchLabels"
                );
                specs.push(spec(of, path, false));
            }
        }
        specs.push(found(
            of,
            "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
        ));
    }
    specs
}

fn images() -> Vec<FieldSpec> {
    vec![
        created(ANY, "spec/containers[]/image"),
        created(ANY, "spec/initContainers[]/image"),
        created(ANY, "spec/volumes[]/image/reference"),
        created(ANY, "spec/template/spec/containers[]/image"),
        created(ANY, "spec/template/spec/initContainers[]/image"),
        created(ANY, "spec/template/spec/volumes[]/image/reference"),
    ]
}

fn replicas() -> Vec<FieldSpec> {
    [
        "Deployment",
        "ReplicationController",
        "ReplicaSet",
        "StatefulSet",
    ]
    .map(|name| created(kind(name), "spec/replicas"))
    .into()
}

fn var_references() -> Vec<FieldSpec> {
    const FIELDS: [&str; 4] = ["args", "command", "env/value", "volumeMounts/mountPath"];
    let mut specs = Vec::new();
    for (name, pod) in VAR_HOLDERS {
        for containers in ["containers", "initContainers"] {
            for field in FIELDS {
                specs.push(spec(
                    kind(name),
                    format!("{pod}/{containers}/{field}"),
                    false,
                ));
            }
        }
        match name {
            "CronJob" => specs.push(found(
                kind(name),
                "spec/jobTemplate/spec/template/volumes/nfs/server",
            )),
            "StatefulSet" => specs.push(found(
                kind(name),
                "spec/volumeClaimTemplates/spec/nfs/server",
            )),
            _ => specs.push(spec(kind(name), format!("{pod}/volumes/nfs/server"), false)),
        }
    }
    specs.extend([
        found(kind("Deployment"), "spec/template/metadata/annotations"),
        found(kind("Ingress"), "spec/rules/host"),
        found(kind("Ingress"), "spec/tls/hosts"),
        found(kind("Ingress"), "spec/tls/secretName"),
        found(kind("Service"), "spec/ports/port"),
        found(kind("Service"), "spec/ports/targetPort"),
        found(kind("PersistentVolume"), "spec/nfs/server"),
        found(ANY, "metadata/labels"),
        found(ANY, "metadata/annotations"),
    ]);
    specs
}

fn name_references() -> Vec<NameBackReferences> {
    let to = |of: Type, referrers: Vec<FieldSpec>| NameBackReferences {
        gvk: gvk(of),
        referrers,
    };
    let scale_target = || {
        vec![found(
            kind("HorizontalPodAutoscaler"),
            "spec/scaleTargetRef/name",
        )]
    };
    vec![
        to(kind("Deployment"), scale_target()),
        to(kind("ReplicationController"), scale_target()),
        to(kind("ReplicaSet"), scale_target()),
        to(kind("StatefulSet"), scale_target()),
        to(("", "v1", "ConfigMap"), config_map_referrers()),
        to(("", "v1", "Secret"), secret_referrers()),
        to(("", "v1", "Service"), service_referrers()),
        to(
            (RBAC, "", "Role"),
            vec![found((RBAC, "", "RoleBinding"), "roleRef/name")],
        ),
        to(
            (RBAC, "", "ClusterRole"),
            vec![
                found((RBAC, "", "RoleBinding"), "roleRef/name"),
                found((RBAC, "", "ClusterRoleBinding"), "roleRef/name"),
            ],
        ),
        to(("", "v1", "ServiceAccount"), service_account_referrers()),
        to(
            ("", "v1", "PersistentVolumeClaim"),
            in_pods(&WORKLOADS, &["volumes/persistentVolumeClaim/claimName"]),
        ),
        to(
            ("", "v1", "PersistentVolume"),
            vec![
                found(kind("PersistentVolumeClaim"), "spec/volumeName"),
                found(kind("ClusterRole"), "rules/resourceNames"),
            ],
        ),
        to(
            ("storage.k8s.io", "v1", "StorageClass"),
            vec![
                found(kind("PersistentVolume"), "spec/storageClassName"),
                found(kind("PersistentVolumeClaim"), "spec/storageClassName"),
                found(
                    kind("StatefulSet"),
                    "spec/volumeClaimTemplates/spec/storageClassName",
                ),
            ],
        ),
        to(
            ("scheduling.k8s.io", "v1", "PriorityClass"),
            in_pods(&WORKLOADS, &["priorityClassName"]),
        ),
        to(
            ("networking.k8s.io/v1", "v1", "IngressClass"),
            vec![found(kind("Ingress"), "spec/ingressClassName")],
        ),
        to(
            (
                "admissionregistration.k8s.io",
                "",
                "ValidatingAdmissionPolicy",
            ),
            vec![found(
                (
                    "admissionregistration.k8s.io",
                    "",
                    "ValidatingAdmissionPolicyBinding",
                ),
                "spec/policyName",
            )],
        ),
    ]
}

fn config_map_referrers() -> Vec<FieldSpec> {
    let mut specs = in_pods(&POD_HOLDERS, &CONFIG_MAP_FIELDS);
    specs.extend([
        found(kind("Node"), "spec/configSource/configMap"),
        found(kind("Role"), "rules/resourceNames"),
        found(kind("ClusterRole"), "rules/resourceNames"),
        found(
            kind("Ingress"),
            r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap",
        ),
    ]);
    specs
}

fn secret_referrers() -> Vec<FieldSpec> {
    let mut specs = in_pods(&POD_HOLDERS, &SECRET_FIELDS);
    specs.extend([
        found(kind("Ingress"), "spec/tls/secretName"),
        found(
            kind("Ingress"),
            r"metadata/annotations/ingress.kubernetes.io\/auth-secret",
        ),
        found(
            kind("Ingress"),
            r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret",
        ),
        found(
            kind("Ingress"),
            r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret",
        ),
        found(kind("ServiceAccount"), "imagePullSecrets/name"),
        found(kind("StorageClass"), "parameters/secretName"),
        found(kind("StorageClass"), "parameters/adminSecretName"),
        found(kind("StorageClass"), "parameters/userSecretName"),
        found(kind("StorageClass"), "parameters/secretRef"),
        found(kind("Role"), "rules/resourceNames"),
        found(kind("ClusterRole"), "rules/resourceNames"),
        found(
            ("serving.knative.dev", "v1", "Service"),
            "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
        ),
        found(kind("PersistentVolume"), "spec/azureFile/secretName"),
    ]);
    specs
}

fn service_referrers() -> Vec<FieldSpec> {
    const ADMISSION: &str = "admissionregistration.k8s.io";
    vec![
        found(APPS_STATEFUL_SET, "spec/serviceName"),
        found(kind("Ingress"), "spec/rules/http/paths/backend/serviceName"),
        found(kind("Ingress"), "spec/backend/serviceName"),
        found(
            kind("Ingress"),
            "spec/rules/http/paths/backend/service/name",
        ),
        found(kind("Ingress"), "spec/defaultBackend/service/name"),
        found(
            ("apiregistration.k8s.io", "", "APIService"),
            "spec/service/name",
        ),
        found(
            (ADMISSION, "", "ValidatingWebhookConfiguration"),
            "webhooks/clientConfig/service",
        ),
        found(
            (ADMISSION, "", "MutatingWebhookConfiguration"),
            "webhooks/clientConfig/service",
        ),
    ]
}

fn service_account_referrers() -> Vec<FieldSpec> {
    let mut specs = vec![
        found((RBAC, "", "RoleBinding"), "subjects"),
        found((RBAC, "", "ClusterRoleBinding"), "subjects"),
    ];
    specs.extend(in_pods(&WORKLOADS, &["serviceAccountName"]));
    specs
}

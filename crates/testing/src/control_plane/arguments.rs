//! The command line of each program, and why it has the flags that it has.

use std::path::{Path, PathBuf};

use super::credentials::Credentials;

/// The file name of the audit log in the control plane's folder.
pub(super) const AUDIT_LOG: &str = "audit.log";

/// Logs each request but watches, once, when it is answered.
pub(super) const AUDIT_POLICY: &str = r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
"rules": [{"level": "None", "verbs": ["watch"]}, {"level": "Metadata"}]}"#;

/// What objects need to become ready and to go away; the rest of the controllers would only take memory.
const CONTROLLERS: [&str; 15] = [
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "node-lifecycle-controller",
    "replicaset-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "statefulset-controller",
];

/// Addresses of one control plane, all on the loopback interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) etcd_client: u16,
    pub(super) etcd_peer: u16,
    pub(super) api_server: u16,
}

pub(super) fn etcd(folder: &Path, ports: Ports) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd_client);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    vec![
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        // The data dies with the test.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
    ]
}

pub(super) fn api_server(
    folder: &Path,
    ports: Ports,
    credentials: &Credentials,
    has_audit_log: bool,
) -> Vec<String> {
    let mut arguments = vec![
        format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd_client),
        format!("--secure-port={}", ports.api_server),
        "--bind-address=127.0.0.1".into(),
        "--advertise-address=127.0.0.1".into(),
        format!(
            "--tls-cert-file={}",
            credentials.server_certificate.display()
        ),
        format!(
            "--tls-private-key-file={}",
            credentials.server_key.display()
        ),
        format!("--client-ca-file={}", credentials.authority.display()),
        format!(
            "--service-account-key-file={}",
            credentials.token_public_key.display()
        ),
        format!(
            "--service-account-signing-key-file={}",
            credentials.token_key.display()
        ),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
        "--authorization-mode=RBAC".into(),
        "--service-cluster-ip-range=10.0.0.0/16".into(),
        "--allow-privileged=true".into(),
        // A loopback address is no valid endpoint of the service `kubernetes`.
        "--endpoint-reconciler-type=none".into(),
        "--profiling=false".into(),
        // Far above what a test sends: a queue in the server would only blur what is measured.
        "--max-requests-inflight=2000".into(),
        "--max-mutating-requests-inflight=1000".into(),
    ];
    if has_audit_log {
        arguments.extend([
            format!("--audit-policy-file={}", audit_policy(folder).display()),
            format!("--audit-log-path={}", folder.join(AUDIT_LOG).display()),
            "--audit-log-mode=batch".into(),
            "--audit-log-batch-max-wait=1s".into(),
        ]);
    }
    arguments
}

pub(super) fn controller_manager(
    kubeconfig: &Path,
    port: u16,
    credentials: &Credentials,
) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        format!(
            "--service-account-private-key-file={}",
            credentials.token_key.display()
        ),
        format!("--root-ca-file={}", credentials.authority.display()),
        format!("--controllers={}", CONTROLLERS.join(",")),
        "--use-service-account-credentials=false".into(),
        "--leader-elect=false".into(),
        "--bind-address=127.0.0.1".into(),
        format!("--secure-port={port}"),
        "--kube-api-qps=500".into(),
        "--kube-api-burst=1000".into(),
        "--concurrent-gc-syncs=5".into(),
        // Nobody renews the lease of a simulated node while a machine is busy; its pods must not be evicted.
        "--node-monitor-grace-period=30m".into(),
    ]
}

pub(super) fn scheduler(kubeconfig: &Path, port: u16) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        "--leader-elect=false".into(),
        "--bind-address=127.0.0.1".into(),
        format!("--secure-port={port}"),
    ]
}

pub(super) fn kwok(kubeconfig: &Path, port: u16) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        "--manage-all-nodes=true".into(),
        "--node-ip=127.0.0.1".into(),
        format!("--server-address=127.0.0.1:{port}"),
    ]
}

pub(super) fn audit_policy(folder: &Path) -> PathBuf {
    folder.join("audit-policy.json")
}

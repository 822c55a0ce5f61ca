//! The charts: clean, installable under the strictest pod security, least-privileged, and careful with the CRDs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1::ClusterRole;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use rheostat_testing::process::Scratch;
use rheostat_testing::{ControlPlane, Program};
use serde_json::json;

const CONTROLLERS: [&str; 3] = [
    "source-controller",
    "kustomize-controller",
    "helm-controller",
];
/// All of the controllers in one release.
const UMBRELLA: &str = "rheostat";
const CRDS: [&str; 3] = [
    "gitrepositories.source.toolkit.fluxcd.io",
    "kustomizations.kustomize.toolkit.fluxcd.io",
    "helmreleases.helm.toolkit.fluxcd.io",
];

/// The time in which the Deployment controller makes one Pod on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The helm program with a home of its own.
struct Helm {
    program: PathBuf,
    home: Scratch,
    kubeconfig: PathBuf,
}

impl Helm {
    fn new(kubeconfig: &Path) -> Result<Self> {
        Ok(Self {
            program: Program::Helm.locate()?,
            home: Scratch::new("helm")?,
            kubeconfig: kubeconfig.to_owned(),
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new(&self.program)
            .args(arguments)
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .env("HELM_CACHE_HOME", self.home.path())
            .env("HELM_CONFIG_HOME", self.home.path())
            .env("HELM_DATA_HOME", self.home.path())
            .output()
            .context("start helm")?;
        ensure!(
            output.status.success(),
            "helm {}: {}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

fn chart(name: &str) -> String {
    format!("{}/../../charts/{name}", env!("CARGO_MANIFEST_DIR"))
}

async fn restrict(client: &Client, namespace: &str) -> Result<()> {
    let labels =
        json!({ "metadata": { "labels": { "pod-security.kubernetes.io/enforce": "restricted" } } });
    let namespaces = Api::<Namespace>::all(client.clone());
    namespaces
        .patch(namespace, &PatchParams::default(), &Patch::Merge(labels))
        .await?;
    Ok(())
}

/// Waits until the Deployment has its Pod, which Kubernetes refuses to make when it is not restricted.
async fn has_a_pod(client: &Client, namespace: &str, name: &str) -> Result<()> {
    let deployments = Api::<Deployment>::namespaced(client.clone(), namespace);
    let made = |deployment: Option<&Deployment>| {
        let status = deployment.and_then(|deployment| deployment.status.as_ref());
        status.is_some_and(|status| status.replicas == Some(1))
    };
    let waiting = await_condition(deployments.clone(), name, made);
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        let deployment = deployments.get(name).await?;
        anyhow::bail!("{name} has no Pod: {:?}", deployment.status);
    }
    Ok(())
}

/// One right that a controller has or lacks: who, verb, group, resource.
type Right = (&'static str, &'static str, &'static str, &'static str);

const ALLOWED: &[Right] = &[
    (
        "source-controller",
        "watch",
        "source.toolkit.fluxcd.io",
        "gitrepositories",
    ),
    ("source-controller", "get", "", "secrets"),
    ("source-controller", "create", "", "events"),
    (
        "source-controller",
        "create",
        "coordination.k8s.io",
        "leases",
    ),
    (
        "kustomize-controller",
        "watch",
        "kustomize.toolkit.fluxcd.io",
        "kustomizations",
    ),
    (
        "kustomize-controller",
        "watch",
        "source.toolkit.fluxcd.io",
        "gitrepositories",
    ),
    (
        "kustomize-controller",
        "update",
        "coordination.k8s.io",
        "leases",
    ),
    (
        "helm-controller",
        "create",
        "source.toolkit.fluxcd.io",
        "helmcharts",
    ),
    ("helm-controller", "get", "", "secrets"),
];

const REFUSED: &[Right] = &[
    ("source-controller", "create", "", "secrets"),
    ("source-controller", "list", "", "secrets"),
    (
        "source-controller",
        "delete",
        "source.toolkit.fluxcd.io",
        "gitrepositories",
    ),
    ("kustomize-controller", "create", "", "configmaps"),
    ("kustomize-controller", "delete", "apps", "deployments"),
    ("kustomize-controller", "impersonate", "", "serviceaccounts"),
    ("helm-controller", "create", "", "secrets"),
    (
        "helm-controller",
        "delete",
        "helm.toolkit.fluxcd.io",
        "helmreleases",
    ),
];

async fn is_allowed(client: &Client, namespace: &str, right: &Right) -> Result<bool> {
    let (account, verb, group, resource) = *right;
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(format!("system:serviceaccount:{namespace}:{account}")),
            resource_attributes: Some(ResourceAttributes {
                namespace: Some(namespace.to_owned()),
                verb: Some(verb.to_owned()),
                group: Some(group.to_owned()),
                resource: Some(resource.to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews = Api::<SubjectAccessReview>::all(client.clone());
    let answer = reviews.create(&PostParams::default(), &review).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

#[tokio::test]
async fn the_charts_install_with_the_least_rights_and_leave_the_crds_behind() -> Result<()> {
    let plane = ControlPlane::shared().await?;
    let client = plane.client().await?;
    let helm = Helm::new(plane.kubeconfig())?;

    let namespace = plane.namespace("charts").await?;
    restrict(&client, &namespace).await?;
    for name in CONTROLLERS {
        let chart = chart(name);
        helm.run(&["lint", "--strict", &chart])?;
        let mut install = vec!["install", name, &chart, "--namespace", &namespace];
        if name != "source-controller" {
            install.extend(["--set", "rbac.clusterAdmin=false"]);
        }
        helm.run(&install)?;
        has_a_pod(&client, &namespace, name).await?;
    }
    check_rights(&client, &namespace).await?;
    for name in CONTROLLERS {
        helm.run(&["uninstall", name, "--namespace", &namespace])?;
    }
    nothing_but_the_crds_is_left(&client).await?;

    // The roles of the controllers have the names that they had, so that this comes after.
    let namespace = plane.namespace("umbrella").await?;
    restrict(&client, &namespace).await?;
    let chart = chart(UMBRELLA);
    helm.run(&["lint", "--strict", &chart])?;
    helm.run(&["install", UMBRELLA, &chart, "--namespace", &namespace])?;
    for name in CONTROLLERS {
        has_a_pod(&client, &namespace, name).await?;
    }
    helm.run(&["uninstall", UMBRELLA, "--namespace", &namespace])?;
    nothing_but_the_crds_is_left(&client).await
}

async fn check_rights(client: &Client, namespace: &str) -> Result<()> {
    for (rights, expected) in [(ALLOWED, true), (REFUSED, false)] {
        for right in rights {
            assert_eq!(
                is_allowed(client, namespace, right).await?,
                expected,
                "{right:?}"
            );
        }
    }
    Ok(())
}

async fn nothing_but_the_crds_is_left(client: &Client) -> Result<()> {
    let roles = Api::<ClusterRole>::all(client.clone());
    for name in CONTROLLERS {
        assert!(
            roles.get_opt(name).await?.is_none(),
            "{name} leaves its role behind"
        );
    }
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    for name in CRDS {
        assert!(
            definitions.get_opt(name).await?.is_some(),
            "{name} went with the chart"
        );
    }
    Ok(())
}

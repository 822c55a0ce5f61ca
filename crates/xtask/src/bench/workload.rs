//! What is in the repository and which Kustomizations there are. Pure.

use rheostat_api::kustomize::kustomization::SourceKind;
use rheostat_api::{GitRepository, GitRepositorySpec, Kustomization, KustomizationSpec};
use serde_json::{Value, json};

/// The namespace of the GitRepository and the Kustomizations.
pub(super) const NAMESPACE: &str = "bench";

/// The name of the GitRepository.
pub(super) const REPOSITORY: &str = "repo";

/// The namespaces over which the applied objects are spread.
pub(super) const TARGETS: usize = 20;

const BASES: usize = 5;

/// The name of a Kustomization.
pub(super) fn name(index: usize) -> String {
    format!("app-{index}")
}

/// The namespace that a Kustomization applies to.
pub(super) fn target(index: usize) -> String {
    format!("app-{}", index % TARGETS)
}

/// Every file of the repository; another `version` changes one object of each Kustomization.
pub(super) fn files(n: usize, version: u32) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for base in 0..BASES {
        let resources = json!([
            "account.yaml",
            "config.yaml",
            "service.yaml",
            "deployment.yaml"
        ]);
        let folder = format!("bases/b{base}");
        files.push((
            format!("{folder}/kustomization.yaml"),
            kustomization_file(json!({"resources": resources})),
        ));
        let objects = objects(base, version);
        for (file, object) in ["account", "config", "service", "deployment"]
            .iter()
            .zip(objects)
        {
            files.push((format!("{folder}/{file}.yaml"), object.to_string()));
        }
    }
    files.extend((0..n).map(|index| overlay(index, &team(index))));
    for number in 0..50 {
        files.push((format!("docs/{number}.md"), "text\n".repeat(50)));
    }
    files
}

/// The overlay of one Kustomization, which gives its objects a label.
pub(super) fn overlay(index: usize, team: &str) -> (String, String) {
    let overlay = json!({
        "resources": [format!("../../bases/b{}", index % BASES)],
        "labels": [{"pairs": {"team": team}}],
        "images": [{"name": "ghcr.io/stefanprodan/podinfo", "newTag": format!("6.{}.0", index % 9)}],
    });
    (
        format!("apps/a{index}/kustomization.yaml"),
        kustomization_file(overlay),
    )
}

fn team(index: usize) -> String {
    format!("t{}", index % 7)
}

fn kustomization_file(mut content: Value) -> String {
    content["apiVersion"] = json!("kustomize.config.k8s.io/v1beta1");
    content["kind"] = json!("Kustomization");
    content.to_string()
}

/// The GitRepository at `url`.
pub(super) fn repository(url: &str) -> GitRepository {
    let mut spec = GitRepositorySpec {
        url: url.to_owned(),
        ..GitRepositorySpec::default()
    };
    spec.interval = rheostat_gocompat::duration::Duration::from_secs(3600);
    spec.reference = Some(rheostat_api::source::git_repository::GitRepositoryRef {
        branch: Some("main".to_owned()),
        ..Default::default()
    });
    GitRepository::new(REPOSITORY, spec).within(NAMESPACE)
}

/// A Kustomization.
pub(super) fn kustomization(index: usize) -> Kustomization {
    let mut spec = KustomizationSpec {
        path: Some(format!("./apps/a{index}")),
        prune: true,
        target_namespace: Some(target(index)),
        name_prefix: Some(format!("a{index}-")),
        ..KustomizationSpec::default()
    };
    spec.interval = rheostat_gocompat::duration::Duration::from_secs(3600);
    spec.retry_interval = Some(rheostat_gocompat::duration::Duration::from_secs(10));
    spec.source_ref.kind = SourceKind::GitRepository;
    REPOSITORY.clone_into(&mut spec.source_ref.name);
    Kustomization::new(&name(index), spec).within(NAMESPACE)
}

/// The objects that a Kustomization comes to, with the path of each at the API server.
pub(super) fn applied(index: usize, version: u32) -> Vec<(String, Value)> {
    let (namespace, prefix) = (target(index), format!("a{index}-"));
    let paths = ["api/v1", "api/v1", "api/v1", "apis/apps/v1"];
    let plurals = ["serviceaccounts", "configmaps", "services", "deployments"];
    let places = paths.iter().zip(plurals);
    let finished = objects(index % BASES, version).into_iter().zip(places).map(
        |(mut object, (group, plural))| {
            let name = format!("{prefix}podinfo");
            object["metadata"] = json!({"name": name, "namespace": namespace, "labels": {
                "team": team(index),
                "kustomize.toolkit.fluxcd.io/name": self::name(index),
                "kustomize.toolkit.fluxcd.io/namespace": NAMESPACE,
            }});
            (
                format!("/{group}/namespaces/{namespace}/{plural}/{name}"),
                object,
            )
        },
    );
    finished.collect()
}

fn objects(base: usize, version: u32) -> [Value; 4] {
    let object = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": "podinfo"}});
    let mut config = object("v1", "ConfigMap");
    config["data"] = json!({"revision": version.to_string(), "base": format!("b{base}")});
    let mut service = object("v1", "Service");
    service["spec"] = json!({
        "clusterIP": "None",
        "selector": {"app": "podinfo"},
        "ports": [{"name": "http", "port": 9898, "targetPort": "http"}],
    });
    let mut deployment = object("apps/v1", "Deployment");
    deployment["spec"] = json!({
        "replicas": 0,
        "selector": {"matchLabels": {"app": "podinfo"}},
        "template": {
            "metadata": {"labels": {"app": "podinfo"}},
            "spec": {"serviceAccountName": "podinfo", "containers": [{
                "name": "podinfo",
                "image": "ghcr.io/stefanprodan/podinfo:6.5.0",
                "ports": [{"name": "http", "containerPort": 9898}],
                "envFrom": [{"configMapRef": {"name": "podinfo"}}],
                "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}},
            }]},
        },
    });
    [object("v1", "ServiceAccount"), config, service, deployment]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_changes_one_object_of_each() {
        for index in 0..BASES {
            let (old, new) = (applied(index, 1), applied(index, 2));
            let changed = old.iter().zip(&new).filter(|(old, new)| old != new).count();
            assert_eq!(changed, 1);
        }
    }

    #[test]
    fn every_kustomization_has_an_overlay() {
        let files = files(7, 1);
        for index in 0..7 {
            let path = kustomization(index)
                .spec
                .path
                .expect("the path is set")
                .replace("./", "");
            assert!(
                files
                    .iter()
                    .any(|(file, _)| *file == format!("{path}/kustomization.yaml"))
            );
        }
    }
}

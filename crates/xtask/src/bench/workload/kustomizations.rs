//! Kustomizations of one Git repository, each with its own overlay over one of a few bases.

use anyhow::{Context as _, Result};
use kube::api::PostParams;
use kube::{Api, Client};
use rheostat_api::kustomize::kustomization::{KustomizationKind, SourceKind};
use rheostat_api::{
    GitRepository, GitRepositorySpec, Kustomization, KustomizationSpec, KustomizationStatus,
};
use rheostat_testing::git_server::{Commit, GitServer, Repository};
use serde_json::{Value, json};

use super::{NAMESPACE, Subject, Workload, name, request, target, until_stored};
use crate::bench::phase::Phase;

/// The name of the GitRepository.
const REPOSITORY: &str = "repo";

const BASES: usize = 5;

/// A repository with an overlay for each Kustomization.
#[derive(Debug)]
pub(in crate::bench) struct Kustomizations {
    n: usize,
    repository: Repository,
    sources: Api<GitRepository>,
    has_source: bool,
    revision: String,
    server: GitServer,
}

impl Workload for Kustomizations {
    type Kind = KustomizationKind;

    const SUBJECT: Subject = Subject::Kustomizations;
    const PHASES: &'static [Phase] = &[
        Phase::Install,
        Phase::Noop,
        Phase::Push,
        Phase::Elsewhere,
        Phase::Prune,
    ];

    async fn open(client: &Client, n: usize, has_source: bool) -> Result<Self> {
        let server = GitServer::start().await?;
        let mut workload = Self {
            n,
            repository: server.create(REPOSITORY)?,
            sources: Api::namespaced(client.clone(), NAMESPACE),
            has_source,
            revision: String::new(),
            server,
        };
        workload.commit(&Commit::new("one").files(files(n, 1)))?;
        if has_source {
            let url = workload.server.url(REPOSITORY);
            workload
                .sources
                .create(&PostParams::default(), &repository(&url))
                .await
                .context("creating the source")?;
            until_stored(&workload.sources, REPOSITORY, |status| {
                status.artifact.is_some()
            })
            .await?;
        }
        Ok(workload)
    }

    async fn publish(&mut self, phase: Phase) -> Result<()> {
        match phase {
            Phase::Push => {
                let files = files(self.n, 2);
                self.push(&Commit::new("two").files(files)).await
            }
            Phase::Elsewhere => {
                let commit = Commit::new("three").file("docs/0.md", "changed\n");
                self.push(&commit).await
            }
            Phase::Install | Phase::Noop | Phase::Prune | Phase::Upgrade | Phase::Uninstall => {
                Ok(())
            }
        }
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    fn object(index: usize) -> Kustomization {
        kustomization(index)
    }

    fn shown(status: &KustomizationStatus) -> Option<&str> {
        status.last_applied_revision.as_deref()
    }

    fn applied(index: usize, version: u32) -> Vec<(String, Value)> {
        applied(index, version)
    }
}

impl Kustomizations {
    /// Commits and asks source-controller, where there is one, to look at once.
    ///
    /// # Errors
    /// Git or the API server refuses.
    pub(in crate::bench) async fn push(&mut self, commit: &Commit) -> Result<()> {
        self.commit(commit)?;
        if self.has_source {
            request(&self.sources, REPOSITORY, &self.revision).await?;
        }
        Ok(())
    }

    fn commit(&mut self, commit: &Commit) -> Result<()> {
        self.revision = format!("main@sha1:{}", self.repository.commit("main", commit)?);
        Ok(())
    }
}

/// Every file of the repository; another `version` changes one object of each Kustomization.
fn files(n: usize, version: u32) -> Vec<(String, String)> {
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
pub(in crate::bench) fn overlay(index: usize, team: &str) -> (String, String) {
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
fn repository(url: &str) -> GitRepository {
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
fn kustomization(index: usize) -> Kustomization {
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

fn applied(index: usize, version: u32) -> Vec<(String, Value)> {
    let (namespace, prefix) = (target(index), format!("a{index}-"));
    let paths = ["api/v1", "api/v1", "api/v1", "apis/apps/v1"];
    let plurals = ["serviceaccounts", "configmaps", "services", "deployments"];
    let places = paths.iter().zip(plurals);
    let finished = objects(index % BASES, version).into_iter().zip(places).map(
        |(mut object, (group, plural))| {
            let name = format!("{prefix}podinfo");
            object["metadata"] = json!({"name": name, "namespace": namespace, "labels": {
                "team": team(index),
                "kustomize.toolkit.fluxcd.io/name": super::name(index),
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

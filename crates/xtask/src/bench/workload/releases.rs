//! HelmReleases of one small chart, which a chart repository serves.

use anyhow::{Context as _, Result};
use kube::api::PostParams;
use kube::{Api, Client};
use rheostat_api::helm::action::{Install, Uninstall, Upgrade};
use rheostat_api::helm::chart::{ChartReference, ChartReferenceKind};
use rheostat_api::helm::helm_release::HelmReleaseKind;
use rheostat_api::source::helm_chart::{ChartSourceKind, LocalHelmChartSourceReference};
use rheostat_api::{
    HelmChart, HelmChartSpec, HelmRelease, HelmReleaseSpec, HelmReleaseStatus, HelmRepository,
    HelmRepositorySpec,
};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_testing::ArtifactServer;
use rheostat_testing::artifact_server::archived;
use serde_json::{Value, json};

use super::{NAMESPACE, Subject, Workload, name, request, target, until_stored};
use crate::bench::phase::Phase;

/// The name of the chart and of the HelmChart.
pub(in crate::bench) const CHART: &str = "app";

/// The name of the HelmRepository.
const REPOSITORY: &str = "charts";

/// How often sources and releases look for something new: not while they are measured.
const INTERVAL_SECONDS: i64 = 3600;

const VALUES: &str =
    "team: none\nimage:\n  repository: ghcr.io/stefanprodan/podinfo\n  tag: 6.5.0\n";

const PARTIALS: &str = r#"{{- define "app.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "app.image" -}}
{{- printf "%s:%s" .Values.image.repository .Values.image.tag }}
{{- end }}
"#;

const IMAGE: &str = "ghcr.io/stefanprodan/podinfo:6.5.0";

/// A chart repository with a chart that each HelmRelease releases.
#[derive(Debug)]
pub(in crate::bench) struct Releases {
    server: ArtifactServer,
    repositories: Api<HelmRepository>,
    charts: Api<HelmChart>,
    has_source: bool,
    revision: String,
}

/// What differs between the objects of one release and another's, or is a piece of a template.
struct Filling<'a> {
    name: &'a str,
    version: &'a str,
    image: &'a str,
    team: &'a str,
}

impl Workload for Releases {
    type Kind = HelmReleaseKind;

    const SUBJECT: Subject = Subject::HelmReleases;
    const PHASES: &'static [Phase] = &[
        Phase::Install,
        Phase::Noop,
        Phase::Upgrade,
        Phase::Uninstall,
    ];

    async fn open(client: &Client, _n: usize, has_source: bool) -> Result<Self> {
        let mut workload = Self {
            server: ArtifactServer::start().await?,
            repositories: Api::namespaced(client.clone(), NAMESPACE),
            charts: Api::namespaced(client.clone(), NAMESPACE),
            has_source,
            revision: String::new(),
        };
        let url = workload.offer(&[1])?;
        if has_source {
            workload.follow(&url).await?;
        }
        Ok(workload)
    }

    async fn publish(&mut self, phase: Phase) -> Result<()> {
        match phase {
            Phase::Upgrade => {
                self.offer(&[1, 2])?;
                if self.has_source {
                    request(&self.repositories, REPOSITORY, &self.revision).await?;
                }
                Ok(())
            }
            Phase::Install
            | Phase::Noop
            | Phase::Push
            | Phase::Elsewhere
            | Phase::Prune
            | Phase::Uninstall => Ok(()),
        }
    }

    fn revision(&self) -> &str {
        &self.revision
    }

    fn object(index: usize) -> HelmRelease {
        let mut spec = HelmReleaseSpec {
            release_name: Some(release(index)),
            target_namespace: Some(target(index)),
            storage_namespace: Some(target(index)),
            chart_ref: Some(ChartReference {
                kind: ChartReferenceKind::HelmChart,
                name: CHART.to_owned(),
                ..ChartReference::default()
            }),
            values: Some(values(index)),
            ..HelmReleaseSpec::default()
        };
        spec.interval = GoDuration::from_secs(INTERVAL_SECONDS);
        spec.install
            .get_or_insert_with(Install::default)
            .disable_wait = true;
        spec.upgrade
            .get_or_insert_with(Upgrade::default)
            .disable_wait = true;
        spec.uninstall
            .get_or_insert_with(Uninstall::default)
            .disable_wait = true;
        HelmRelease::new(&name(index), spec).within(NAMESPACE)
    }

    fn shown(status: &HelmReleaseStatus) -> Option<&str> {
        let latest = status.history.first()?;
        (latest.status == "deployed").then_some(&*latest.chart_version)
    }

    fn applied(index: usize, version: u32) -> Vec<(String, Value)> {
        let namespace = target(index);
        rendered(index, version)
            .into_iter()
            .zip(PLACES)
            .map(|(mut object, (api, plural))| {
                let name = object["metadata"]["name"].clone();
                object["metadata"] = json!({"name": name, "namespace": namespace, "labels": {
                    "app.kubernetes.io/managed-by": "Helm",
                    "helm.toolkit.fluxcd.io/name": super::name(index),
                    "helm.toolkit.fluxcd.io/namespace": NAMESPACE,
                }, "annotations": {
                    "meta.helm.sh/release-name": release(index),
                    "meta.helm.sh/release-namespace": namespace,
                }});
                let name = name.as_str().unwrap_or_default();
                (
                    format!("/{api}/namespaces/{namespace}/{plural}/{name}"),
                    object,
                )
            })
            .collect()
    }
}

impl Releases {
    /// Serves these versions of the chart; the last one is the revision. The answer is the URL of the repository.
    fn offer(&mut self, versions: &[u32]) -> Result<String> {
        let mut entries = Vec::new();
        for &version in versions {
            self.revision = chart_version(version);
            let file = format!("{CHART}-{}.tgz", self.revision);
            let chart = chart(version);
            let chart = chart
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str()));
            self.server.offer(&file, archived(chart)?);
            entries.push(json!({
                "apiVersion": "v2", "name": CHART, "version": self.revision, "urls": [file],
            }));
        }
        let index = json!({"apiVersion": "v1", "entries": {CHART: entries}});
        let url = self
            .server
            .offer("index.yaml", index.to_string().into_bytes());
        Ok(url.trim_end_matches("/index.yaml").to_owned())
    }

    /// Makes source-controller fetch the chart.
    async fn follow(&self, url: &str) -> Result<()> {
        let interval = GoDuration::from_secs(INTERVAL_SECONDS);
        let repository = HelmRepositorySpec {
            url: url.to_owned(),
            interval: Some(interval),
            ..HelmRepositorySpec::default()
        };
        let repository = HelmRepository::new(REPOSITORY, repository).within(NAMESPACE);
        self.repositories
            .create(&PostParams::default(), &repository)
            .await
            .context("creating the HelmRepository")?;
        let chart = HelmChartSpec {
            chart: CHART.to_owned(),
            interval,
            version: Some("1.x".to_owned()),
            source_ref: LocalHelmChartSourceReference {
                kind: ChartSourceKind::HelmRepository,
                name: REPOSITORY.to_owned(),
                ..LocalHelmChartSourceReference::default()
            },
            ..HelmChartSpec::default()
        };
        let chart = HelmChart::new(CHART, chart).within(NAMESPACE);
        self.charts
            .create(&PostParams::default(), &chart)
            .await
            .context("creating the HelmChart")?;
        until_stored(&self.charts, CHART, |status| status.artifact.is_some()).await
    }
}

/// The name of the release.
pub(in crate::bench) fn release(index: usize) -> String {
    format!("a{index}")
}

/// The user's values.
pub(in crate::bench) fn values(index: usize) -> Value {
    json!({"team": team(index)})
}

/// The version of the chart, as Chart.yaml has it.
pub(in crate::bench) fn chart_version(version: u32) -> String {
    format!("1.{version}.0")
}

/// The files of a chart, below the folder of its name.
pub(in crate::bench) fn chart(version: u32) -> Vec<(String, String)> {
    let metadata = json!({
        "apiVersion": "v2", "name": CHART, "version": chart_version(version), "appVersion": "6.5.0",
    });
    let mut files = vec![
        (format!("{CHART}/Chart.yaml"), metadata.to_string()),
        (format!("{CHART}/values.yaml"), VALUES.to_owned()),
        (
            format!("{CHART}/templates/_partials.tpl"),
            PARTIALS.to_owned(),
        ),
    ];
    let templates = objects(&Filling {
        name: "{{ include `app.name` . }}",
        version: "{{ .Chart.Version }}",
        image: "{{ include `app.image` . }}",
        team: "{{ .Values.team }}",
    });
    let names = ["account", "config", "service", "deployment"];
    files.extend(names.iter().zip(templates).map(|(name, object)| {
        let path = format!("{CHART}/templates/{name}.yaml");
        (path, object.to_string())
    }));
    files
}

/// What the chart renders to for a release.
pub(in crate::bench) fn rendered(index: usize, version: u32) -> [Value; 4] {
    objects(&Filling {
        name: &format!("{}-{CHART}", release(index)),
        version: &chart_version(version),
        image: IMAGE,
        team: &team(index),
    })
}

fn team(index: usize) -> String {
    format!("t{}", index % 7)
}

/// Where the API server serves the objects.
const PLACES: [(&str, &str); 4] = [
    ("api/v1", "serviceaccounts"),
    ("api/v1", "configmaps"),
    ("api/v1", "services"),
    ("apis/apps/v1", "deployments"),
];

fn objects(filling: &Filling<'_>) -> [Value; 4] {
    let Filling {
        name,
        version,
        image,
        team,
    } = filling;
    let object = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": name}});
    let mut config = object("v1", "ConfigMap");
    config["data"] = json!({"version": version, "team": team});
    let mut service = object("v1", "Service");
    service["spec"] = json!({
        "clusterIP": "None",
        "selector": {"app": name},
        "ports": [{"name": "http", "port": 9898, "targetPort": "http"}],
    });
    let mut deployment = object("apps/v1", "Deployment");
    deployment["spec"] = json!({
        "replicas": 0,
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"serviceAccountName": name, "containers": [{
                "name": "podinfo",
                "image": image,
                "ports": [{"name": "http", "containerPort": 9898}],
                "envFrom": [{"configMapRef": {"name": name}}],
                "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}},
            }]},
        },
    });
    [object("v1", "ServiceAccount"), config, service, deployment]
}

#[cfg(test)]
mod tests {
    use rheostat_gotemplate::{Host, Value as TemplateValue};
    use rheostat_helm::chart::ChartFile;
    use rheostat_helm::{Chart, RenderOptions, render};

    use super::*;

    /// A host for templates that ask for nothing.
    struct Nothing;

    impl Host for Nothing {
        fn now(&mut self) -> i128 {
            0
        }

        fn random(&mut self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn the_bare_loop_applies_what_the_chart_renders_to() {
        let prefix = format!("{CHART}/");
        let files = chart(2);
        let files = files
            .iter()
            .map(|(path, text)| ChartFile::new(path.trim_start_matches(&prefix), text.as_bytes()));
        let chart = Chart::from_files(files.collect()).expect("a chart");
        let options = RenderOptions {
            name: release(3),
            ..RenderOptions::default()
        };
        let TemplateValue::Map(user) = TemplateValue::from(values(3)) else {
            panic!("values are a mapping");
        };
        let found = render(&chart, &user, &options, &mut Nothing).expect("it renders");
        let mut found: Vec<Value> = found
            .manifests
            .iter()
            .map(|manifest| serde_json::from_str(&manifest.content).expect("JSON"))
            .collect();
        let mut expected = rendered(3, 2).to_vec();
        let kind = |object: &Value| object["kind"].to_string();
        found.sort_by_key(kind);
        expected.sort_by_key(kind);
        assert_eq!(found, expected);
    }
}

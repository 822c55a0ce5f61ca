//! A namespace on the shared control plane, a small chart, and helm.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use futures::StreamExt;
use futures::future::ready;
use kube::Client;
use kube::api::{Patch, PatchParams};
use rheostat_cluster::{Change, Cluster, Limits, Selection};
use rheostat_helm::chart::{Chart, ChartFile};
use rheostat_release::{Configuration, Install, Release, Upgrade};
use rheostat_testing::process::Scratch;
use rheostat_testing::{ControlPlane, Program, manifest};
use serde_json::{Map, Value, json};

/// The name of all releases.
pub(crate) const NAME: &str = "web";

const CHART_YAML: &str = "apiVersion: v2\nname: small\nversion: 1.0.0\nappVersion: \"2\"\n";

const VALUES: &str = "color: blue\nextra: false\n";

/// Two objects, of which one is there on demand, and notes.
const OBJECTS: &str = r"
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  color: {{ .Values.color }}
  revision: {{ .Release.Revision | quote }}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-extra
{{- end }}
";

/// A namespace, and how releases are made in it.
pub(crate) struct World {
    pub(crate) configuration: Configuration,
    pub(crate) client: Client,
    pub(crate) namespace: String,
    kubeconfig: PathBuf,
    scratch: Scratch,
}

impl World {
    pub(crate) async fn new(name: &str) -> Self {
        let plane = ControlPlane::shared().await.expect("a control plane");
        Self::on(plane, name).await
    }

    pub(crate) async fn on(plane: &ControlPlane, name: &str) -> Self {
        let client = plane.client().await.expect("a client");
        let namespace = plane.namespace(name).await.expect("a namespace");
        let cluster = Cluster::new(client.clone(), Limits::default());
        Self {
            configuration: Configuration::new(cluster, &namespace, "helm"),
            client,
            namespace,
            kubeconfig: plane.kubeconfig().to_owned(),
            scratch: Scratch::new("release").expect("a folder"),
        }
    }

    /// An installation of the small chart.
    pub(crate) fn install(&self, values: Value) -> Install {
        self.install_chart(&small(), values)
    }

    pub(crate) fn install_chart(&self, files: &Files, values: Value) -> Install {
        Install::new(NAME, &self.namespace, chart(files), object(values))
    }

    /// Installs the small chart.
    pub(crate) async fn installed(&self, values: Value) -> Release {
        let install = self.install(values);
        install.run(&self.configuration).await.expect("installed")
    }

    /// Helm's answer, or its complaint.
    pub(crate) fn helm(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.run_helm(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }

    fn run_helm(&self, arguments: &[&str]) -> Output {
        let helm = Program::Helm.locate().expect("helm");
        Command::new(helm)
            .args(["--namespace", &self.namespace])
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HELM_CACHE_HOME", self.scratch.path())
            .output()
            .expect("helm runs")
    }

    /// The files of a chart in a folder, for helm.
    pub(crate) fn folder(&self, files: &Files) -> String {
        let folder = self.scratch.path().join("chart");
        for (name, content) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, content).expect("written");
        }
        folder.to_string_lossy().into_owned()
    }

    /// A `ConfigMap` as it is.
    pub(crate) async fn config(&self, name: &str) -> Option<Value> {
        self.live("v1", "ConfigMap", name).await
    }

    /// An object as it is.
    pub(crate) async fn live(&self, api_version: &str, kind: &str, name: &str) -> Option<Value> {
        let wanted = json!({
            "apiVersion": api_version, "kind": kind,
            "metadata": {"name": name, "namespace": self.namespace},
        });
        let api = manifest::api_of(&self.client, &wanted)
            .await
            .expect("the kind is served");
        let found = api.get_opt(name).await.expect("the server answers");
        found.map(|object| serde_json::to_value(object).expect("an object is JSON"))
    }

    /// Waits for an object.
    pub(crate) async fn until_there(&self, api_version: &str, kind: &str, name: &str) {
        let mapper = self.configuration.cluster.mapper();
        let resource = mapper.exact(api_version, kind).await.expect("served");
        let name = Selection::Name(name.to_owned());
        let cluster = &self.configuration.cluster;
        let changes = cluster.subscribe(&resource, Some(&self.namespace), &name);
        let mut present = changes.filter(|change| ready(matches!(change, Change::Present(_))));
        present.next().await.expect("a subscription does not end");
    }

    /// The color that the release's object has.
    pub(crate) async fn color(&self) -> Option<String> {
        let object = self.config(NAME).await?;
        object["data"]["color"].as_str().map(str::to_owned)
    }

    /// Writes an object as somebody else.
    pub(crate) async fn apply(&self, object: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = self.namespace.as_str().into();
        manifest::apply(&self.client, [&object])
            .await
            .expect("applied");
    }

    /// Changes an object, or a Job's status with `subresource`, by a merge patch.
    pub(crate) async fn edit(&self, object: &Value, patch: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = self.namespace.as_str().into();
        let api = manifest::api_of(&self.client, &object)
            .await
            .expect("served");
        let name = object["metadata"]["name"].as_str().expect("a name");
        api.patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .expect("the edit is taken");
    }

    /// What the records say: `revision status`, the oldest first.
    pub(crate) async fn history(&self) -> Vec<String> {
        let history = self.configuration.storage().history(NAME).await;
        let line = |release: &Release| format!("{} {}", release.version, release.info.status);
        history
            .map(|history| history.iter().map(line).collect())
            .unwrap_or_default()
    }
}

/// The files of a chart by their paths.
pub(crate) type Files = Vec<(&'static str, String)>;

/// The small chart.
pub(crate) fn small() -> Files {
    chart_of(OBJECTS)
}

/// A chart of one template.
pub(crate) fn chart_of(objects: &str) -> Files {
    vec![
        ("Chart.yaml", CHART_YAML.to_owned()),
        ("values.yaml", VALUES.to_owned()),
        ("templates/objects.yaml", objects.to_owned()),
        (
            "templates/NOTES.txt",
            "It is {{ .Values.color }}.\n".to_owned(),
        ),
    ]
}

pub(crate) fn chart(files: &Files) -> Chart {
    let files = files
        .iter()
        .map(|(name, content)| ChartFile::new(*name, content.as_bytes()));
    Chart::from_files(files.collect()).expect("a chart")
}

pub(crate) fn upgrade(files: &Files, values: Value) -> Upgrade {
    Upgrade::new(NAME, chart(files), object(values))
}

fn object(values: Value) -> Map<String, Value> {
    match values {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

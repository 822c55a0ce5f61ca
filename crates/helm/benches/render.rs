//! What it costs to read and render a chart: the first time, and again with other values.
//!
//! The chart is an umbrella of twenty services. Another one, as archive or folder, may be named by the variable `CHART`.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark may read a chart from the disk"
)]

use std::sync::Arc;

use divan::Bencher;
use rheostat_gotemplate::{Host, Map, Value};
use rheostat_helm::chart::ChartFile;
use rheostat_helm::{Chart, RenderOptions, render};

fn main() {
    divan::main();
}

/// A world that stands still.
struct Still;

impl Host for Still {
    fn now(&mut self) -> i128 {
        1_700_000_000_000_000_000
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// The files of the chart, read once.
fn files() -> Vec<ChartFile> {
    let Some(path) = std::env::var_os("CHART") else {
        return umbrella(20);
    };
    let mut files = Vec::new();
    collect(path.as_ref(), "", &mut files);
    files
}

fn collect(folder: &std::path::Path, prefix: &str, files: &mut Vec<ChartFile>) {
    for entry in std::fs::read_dir(folder).expect("CHART names a folder") {
        let entry = entry.expect("the folder can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            let data = std::fs::read(entry.path()).expect("the file can be read");
            files.push(ChartFile::new(name, data));
        }
    }
}

fn umbrella(services: usize) -> Vec<ChartFile> {
    let file = |name: String, text: String| ChartFile::new(name, text.into_bytes());
    let mut files = vec![file(
        "Chart.yaml".to_owned(),
        "{apiVersion: v2, name: umbrella, version: 1.0.0}".to_owned(),
    )];
    for number in 0..services {
        let folder = format!("charts/service-{number}");
        let texts = [
            ("Chart.yaml", CHART),
            ("values.yaml", VALUES),
            ("templates/_names.tpl", NAMES),
            ("templates/deployment.yaml", DEPLOYMENT),
        ];
        for (name, text) in texts {
            let text = text.replace("NUMBER", &number.to_string());
            files.push(file(format!("{folder}/{name}"), text));
        }
    }
    files
}

const CHART: &str = "{apiVersion: v2, name: service-NUMBER, version: 1.0.0}";

const VALUES: &str = "\
replicas: 2
image: {repository: registry.example.com/service, tag: 1.2.3}
labels: {team: payments, tier: backend}
env: {GREETING: hello, LEVEL: info}
ports: [{name: http, port: 8080}, {name: metrics, port: 9090}]
resources: {limits: {memory: 128Mi}, requests: {cpu: 100m, memory: 64Mi}}
note: 'release {{ .Release.Name }}'
";

const NAMES: &str = r#"
{{- define "service-NUMBER.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}
{{- define "service-NUMBER.labels" -}}
app.kubernetes.io/name: {{ include "service-NUMBER.name" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | default "none" | quote }}
{{ toYaml .Values.labels }}
{{- end }}
"#;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service-NUMBER.name" . }}
  labels: {{- include "service-NUMBER.labels" . | nindent 4 }}
  annotations:
    note: {{ tpl .Values.note . | quote }}
    checksum: {{ toJson .Values | sha256sum }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels: {{- include "service-NUMBER.labels" . | nindent 8 }}
    spec:
      containers:
        - name: main
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- with merge (dict "EXTRA" "1") (deepCopy .Values.env) }}
          env:
            {{- range $name, $value := . }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
          {{- end }}
          ports:
            {{- range .Values.ports }}
            - name: {{ .name }}
              containerPort: {{ int .port }}
            {{- end }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
"#;

fn load(files: &[ChartFile]) -> Chart {
    let fresh = files
        .iter()
        .map(|file| ChartFile::new(Arc::clone(&file.name), &*file.data));
    Chart::from_files(fresh.collect()).expect("the chart loads")
}

fn rendered(chart: &Chart, values: &Arc<Map>) -> usize {
    let rendered =
        render(chart, values, &RenderOptions::default(), &mut Still).expect("the chart renders");
    rendered.manifest(false).len()
}

/// From files to manifests.
#[divan::bench]
fn first_render(bencher: Bencher<'_, '_>) {
    let files = files();
    let values = Arc::new(Map::new());
    bencher.bench(|| rendered(&load(&files), &values));
}

/// Of a chart that was rendered before, with values that are new each time.
#[divan::bench]
fn second_render(bencher: Bencher<'_, '_>) {
    let chart = load(&files());
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            let global: Map = [("number", f64::from(number))].into_iter().collect();
            let values = [("global", Value::from(global))];
            Arc::new(values.into_iter().collect::<Map>())
        })
        .bench_local_values(|values| rendered(&chart, &values));
}

/// From files to a chart.
#[divan::bench]
fn load_chart(bencher: Bencher<'_, '_>) {
    let files = files();
    bencher.bench(|| load(&files));
}

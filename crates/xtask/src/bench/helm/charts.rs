//! Charts that are heavy in one thing each. Pure.

use std::fmt::Write as _;

/// Files with their paths.
pub(super) type Files = Vec<(String, String)>;

/// An umbrella: so many services below one chart, each with helpers, values and objects as `helm create` makes them.
pub(super) fn umbrella(services: usize) -> Files {
    let mut files = vec![(
        "values.yaml".to_owned(),
        "global: {domain: example.com, pullPolicy: IfNotPresent}\n".to_owned(),
    )];
    let mut chart = chart("umbrella");
    chart.push_str("dependencies:\n");
    for number in 0..services {
        // Writing to a string does not fail.
        let _ = writeln!(chart, "  - {{name: service-{number}, version: 1.0.0}}");
        let folder = format!("charts/service-{number}");
        files.push((
            format!("{folder}/Chart.yaml"),
            self::chart(&format!("service-{number}")),
        ));
        let texts = [
            ("values.yaml", SERVICE_VALUES),
            ("templates/_helpers.tpl", SERVICE_HELPERS),
            ("templates/deployment.yaml", SERVICE_DEPLOYMENT),
            ("templates/service.yaml", SERVICE_SERVICE),
            ("templates/config.yaml", SERVICE_CONFIG),
        ];
        files.extend(texts.map(|(name, text)| {
            let text = text.replace("NUMBER", &number.to_string());
            (format!("{folder}/{name}"), text)
        }));
    }
    files.push(("Chart.yaml".to_owned(), chart));
    files
}

/// So many calls of `tpl`, each with a text of its own, beside so many definitions.
pub(super) fn tpl(calls: usize, definitions: usize) -> Files {
    let mut helpers = String::new();
    for number in 0..definitions {
        let _ = writeln!(
            helpers,
            "{{{{- define \"name-{number}\" -}}}}\n{{{{ printf \"%s-%d\" .Release.Name {number} | trunc 63 }}}}\n{{{{- end }}}}"
        );
    }
    let mut values = String::from("texts:\n");
    for call in 0..calls {
        let definition = call % definitions.max(1);
        let _ = writeln!(
            values,
            "  - '{{{{ include \"name-{definition}\" $ }}}}-{call}.{{{{ .Release.Namespace }}}}'"
        );
    }
    vec![
        ("Chart.yaml".to_owned(), chart("tpl")),
        ("values.yaml".to_owned(), values),
        ("templates/_names.tpl".to_owned(), helpers),
        ("templates/names.yaml".to_owned(), TPL_NAMES.to_owned()),
    ]
}

/// So many components, each of which takes deep copies of large defaults before it merges its own settings into them.
pub(super) fn deep_copy(components: usize) -> Files {
    let mut values = String::from(COMPONENT_DEFAULTS);
    values.push_str("components:\n");
    for number in 0..components {
        let _ = writeln!(
            values,
            "  component-{number}: {{enabled: true, replicas: {number}, image: {{tag: 1.{number}.0}}}}"
        );
    }
    vec![
        ("Chart.yaml".to_owned(), chart("deep-copy")),
        ("values.yaml".to_owned(), values),
        (
            "templates/components.yaml".to_owned(),
            COMPONENTS.to_owned(),
        ),
    ]
}

fn chart(name: &str) -> String {
    format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\nappVersion: 1.0.0\n")
}

const SERVICE_VALUES: &str = "\
replicaCount: 2
image: {repository: registry.example.com/service-NUMBER, tag: 1.2.3}
labels: {team: payments, tier: backend}
env: {GREETING: hello, LEVEL: info, NUMBER: 'NUMBER'}
service: {type: ClusterIP, port: 8080}
resources: {limits: {memory: 128Mi}, requests: {cpu: 100m, memory: 64Mi}}
affinity: {}
tolerations: []
";

const SERVICE_HELPERS: &str = r#"{{- define "service-NUMBER.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}
{{- define "service-NUMBER.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "service-NUMBER.labels" -}}
{{ include "service-NUMBER.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}
"#;

const SERVICE_DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service-NUMBER.fullname" . }}
  labels:
    {{- include "service-NUMBER.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      {{- include "service-NUMBER.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
      labels:
        {{- include "service-NUMBER.labels" . | nindent 8 }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.global.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ tpl (toString $value) $ | quote }}
            {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
"#;

const SERVICE_SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ include "service-NUMBER.fullname" . }}
  labels:
    {{- include "service-NUMBER.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
    - {port: {{ .Values.service.port }}, targetPort: http, name: http}
  selector:
    {{- include "service-NUMBER.selector" . | nindent 4 }}
"#;

const SERVICE_CONFIG: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "service-NUMBER.fullname" . }}
  labels:
    {{- include "service-NUMBER.labels" . | nindent 4 }}
data:
  domain: {{ printf "%s.%s" .Chart.Name .Values.global.domain | quote }}
  settings.yaml: |
    {{- dict "env" .Values.env "resources" .Values.resources | toYaml | nindent 4 }}
"#;

const TPL_NAMES: &str = r"apiVersion: v1
kind: ConfigMap
metadata:
  name: names
data:
  {{- range $index, $text := .Values.texts }}
  name-{{ $index }}: {{ tpl $text $ | quote }}
  {{- end }}
";

/// Defaults of about a hundred entries, nested as those of agents are.
const COMPONENT_DEFAULTS: &str = "\
defaults: &defaults
  enabled: false
  replicas: 1
  image: {registry: registry.example.com, repository: agent, tag: 1.0.0, pullPolicy: IfNotPresent, pullSecrets: []}
  resources: {limits: {cpu: 500m, memory: 256Mi}, requests: {cpu: 100m, memory: 64Mi}}
  service: {type: ClusterIP, annotations: {}, ports: [{name: http, port: 80}, {name: metrics, port: 9090}]}
  security: {user: 1000, group: 1000, readOnly: true, capabilities: {drop: [ALL], add: []}, profile: {type: RuntimeDefault}}
  probes: {liveness: {path: /live, port: http, delay: 5}, readiness: {path: /ready, port: http, delay: 5}}
  scaling: {enabled: false, min: 1, max: 5, metrics: [{type: cpu, target: 80}, {type: memory, target: 80}]}
  scheduling: {nodeSelector: {kubernetes.io/os: linux}, tolerations: [], affinity: {}, priority: ''}
  pipeline:
    receivers: {otlp: {grpc: {port: 4317}, http: {port: 4318}}, prometheus: {interval: 60s, targets: []}}
    processors: {batch: {size: 8192, timeout: 2s}, memory: {limit: 80, spike: 25, interval: 1s}}
    exporters: {remote: {url: https://example.com/api, timeout: 30s, retry: {initial: 5s, max: 30s, elapsed: 5m}}}
    rules: [{action: keep, regex: up, labels: [__name__]}, {action: drop, regex: go_.*, labels: [__name__]}]
profiles: {small: *defaults, medium: *defaults, large: *defaults, windows: *defaults, edge: *defaults}
";

const COMPONENTS: &str = r#"{{- range $name, $settings := .Values.components }}
{{- $values := deepCopy $.Values }}
{{- $merged := mergeOverwrite (deepCopy $values.defaults) (deepCopy $settings) }}
{{- range $profile, $_ := $values.profiles }}
{{- $copy := deepCopy $values }}
{{- $_ := set $copy.defaults "profile" $profile }}
{{- $_ := set $merged $profile (dict "replicas" (len $copy.profiles) "profile" $copy.defaults.profile) }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
data:
  settings.yaml: |
    {{- toYaml $merged | nindent 4 }}
{{- end }}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &Files, paths: usize) {
        let mut found: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), paths);
        assert!(found.contains(&"Chart.yaml"));
    }

    #[test]
    fn every_file_is_there_once() {
        check(&umbrella(3), 2 + 3 * 6);
        check(&tpl(10, 5), 4);
        check(&deep_copy(2), 3);
    }
}

{{/* The name of every object of the release. */}}
{{- define "helm-controller.name" -}}
{{- default .Chart.Name .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The labels by which the Deployment and the Service find their Pods. The flux command looks for the first. */}}
{{- define "helm-controller.selector" -}}
app: {{ include "helm-controller.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of every object. */}}
{{- define "helm-controller.labels" -}}
app.kubernetes.io/component: helm-controller
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: flux
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The reference to the image. */}}
{{- define "helm-controller.image" -}}
{{- $global := default dict .Values.global -}}
{{- with .Values.image -}}
{{- with default $global.imageRegistry .registry }}{{ . }}/{{ end }}{{ .repository -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

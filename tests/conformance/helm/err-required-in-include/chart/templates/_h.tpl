{{ define "h" }}
{{ required "a name is needed" .Values.name }}
{{ end }}
{{- define "wirecopy.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "wirecopy.labels" -}}
{{ include "wirecopy.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "wirecopy.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "wirecopy.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "wirecopy.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "wirecopy.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "wirecopy.env" -}}
- name: WIRECOPY_HTTP_PORT
  value: "8080"
{{- range $name, $value := .Values.settings }}
{{- if ne $name "http_port" }}
- name: WIRECOPY_{{ upper $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- if .Values.secretName }}
- name: WIRECOPY_SECRETS_DIR
  value: /etc/wirecopy/secrets
{{- end }}
{{- end -}}

{{- define "wirecopy.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.secretName }}
- {name: secrets, mountPath: /etc/wirecopy/secrets, readOnly: true}
{{- end }}
{{- end -}}

{{- define "wirecopy.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- if .Values.secretName }}
- name: secrets
  secret: {secretName: {{ .Values.secretName }}, defaultMode: 0440}
{{- end }}
{{- end -}}

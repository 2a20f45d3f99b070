{{- define "causeway.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- define "causeway.selector" -}}
app.kubernetes.io/name: causeway-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "causeway.labels" -}}
{{ include "causeway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}
{{- define "causeway.image" -}}
{{- if .Values.image.digest -}}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{- else -}}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- define "causeway.config" -}}
{{- $set := dict "agent" (dict "name" (.Values.agentName | default .Release.Name) "stateDirectory" "/var/lib/causeway") "health" (dict "port" (int .Values.service.healthPort) "address" "0.0.0.0") -}}
{{- if .Values.serviceMonitor.enabled }}{{- $_ := set $set.health "metrics" "open" }}{{- end -}}
{{- if .Values.policy }}{{- $_ := set $set "policy" (dict "file" "/etc/causeway/policy.yaml") }}{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $set) -}}
{{- end -}}
{{- define "causeway.container" -}}
image: {{ include "causeway.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
env:
  - { name: CAUSEWAY_CONFIG, value: /etc/causeway/agent.yaml }
  - name: CAUSEWAY_AGENT__HOST_ID
    valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- with .Values.extraEnvironment }}
{{ toYaml . | indent 2 }}
{{- end }}
resources: {{ toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - { name: config, mountPath: /etc/causeway, readOnly: true }
  - { name: state, mountPath: /var/lib/causeway }
  - { name: tmp, mountPath: /tmp }
{{- range .Values.secrets }}
  - { name: secret-{{ .name }}, mountPath: /etc/causeway-secrets/{{ .name }}, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}

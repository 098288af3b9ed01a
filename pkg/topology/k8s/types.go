package k8s

// What follows is the part of the Kubernetes types that is written here, with
// members in the order in which people write them.

type meta struct {
	Name        string            `yaml:"name"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// head begins every object.
type head struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   meta   `yaml:"metadata"`
}

type namespace struct {
	head `yaml:",inline"`
}

type serviceAccount struct {
	head      `yaml:",inline"`
	Automount bool `yaml:"automountServiceAccountToken"`
}

type configMap struct {
	head `yaml:",inline"`
	Data map[string]string `yaml:"data"`
}

type selector struct {
	MatchLabels map[string]string `yaml:"matchLabels,omitempty"`
}

type deployment struct {
	head `yaml:",inline"`
	Spec deploymentSpec `yaml:"spec"`
}

type deploymentSpec struct {
	Replicas             int         `yaml:"replicas"`
	RevisionHistoryLimit int         `yaml:"revisionHistoryLimit"`
	Selector             selector    `yaml:"selector"`
	Strategy             strategy    `yaml:"strategy"`
	Template             podTemplate `yaml:"template"`
}

type strategy struct {
	Type          string        `yaml:"type"`
	RollingUpdate rollingUpdate `yaml:"rollingUpdate"`
}

type rollingUpdate struct {
	MaxSurge       int `yaml:"maxSurge"`
	MaxUnavailable int `yaml:"maxUnavailable"`
}

type podTemplate struct {
	Metadata podMeta `yaml:"metadata"`
	Spec     podSpec `yaml:"spec"`
}

type podMeta struct {
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

type podSpec struct {
	ServiceAccountName string             `yaml:"serviceAccountName"`
	Automount          bool               `yaml:"automountServiceAccountToken"`
	EnableServiceLinks bool               `yaml:"enableServiceLinks"`
	GraceSeconds       int                `yaml:"terminationGracePeriodSeconds"`
	SecurityContext    podSecurity        `yaml:"securityContext"`
	TopologySpread     []spreadConstraint `yaml:"topologySpreadConstraints,omitempty"`
	Containers         []container        `yaml:"containers"`
	Volumes            []volume           `yaml:"volumes"`
}

type podSecurity struct {
	RunAsNonRoot   bool    `yaml:"runAsNonRoot"`
	RunAsUser      int64   `yaml:"runAsUser"`
	RunAsGroup     int64   `yaml:"runAsGroup"`
	FSGroup        int64   `yaml:"fsGroup"`
	SeccompProfile seccomp `yaml:"seccompProfile"`
}

type seccomp struct {
	Type string `yaml:"type"`
}

type spreadConstraint struct {
	MaxSkew           int      `yaml:"maxSkew"`
	TopologyKey       string   `yaml:"topologyKey"`
	WhenUnsatisfiable string   `yaml:"whenUnsatisfiable"`
	LabelSelector     selector `yaml:"labelSelector"`
}

type container struct {
	Name            string        `yaml:"name"`
	Image           string        `yaml:"image"`
	Args            []string      `yaml:"args,omitempty"`
	Env             []envVar      `yaml:"env"`
	Ports           []port        `yaml:"ports,omitempty"`
	Resources       resources     `yaml:"resources"`
	SecurityContext security      `yaml:"securityContext"`
	StartupProbe    *probe        `yaml:"startupProbe,omitempty"`
	LivenessProbe   *probe        `yaml:"livenessProbe,omitempty"`
	ReadinessProbe  *probe        `yaml:"readinessProbe,omitempty"`
	VolumeMounts    []volumeMount `yaml:"volumeMounts"`
}

type envVar struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

type port struct {
	Name          string `yaml:"name"`
	ContainerPort int    `yaml:"containerPort"`
}

type resources struct {
	Requests quantities `yaml:"requests"`
	Limits   quantities `yaml:"limits"`
}

type quantities struct {
	CPU    string `yaml:"cpu,omitempty"`
	Memory string `yaml:"memory,omitempty"`
}

type security struct {
	AllowPrivilegeEscalation bool         `yaml:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `yaml:"readOnlyRootFilesystem"`
	Capabilities             capabilities `yaml:"capabilities"`
}

type capabilities struct {
	Drop []string `yaml:"drop"`
}

type probe struct {
	HTTPGet          httpGet `yaml:"httpGet"`
	PeriodSeconds    int     `yaml:"periodSeconds"`
	TimeoutSeconds   int     `yaml:"timeoutSeconds"`
	FailureThreshold int     `yaml:"failureThreshold"`
}

type httpGet struct {
	Path string `yaml:"path"`
	Port string `yaml:"port"`
}

type volumeMount struct {
	Name      string `yaml:"name"`
	MountPath string `yaml:"mountPath"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
}

type volume struct {
	Name      string           `yaml:"name"`
	Secret    *secretVolume    `yaml:"secret,omitempty"`
	ConfigMap *configMapVolume `yaml:"configMap,omitempty"`
	EmptyDir  *emptyDir        `yaml:"emptyDir,omitempty"`
}

type secretVolume struct {
	SecretName  string `yaml:"secretName"`
	DefaultMode mode   `yaml:"defaultMode"`
	Items       []item `yaml:"items"`
}

type configMapVolume struct {
	Name  string `yaml:"name"`
	Items []item `yaml:"items,omitempty"`
}

type item struct {
	Key  string `yaml:"key"`
	Path string `yaml:"path"`
}

type emptyDir struct {
	Medium    string `yaml:"medium,omitempty"`
	SizeLimit string `yaml:"sizeLimit"`
}

type disruptionBudget struct {
	head `yaml:",inline"`
	Spec disruptionSpec `yaml:"spec"`
}

type disruptionSpec struct {
	MaxUnavailable int      `yaml:"maxUnavailable"`
	Selector       selector `yaml:"selector"`
}

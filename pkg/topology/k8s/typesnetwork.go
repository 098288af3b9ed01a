package k8s

type networkPolicy struct {
	head `yaml:",inline"`
	Spec policySpec `yaml:"spec"`
}

type policySpec struct {
	PodSelector selector      `yaml:"podSelector"`
	PolicyTypes []string      `yaml:"policyTypes"`
	Ingress     []ingressRule `yaml:"ingress,omitempty"`
	Egress      []egressRule  `yaml:"egress,omitempty"`
}

type ingressRule struct {
	From  []peer       `yaml:"from"`
	Ports []policyPort `yaml:"ports"`
}

type egressRule struct {
	To    []peer       `yaml:"to"`
	Ports []policyPort `yaml:"ports"`
}

type peer struct {
	IPBlock           *ipBlock  `yaml:"ipBlock,omitempty"`
	NamespaceSelector *selector `yaml:"namespaceSelector,omitempty"`
	PodSelector       *selector `yaml:"podSelector,omitempty"`
}

type ipBlock struct {
	CIDR string `yaml:"cidr"`
}

type policyPort struct {
	Protocol string `yaml:"protocol"`
	Port     int    `yaml:"port"`
}

// kustomization is a kustomization.yaml.
type kustomization struct {
	APIVersion   string        `yaml:"apiVersion"`
	Kind         string        `yaml:"kind"`
	Namespace    string        `yaml:"namespace,omitempty"`
	Resources    []string      `yaml:"resources"`
	Patches      []patch       `yaml:"patches,omitempty"`
	Replacements []replacement `yaml:"replacements,omitempty"`
}

type patch struct {
	Path   string      `yaml:"path"`
	Target patchTarget `yaml:"target"`
}

type patchTarget struct {
	Kind string `yaml:"kind"`
}

type replacement struct {
	Source  replaceSource   `yaml:"source"`
	Targets []replaceTarget `yaml:"targets"`
}

type replaceSource struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	FieldPath string `yaml:"fieldPath"`
}

type replaceTarget struct {
	Select     patchTarget    `yaml:"select"`
	FieldPaths []string       `yaml:"fieldPaths"`
	Options    replaceOptions `yaml:"options"`
}

type replaceOptions struct {
	Delimiter string `yaml:"delimiter"`
	Index     int    `yaml:"index"`
}

package k8s

import (
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

const (
	kustomizeVersion = "kustomize.config.k8s.io/v1beta1"

	// labelEnvironment marks the namespace; overlays take the first part of the
	// secrets' names from it.
	labelEnvironment = "environment"

	caVolume = "nats-ca"
	caFolder = "/var/run/nats-ca"
	caKey    = "ca.crt"
)

// overlay is an environment in a cluster.
type overlay struct {
	env       string
	namespace string
	bus       busAddress
	workloads []*workload
}

// render writes an overlay: its namespace, the way to its bus, and what lives
// there.
func (o *overlay) render(t *topology.Topology, dir string) ([]topology.Artifact, error) {
	dir += "/overlays/" + label(token(o.env))
	k := kustomization{
		APIVersion: kustomizeVersion, Kind: "Kustomization", Namespace: o.namespace,
		Resources:    []string{"namespace.yaml", "allow-bus.yaml", "../../base/network"},
		Patches:      []patch{{Path: "environment.yaml", Target: patchTarget{"Deployment"}}},
		Replacements: []replacement{o.credentials()},
	}
	for _, w := range o.workloads {
		k.Resources = append(k.Resources, "../../base/"+w.object())
	}
	labels := common(t.Lab.Name)
	labels[labelEnvironment] = label(token(o.env))
	for _, mode := range []string{"enforce", "warn", "audit"} {
		labels["pod-security.kubernetes.io/"+mode] = "restricted"
		labels["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
	}
	var out []topology.Artifact
	for _, f := range []struct {
		name   string
		object any
	}{
		{"kustomization.yaml", k},
		{"namespace.yaml", namespace{head{"v1", "Namespace", meta{Name: o.namespace, Labels: labels}}}},
		{"allow-bus.yaml", networkPolicy{policyHead(t, "allow-bus"), busPolicy(o.bus)}},
		{"environment.yaml", o.patch()},
	} {
		a, err := file(dir+"/"+f.name, f.object)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// credentials writes the environment into the names of the secrets, which are
// "environment.cell.math" in the base: a pod cannot start with the credentials
// of another environment.
func (o *overlay) credentials() replacement {
	return replacement{
		Source: replaceSource{Kind: "Namespace", Name: o.namespace, FieldPath: "metadata.labels." + labelEnvironment},
		Targets: []replaceTarget{{
			Select:     patchTarget{"Deployment"},
			FieldPaths: []string{"spec.template.spec.volumes.[name=" + credsVolume + "].secret.secretName"},
			Options:    replaceOptions{Delimiter: "."},
		}},
	}
}

// deploymentPatch is merged into every deployment of an overlay.
type deploymentPatch struct {
	head `yaml:",inline"`
	Spec struct {
		Template struct {
			Spec podPatch `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

type podPatch struct {
	Containers []containerPatch `yaml:"containers"`
	Volumes    []volume         `yaml:"volumes,omitempty"`
}

type containerPatch struct {
	Name         string        `yaml:"name"`
	Env          []envVar      `yaml:"env"`
	VolumeMounts []volumeMount `yaml:"volumeMounts,omitempty"`
}

// patch is what differs between environments.
func (o *overlay) patch() deploymentPatch {
	p := deploymentPatch{head: head{"apps/v1", "Deployment", meta{Name: "every"}}}
	c := containerPatch{Name: containerName, Env: []envVar{
		{envEnvironment, literal(o.env)},
		{envURL, literal(strings.Join(o.bus.urls, ","))},
	}}
	if o.bus.authority {
		c.Env = append(c.Env, envVar{envCA, caFolder + "/" + caKey})
		c.VolumeMounts = []volumeMount{{Name: caVolume, MountPath: caFolder, ReadOnly: true}}
		p.Spec.Template.Spec.Volumes = []volume{{
			Name: caVolume, ConfigMap: &configMapVolume{Name: caVolume, Items: []item{{Key: caKey, Path: caKey}}},
		}}
	}
	p.Spec.Template.Spec.Containers = []containerPatch{c}
	return p
}

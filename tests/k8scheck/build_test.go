package k8scheck

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s/k8stest"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// built is an overlay as a cluster would get it.
type built struct {
	cluster, env string
	documents    [][]byte // every object, as YAML

	namespaces  []corev1.Namespace
	accounts    []corev1.ServiceAccount
	configs     []corev1.ConfigMap
	deployments []appsv1.Deployment
	budgets     []policyv1.PodDisruptionBudget
	policies    []networkingv1.NetworkPolicy
}

// lab is a topology and all that was built of it.
type lab struct {
	*topology.Topology
	what     string
	overlays []built
}

// example is the lab that the repository declares.
func example(t *testing.T) *topology.Topology {
	t.Helper()
	top, diags := load.Dir("../../topology", load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

// labs builds the example, and random labs: those that people would write, and
// wild ones at the edge of what may be declared.
func labs(t *testing.T, n uint64) []lab {
	t.Helper()
	out := []lab{build(t, "the example", example(t))}
	for seed := range n {
		out = append(out, build(t, fmt.Sprintf("random lab %d", seed), loadtest.Random(t, seed)),
			build(t, fmt.Sprintf("wild lab %d", seed), k8stest.Wild(seed)))
	}
	objects := 0
	for _, l := range out {
		for _, o := range l.overlays {
			objects += len(o.documents)
		}
	}
	if objects < 50 {
		t.Fatalf("%d objects are no test", objects)
	}
	return out
}

func build(t *testing.T, what string, top *topology.Topology) lab {
	t.Helper()
	files, err := k8s.Emit(top)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	l, err := buildFiles(what, top, files)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// buildFiles runs kustomize on every overlay among files.
func buildFiles(what string, top *topology.Topology, files []topology.Artifact) (lab, error) {
	l := lab{Topology: top, what: what}
	fs := filesys.MakeFsInMemory()
	var overlays []string
	for _, f := range files {
		if err := fs.WriteFile("/"+f.Path, f.Data); err != nil {
			return l, err
		}
		if dir := path.Dir(f.Path); strings.Contains(dir, "/overlays/") && !slices.Contains(overlays, dir) {
			overlays = append(overlays, dir)
		}
	}
	for _, dir := range overlays {
		resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, "/"+dir)
		if err != nil {
			return l, fmt.Errorf("%s: build %s: %w", what, dir, err)
		}
		b := built{cluster: strings.Split(dir, "/")[1], env: path.Base(dir)}
		for _, r := range resources.Resources() {
			doc, err := r.AsYAML()
			if err != nil {
				return l, err
			}
			if err := b.add(r.GetKind(), doc); err != nil {
				return l, fmt.Errorf("%s: %s: %s %s: %w\n%s", what, dir, r.GetKind(), r.GetName(), err, doc)
			}
		}
		l.overlays = append(l.overlays, b)
	}
	return l, nil
}

// add reads an object into Kubernetes' own type. A member that the type does
// not have is an error.
func (b *built) add(kind string, doc []byte) error {
	b.documents = append(b.documents, doc)
	switch kind {
	case "Namespace":
		return decode(doc, &b.namespaces)
	case "ServiceAccount":
		return decode(doc, &b.accounts)
	case "ConfigMap":
		return decode(doc, &b.configs)
	case "Deployment":
		return decode(doc, &b.deployments)
	case "PodDisruptionBudget":
		return decode(doc, &b.budgets)
	case "NetworkPolicy":
		return decode(doc, &b.policies)
	}
	return fmt.Errorf("a kind that nobody expects")
}

func decode[T any](doc []byte, list *[]T) error {
	var v T
	if err := yaml.UnmarshalStrict(doc, &v); err != nil {
		return err
	}
	*list = append(*list, v)
	return nil
}

package k8s_test

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s/k8stest"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// object is one document of a file, as any reader of YAML sees it.
type object struct {
	file string
	doc  map[string]any
}

func (o object) kind() string { return fmt.Sprint(o.doc["kind"]) }

func (o object) name() string { return fmt.Sprint(o.at("metadata", "name")) }

// at walks down maps; nil when something is missing.
func (o object) at(keys ...string) any {
	var v any = o.doc
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// objects reads what was emitted.
func objects(t *testing.T, files []topology.Artifact) []object {
	t.Helper()
	var out []object
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".yaml") {
			continue
		}
		d := yaml.NewDecoder(bytes.NewReader(f.Data))
		for {
			var doc map[string]any
			err := d.Decode(&doc)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", f.Path, err, f.Data)
			}
			out = append(out, object{f.Path, doc})
		}
	}
	return out
}

func emit(t *testing.T, top *topology.Topology) []topology.Artifact {
	t.Helper()
	files, err := k8s.Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// labs are random ones, wild ones at the edge and those that people would write.
func labs(t *testing.T, n uint64, each func(t *testing.T, what string, top *topology.Topology)) {
	t.Helper()
	for seed := range n {
		each(t, fmt.Sprintf("wild lab %d", seed), k8stest.Wild(seed))
		each(t, fmt.Sprintf("random lab %d", seed), loadtest.Random(t, seed))
	}
}

func TestEqualLabsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	emitted := 0
	labs(t, 20, func(t *testing.T, what string, top *topology.Topology) {
		first := emit(t, top)
		doc, err := topology.JSON(top)
		if err != nil {
			t.Fatal(err)
		}
		back, err := topology.Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b topology.Artifact) bool { return a.Path == b.Path && bytes.Equal(a.Data, b.Data) }
		if !slices.EqualFunc(first, emit(t, back), same) {
			t.Errorf("%s: what was parsed gives other manifests", what)
		}
		if !slices.IsSortedFunc(first, func(a, b topology.Artifact) int { return strings.Compare(a.Path, b.Path) }) {
			t.Errorf("%s: files are not sorted", what)
		}
		emitted += len(first)
	})
	if emitted < 700 {
		t.Errorf("%d files are no test", emitted)
	}
}

var (
	label     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	subdomain = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	value     = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
)

func TestNamesAreLegalAndUnique(t *testing.T) {
	t.Parallel()
	labs(t, 20, func(t *testing.T, what string, top *topology.Topology) {
		taken, paths := map[string]bool{}, map[string]bool{}
		for _, f := range emit(t, top) {
			if paths[f.Path] || !strings.HasPrefix(f.Path, "k8s/") || path.Clean(f.Path) != f.Path {
				t.Errorf("%s: path %s", what, f.Path)
			}
			paths[f.Path] = true
			if bytes.Contains(f.Data, []byte("kind: Secret\n")) {
				t.Errorf("%s: %s holds a secret", what, f.Path)
			}
		}
		for _, o := range objects(t, emit(t, top)) {
			if o.kind() == "Kustomization" || path.Base(o.file) == "environment.yaml" {
				continue
			}
			if key := path.Dir(o.file) + o.kind() + o.name(); taken[key] || !label.MatchString(o.name()) {
				t.Errorf("%s: %s %s of %s", what, o.kind(), o.name(), o.file)
			} else {
				taken[key] = true
			}
			labels, _ := o.at("metadata", "labels").(map[string]any)
			for k, v := range labels {
				if !value.MatchString(fmt.Sprint(v)) {
					t.Errorf("%s: label %s is %q", what, k, v)
				}
			}
		}
	})
}

// Every cell and nerve on a cluster is in the overlays of its environments,
// once, and nothing else is.
func TestOverlaysHoldWhatLivesThere(t *testing.T) {
	t.Parallel()
	labs(t, 20, func(t *testing.T, what string, top *topology.Topology) {
		want, got := 0, 0
		for _, k := range top.Kubernetes {
			for _, env := range k.Environments {
				want += living(top, k.Name, env)
			}
		}
		for _, o := range objects(t, emit(t, top)) {
			resources, _ := o.at("resources").([]any)
			for _, r := range resources {
				if base := path.Base(fmt.Sprint(r)); strings.Contains(o.file, "/overlays/") && strings.HasPrefix(fmt.Sprint(r), "../../base/") && base != "network" {
					got++
				}
			}
		}
		if got != want {
			t.Errorf("%s: overlays hold %d workloads, declared are %d", what, got, want)
		}
	})
}

func living(top *topology.Topology, cluster, env string) int {
	n := 0
	for _, c := range top.Cells {
		if slices.Contains(c.On.Kubernetes, cluster) && slices.Contains(c.Environments, env) && c.Builtin+c.Image != "" {
			n++
		}
	}
	for _, v := range top.Nerves {
		if slices.Contains(v.On.Kubernetes, cluster) && slices.Contains(v.Environments, env) && v.Builtin+v.Image != "" {
			n++
		}
	}
	return n
}

// A secret is called as the user that the account model gives the workload.
func TestCredentialsAreThoseOfTheAccounts(t *testing.T) {
	t.Parallel()
	seen := 0
	for seed := range uint64(40) {
		top := loadtest.Random(t, seed)
		model, err := accounts.Compile(top)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects(t, emit(t, top)) {
			if o.kind() != "Deployment" || path.Base(o.file) == "environment.yaml" {
				continue
			}
			role, name, _ := strings.Cut(o.name(), "-")
			volumes, _ := o.at("spec", "template", "spec", "volumes").([]any)
			secret := fmt.Sprint(object{doc: volumes[0].(map[string]any)}.at("secret", "secretName"))
			_, rest, _ := strings.Cut(secret, ".")
			for _, env := range top.Lab.Environments {
				site := model.HubOf(env)
				if site == nil {
					continue
				}
				if u := site.For(env, topology.AccountVirtual, role+"."+name); u != nil {
					seen++
					if want := env + "_" + strings.ReplaceAll(rest, ".", "_"); u.Name != want {
						t.Errorf("lab %d: %s logs in as %s, the secret is of %s", seed, o.name(), u.Name, want)
					}
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d workloads are no test", seen)
	}
}

// Pods get out to the hub's members of their own environment, and nowhere else.
func TestBusOfEachEnvironment(t *testing.T) {
	t.Parallel()
	labs(t, 20, func(t *testing.T, what string, top *topology.Topology) {
		for _, o := range objects(t, emit(t, top)) {
			if o.name() != "allow-bus" {
				continue
			}
			rules, _ := o.at("spec", "egress").([]any)
			if len(rules) == 0 {
				t.Errorf("%s: %s lets nothing out", what, o.file)
			}
			for _, r := range rules {
				rule := object{doc: r.(map[string]any)}
				peers, _ := rule.at("to").([]any)
				for _, p := range peers {
					prefix, err := netip.ParsePrefix(fmt.Sprint(object{doc: p.(map[string]any)}.at("ipBlock", "cidr")))
					if err != nil || !prefix.IsSingleIP() || prefix.Addr().IsLoopback() {
						t.Errorf("%s: %s lets out to %v, %v", what, o.file, prefix, err)
					}
				}
				if ports, _ := rule.at("ports").([]any); len(peers) == 0 || len(ports) != 1 {
					t.Errorf("%s: rule %v", what, r)
				}
			}
		}
	})
}

func TestReadmeNamesEverySecret(t *testing.T) {
	t.Parallel()
	top := loadtest.Random(t, 2)
	for seed := uint64(2); len(emit(t, top)) == 0; seed++ {
		top = loadtest.Random(t, seed)
	}
	files := emit(t, top)
	i := slices.IndexFunc(files, func(f topology.Artifact) bool { return f.Path == "k8s/README.md" })
	for _, o := range objects(t, files) {
		volumes, _ := o.at("spec", "template", "spec", "volumes").([]any)
		if len(volumes) == 0 || path.Base(o.file) == "environment.yaml" {
			continue
		}
		_, rest, _ := strings.Cut(fmt.Sprint(object{doc: volumes[0].(map[string]any)}.at("secret", "secretName")), ".")
		if !bytes.Contains(files[i].Data, []byte("."+rest+" ")) || !subdomain.MatchString(rest) {
			t.Errorf("%s is not in the README:\n%s", rest, files[i].Data)
		}
	}
}

package k8s

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// builtinName is what built-in cells and nerves are called as applications,
// and their image where the cluster names none.
const builtinName = "nimmer-cell"

// workload is a cell or a nerve that runs in a cluster.
type workload struct {
	role         accounts.Role // cell or nerve
	name         string        // as declared
	builtin      bool
	hears        bool   // it listens to what text cells hear
	image        string // the full name
	version      string
	replicas     int
	identity     string
	resources    resources
	uid          int64
	env          map[string]string
	environments []string // those that the cluster carries, in the lab's order
}

// block is its block in the declaration: "cell.math".
func (w *workload) block() string { return string(w.role) + "." + w.name }

// object is what its objects are called: "cell-math".
func (w *workload) object() string { return objectName(string(w.role), w.name) }

// user is who it is on the bus of an environment.
func (w *workload) user(env string) string {
	switch {
	case w.identity != "":
		return accounts.IdentityUser(env, w.identity, topology.AccountVirtual)
	case w.role == accounts.RoleNerve:
		return accounts.NerveUser(env, w.name)
	}
	return accounts.CellUser(env, w.name)
}

// declared is what cells and nerves have in common.
type declared struct {
	role                 accounts.Role
	name, builtin, image string
	version, identity    string
	on                   topology.On
	replicas             int
	environments         []string
	env                  map[string]string
}

func declaredIn(t *topology.Topology) []declared {
	var out []declared
	for i := range t.Cells {
		c := &t.Cells[i]
		out = append(out, declared{accounts.RoleCell, c.Name, c.Builtin, c.Image, c.Version, c.Identity, c.On, c.Replicas, c.Environments, c.Env})
	}
	for i := range t.Nerves {
		n := &t.Nerves[i]
		out = append(out, declared{accounts.RoleNerve, n.Name, n.Builtin, n.Image, n.Version, n.Identity, n.On, n.Replicas, n.Environments, n.Env})
	}
	return out
}

// workloads are the cells and nerves that run in a cluster, cells first.
func workloads(t *topology.Topology, k *topology.Kubernetes) ([]workload, error) {
	var (
		out    []workload
		failed []error
		taken  = map[string]string{}
	)
	for _, d := range declaredIn(t) {
		if !slices.Contains(d.on.Kubernetes, k.Name) || d.builtin == "" && d.image == "" {
			continue // elsewhere, or somebody else speaks for it
		}
		envs := both(t.Lab.Environments, k.Environments, d.environments)
		if len(envs) == 0 {
			continue
		}
		w, err := d.workload(t, k, envs)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if other, ok := taken[w.object()]; ok {
			failed = append(failed, fmt.Errorf("name %s: it is called %s, as %s is", w.block(), w.object(), other))
		}
		taken[w.object()] = w.block()
		out = append(out, w)
	}
	return out, errors.Join(failed...)
}

// both are the members of list that stand in a and in b.
func both(list, a, b []string) []string {
	var out []string
	for _, e := range list {
		if slices.Contains(a, e) && slices.Contains(b, e) && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

func (d *declared) workload(t *topology.Topology, k *topology.Kubernetes, envs []string) (workload, error) {
	w := workload{
		role: d.role, name: d.name, builtin: d.builtin != "", hears: d.role == accounts.RoleCell && (d.builtin == "text" || d.builtin == "math"), version: d.version,
		replicas: max(d.replicas, 1), identity: d.identity, env: d.env, environments: envs, uid: nobody,
	}
	bad := func(err error, hint string) (workload, error) {
		return workload{}, &daemon.Error{Op: "place", Subject: w.block() + " in cluster " + k.Name, Err: err, Hint: hint}
	}
	image, version := d.image, d.version
	if w.builtin {
		image, version = cmp.Or(k.Image, builtinName), "" // a cell's version is not that of the program
	}
	var err error
	if w.image, err = imageReference(k.Registry, image, version); err != nil {
		return bad(err, "write registry as \"registry.example.org/lab\", image as \"name\" or \"name:tag\", version as a tag such as \"v1\"")
	}
	var limits topology.Limits
	if id := identity(t, d.identity); id != nil {
		limits = id.Limits
		if id.UID > 0 {
			w.uid = int64(id.UID)
		}
	}
	if w.resources, err = resourcesOf(limits); err != nil {
		return bad(err, "write cpu_quota of identity "+d.identity+" as \"150%\"")
	}
	for _, name := range sorted(d.env) {
		if err := checkEnvName(name); err != nil {
			return bad(err, "use letters, digits and \"_\" in env")
		}
		if slices.Contains(ownEnv, name) {
			return bad(fmt.Errorf("env sets %s, which follows from the declaration", name), "leave it out of env")
		}
	}
	return w, nil
}

func identity(t *topology.Topology, name string) *topology.Identity {
	i := slices.IndexFunc(t.Identities, func(i topology.Identity) bool { return i.Name == name })
	if i < 0 || name == "" {
		return nil
	}
	return &t.Identities[i]
}

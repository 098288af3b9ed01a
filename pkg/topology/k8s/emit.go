package k8s

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Emit writes the manifests of every cluster that runs something, sorted by
// path; nothing for a lab without one. The error names everything that is in
// the way.
func Emit(t *topology.Topology) ([]topology.Artifact, error) {
	var (
		out      []topology.Artifact
		clusters []*cluster
		failed   []error
	)
	for i := range t.Kubernetes {
		c, err := plan(t, &t.Kubernetes[i])
		switch {
		case err != nil:
			failed = append(failed, err)
		case len(c.workloads) > 0:
			clusters = append(clusters, c)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	for _, c := range clusters {
		files, err := c.render(t)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	if len(clusters) > 0 {
		out = append(out, readme(t, clusters))
	}
	slices.SortFunc(out, func(a, b topology.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// cluster is what one kubernetes block runs.
type cluster struct {
	name      string
	workloads []workload
	overlays  []overlay
}

// plan finds out what a cluster runs in which environment.
func plan(t *topology.Topology, k *topology.Kubernetes) (*cluster, error) {
	c := &cluster{name: k.Name}
	var err error
	if c.workloads, err = workloads(t, k); err != nil {
		return nil, err
	}
	owner := map[string]string{}
	for _, env := range t.Lab.Environments {
		o := overlay{env: env, namespace: namespaceName(k.Namespace, env)}
		for i := range c.workloads {
			if w := &c.workloads[i]; slices.Contains(w.environments, env) {
				o.workloads = append(o.workloads, w)
			}
		}
		if len(o.workloads) == 0 {
			continue
		}
		if other, taken := owner[o.namespace]; taken {
			return nil, &daemon.Error{
				Op: "name the namespaces of cluster", Subject: k.Name,
				Err:  fmt.Errorf("environments %s and %s would share %s", other, env, o.namespace),
				Hint: "write ENV in the namespace of kubernetes \"" + k.Name + "\", where the environment stands",
			}
		}
		owner[o.namespace] = env
		if o.bus, err = busOf(t, env); err != nil {
			return nil, err
		}
		c.overlays = append(c.overlays, o)
	}
	return c, nil
}

// folder is where a cluster's files lie.
func (c *cluster) folder() string { return label(token(c.name)) }

func (c *cluster) render(t *topology.Topology) ([]topology.Artifact, error) {
	out, err := network(t, c.folder()+"/base", monitors(t))
	if err != nil {
		return nil, err
	}
	for i := range c.workloads {
		files, err := c.workloads[i].base(t, c.folder()+"/base")
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	for i := range c.overlays {
		files, err := c.overlays[i].render(t, c.folder())
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// digest is short and changes with the data.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

package monitor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Emit makes the files that watch a lab.
func Emit(t *topology.Topology) ([]topology.Artifact, error) {
	blocks := t.Monitoring
	if len(blocks) == 0 {
		blocks = []topology.Monitoring{{Retention: topology.Duration(15 * 24 * 60 * 60 * 1e9), PrometheusPort: 9090, GrafanaPort: 3000, LokiPort: 3100}}
	}
	var out []topology.Artifact
	for i := range blocks {
		w := newWatch(t, &blocks[i], len(blocks) > 1)
		files, err := w.emit()
		if err != nil {
			return nil, fmt.Errorf("emit monitoring %q: %w", blocks[i].Name, err)
		}
		out = append(out, files...)
	}
	slices.SortFunc(out, func(a, b topology.Artifact) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// watch is one monitoring block at work: what it watches, and from where.
type watch struct {
	t         *topology.Topology
	block     *topology.Monitoring
	folder    string // "" or "NAME/", below prometheus, grafana and loki
	several   bool   // there is another one
	from      *topology.Host
	hosts     map[string]*topology.Host
	processes []process
}

func newWatch(t *topology.Topology, block *topology.Monitoring, several bool) *watch {
	w := &watch{t: t, block: block, several: several, hosts: make(map[string]*topology.Host, len(t.Hosts))}
	if several {
		w.folder = block.Name + "/"
	}
	for i := range t.Hosts {
		w.hosts[t.Hosts[i].Name] = &t.Hosts[i]
	}
	if w.from = w.hosts[block.Host]; w.from == nil && len(t.Hosts) > 0 {
		w.from = &t.Hosts[0]
	}
	w.processes = processes(t)
	return w
}

func (w *watch) emit() ([]topology.Artifact, error) {
	var out []topology.Artifact
	for _, part := range []func() ([]topology.Artifact, error){w.prometheus, w.rules, w.grafana, w.loki} {
		files, err := part()
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// path is where a file of one of the programs lies.
func (w *watch) path(program, name string) string { return program + "/" + w.folder + name }

// asYAML renders a configuration, with a line that says where it comes from.
func asYAML(path, what string, v any) (topology.Artifact, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s Made by `nimmer topology emit`.\n", what)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v); err != nil {
		return topology.Artifact{}, fmt.Errorf("render %s: %w", path, err)
	}
	return topology.Artifact{Path: path, Data: b.Bytes()}, nil
}

// asJSON renders data for other programs.
func asJSON(path string, v any) (topology.Artifact, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return topology.Artifact{}, fmt.Errorf("render %s: %w", path, err)
	}
	return topology.Artifact{Path: path, Data: b.Bytes()}, nil
}

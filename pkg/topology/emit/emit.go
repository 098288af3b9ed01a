// Package emit composes what follows from a declaration: every emitter's files
// in one sorted list, with one layout of folders. It is pure: package emitted
// writes the files, and equal topologies give equal bytes on every machine.
package emit

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
	"github.com/nimmerverse/nimmer/pkg/topology/k8s"
	"github.com/nimmerverse/nimmer/pkg/topology/monitor"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// A Part is one emitter: a name, what it is for, and its files.
type Part struct {
	Name string
	What string // one line for people
	Emit func(*topology.Topology) ([]topology.Artifact, error)
}

// parts is the table of all emitters, in the order people read about them.
// A part's files are its own: no other part may emit the same path.
var parts = []Part{
	{"declaration", "topology.json and its JSON Schema, for the flake and every daemon", declaration},
	{"identity", "ipa/, users, groups and rules: what FreeIPA should hold, and what machines without one make themselves", ipa.Emit},
	{"k8s", "k8s/, what runs cells and nerves on Kubernetes: a kustomize base, an overlay for each environment", k8s.Emit},
	{"nats", "nats/, the account model and a configuration for every server of hubs and leaves", natsconf.Emit},
	{"monitoring", "prometheus/, grafana/ and loki/: what is scraped, rules, alerts, dashboards", monitor.Emit},
	{"pictures", "topology.svg, .mmd and .d2 for people, topology.nix for nix-topology", pictures},
}

// Parts lists the emitters.
func Parts() []Part { return slices.Clone(parts) }

// A File is an artifact and the part that emits it.
type File struct {
	Part string
	topology.Artifact
}

// Select returns the named parts, all of them without names.
func Select(names ...string) ([]Part, error) {
	if len(names) == 0 {
		return Parts(), nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(parts, func(p Part) bool { return p.Name == name }) {
			return nil, fmt.Errorf("emit: there is no part %q", name)
		}
	}
	return slices.DeleteFunc(Parts(), func(p Part) bool { return !slices.Contains(names, p.Name) }), nil
}

// Files returns what the named parts emit, all of them without names, sorted
// by path.
func Files(t *topology.Topology, names ...string) ([]File, error) {
	selected, err := Select(names...)
	if err != nil {
		return nil, err
	}
	var out []File
	for i := range selected {
		files, err := selected[i].Files(t)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, Arrange(out)
}

// Files returns what one part emits.
func (p *Part) Files(t *topology.Topology) ([]File, error) {
	artifacts, err := p.Emit(t)
	if err != nil {
		return nil, fmt.Errorf("emit %s: %w", p.Name, err)
	}
	out := make([]File, len(artifacts))
	for i, a := range artifacts {
		out[i] = File{p.Name, a}
	}
	return out, nil
}

// Arrange sorts the files of several parts by path, and fails when they are no
// layout of one folder.
func Arrange(files []File) error {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if err := checkPaths(files); err != nil {
		return fmt.Errorf("emit: %w", err)
	}
	return nil
}

// checkPaths refuses a layout that some machine could not hold: paths that
// leave the folder, that only differ in case, or that are a file and a folder.
func checkPaths(files []File) error {
	taken := map[string]string{} // lower-cased path -> what it is
	for _, f := range files {
		if err := checkPath(f.Path); err != nil {
			return err
		}
		key := strings.ToLower(f.Path)
		if other, ok := taken[key]; ok {
			return fmt.Errorf("%s of %s is already %s", f.Path, f.Part, other)
		}
		taken[key] = "a file of " + f.Part
	}
	for _, f := range files {
		for dir := path.Dir(strings.ToLower(f.Path)); dir != "."; dir = path.Dir(dir) {
			if other, ok := taken[dir]; ok {
				return fmt.Errorf("%s of %s lies below %s, which is %s", f.Path, f.Part, dir, other)
			}
		}
	}
	return nil
}

func checkPath(p string) error {
	switch {
	case !fs.ValidPath(p) || p == "." || strings.Contains(p, `\`):
		return fmt.Errorf("%q is no path below a folder", p)
	case strings.EqualFold(p, ManifestName), strings.HasSuffix(strings.ToLower(p), ".hcl"):
		return fmt.Errorf("%q is not for an emitter to write", p)
	}
	return nil
}

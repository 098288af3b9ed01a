package ipa

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Emit writes ipa/local.json, and ipa/desired.json where the lab names a
// FreeIPA.
func Emit(t *topology.Topology) ([]topology.Artifact, error) {
	local, err := CompileLocal(t)
	if err != nil {
		return nil, fmt.Errorf("emit ipa: %w", err)
	}
	files := []topology.Artifact{}
	if t.Lab.IPA != nil {
		desired, err := Compile(t)
		if err != nil {
			return nil, fmt.Errorf("emit ipa: %w", err)
		}
		if files, err = add(files, "ipa/desired.json", desired); err != nil {
			return nil, err
		}
	}
	return add(files, "ipa/local.json", local)
}

func add(files []topology.Artifact, path string, v any) ([]topology.Artifact, error) {
	data, err := render(v)
	if err != nil {
		return nil, fmt.Errorf("emit %s: %w", path, err)
	}
	return append(files, topology.Artifact{Path: path, Data: data}), nil
}

// JSON renders l as ipa/local.json.
func (l *Local) JSON() ([]byte, error) { return render(l) }

func render(v any) ([]byte, error) {
	data, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "), jsontext.EscapeForHTML(false))
	if err != nil {
		return nil, fmt.Errorf("render users: %w", err)
	}
	return append(data, '\n'), nil
}

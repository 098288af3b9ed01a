package k8s

import (
	"bytes"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// header begins every file.
const header = "# Written by \"nimmer topology emit\" from the declaration: change that, not this.\n"

// folder is where everything lies below the emitted files.
const folder = "k8s/"

// file renders objects as one YAML file.
func file(path string, objects ...any) (topology.Artifact, error) {
	var b bytes.Buffer
	b.WriteString(header)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	for _, o := range objects {
		if err := e.Encode(o); err != nil {
			return topology.Artifact{}, fmt.Errorf("render %s: %w", path, err)
		}
	}
	if err := e.Close(); err != nil {
		return topology.Artifact{}, fmt.Errorf("render %s: %w", path, err)
	}
	return topology.Artifact{Path: folder + path, Data: b.Bytes()}, nil
}

// mode is a file mode. Octal numbers mean one thing to YAML 1.1 and another to
// YAML 1.2, so it is written as a decimal one, with the mode beside it.
type mode uint32

// MarshalYAML writes 0440 as "288 # 0440".
func (m mode) MarshalYAML() (any, error) {
	return &yaml.Node{
		Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatUint(uint64(m), 10),
		LineComment: fmt.Sprintf("# %04o", uint32(m)),
	}, nil
}

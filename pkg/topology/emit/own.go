package emit

import "github.com/nimmerverse/nimmer/pkg/topology"

// declaration emits the lab itself.
func declaration(t *topology.Topology) ([]topology.Artifact, error) {
	doc, err := topology.JSON(t)
	if err != nil {
		return nil, err
	}
	return []topology.Artifact{
		{Path: "topology.json", Data: doc},
		{Path: "topology.schema.json", Data: topology.JSONSchema()},
	}, nil
}

// pictures emits the lab drawn for people.
func pictures(t *topology.Topology) ([]topology.Artifact, error) {
	return []topology.Artifact{
		{Path: "topology.svg", Data: topology.SVG(t)},
		{Path: "topology.mmd", Data: topology.Mermaid(t)},
		{Path: "topology.d2", Data: topology.D2(t)},
		{Path: "topology.nix", Data: topology.NixTopology(t)},
	}, nil
}

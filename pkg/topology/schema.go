package topology

import (
	_ "embed" // the published schema
	"slices"
)

// The schema is made from the structs, their tags and their comments:
// go test ./pkg/topology -run TestSchemaIsCurrent -update
//
//go:embed schema/topology.json
var publishedSchema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of topology.json.
func JSONSchema() []byte { return slices.Clone(publishedSchema) }

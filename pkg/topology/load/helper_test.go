package load

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func mustJSON(t testing.TB, top *topology.Topology) string {
	t.Helper()
	b, err := json.Marshal(top, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// load loads one file and fails on any error.
func mustLoad(t testing.TB, src string, opts Options) *topology.Topology {
	t.Helper()
	top, diags := Source("test", map[string][]byte{"test.hcl": []byte(src)}, opts)
	if diags.HasErrors() {
		t.Fatalf("load:\n%s", diags.Text(false))
	}
	return top
}

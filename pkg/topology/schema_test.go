package topology

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// golden compares got with a file, or writes it when -update is given.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: look at the difference, then go test ./pkg/topology -run %s -update", path, t.Name())
	}
}

func TestSchemaIsCurrent(t *testing.T) {
	golden(t, "schema/topology.json", generateSchema(t))
}

package k8s

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestZZ(t *testing.T) {
	data, _ := os.ReadFile("../../../topology/topology.json")
	top, err := topology.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Emit(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		p := filepath.Join("/tmp/k8sout", f.Path)
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.WriteFile(p, f.Data, 0o644)
	}
}

package load_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// The order of files and blocks does not matter.
func TestOrder(t *testing.T) {
	src := string(loadtest.Explicit(3)["rest.hcl"])
	blocks := strings.Split(strings.TrimSpace(src), "\n\n")
	forward := map[string][]byte{"a.hcl": loadtest.Explicit(3)["hosts.hcl"], "b.hcl": []byte(src)}
	slices.Reverse(blocks)
	lines := strings.Join(blocks, "\n\n")
	backward := map[string][]byte{"z.hcl": loadtest.Explicit(3)["hosts.hcl"], "y.hcl": []byte(lines)}
	a, d1 := load.Source("a", forward, load.Options{})
	b, d2 := load.Source("b", backward, load.Options{})
	if len(d1)+len(d2) > 0 {
		t.Fatalf("diagnostics:\n%s%s", d1.Text(false), d2.Text(false))
	}
	x, errX := topology.JSON(a)
	y, errY := topology.JSON(b)
	if diff := cmp.Diff(string(x), string(y)); diff != "" || errX != nil || errY != nil {
		t.Errorf("%v, %v, (-forward +backward):\n%s", errX, errY, diff)
	}
}

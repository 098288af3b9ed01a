package diff

import (
	"os"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Whatever can be read as topology.json, valid or not, is compared or refused.
func FuzzCompare(f *testing.F) {
	for _, path := range []string{"../load/testdata/home/topology.json", "../../../topology/examples/robot/topology.json"} {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, data)
	}
	f.Fuzz(func(t *testing.T, x, y []byte) {
		a, err := topology.Parse(x)
		if err != nil {
			return
		}
		b, err := topology.Parse(y)
		if err != nil {
			return
		}
		changes, err := Compare(a, b)
		if err != nil {
			return
		}
		if again, err := Compare(a, a); err != nil || len(again) > 0 {
			t.Errorf("a lab differs from itself: %v, %s", err, lines(again))
		}
		_ = changes
	})
}

package wave

import (
	"fmt"
	"testing"
)

func TestRecent(t *testing.T) {
	t.Parallel()
	var r Recent
	for i := range 3 * recentIDs {
		id := fmt.Sprint(i)
		if !r.Add(id) || r.Add(id) {
			t.Fatalf("%s is new once", id)
		}
	}
	if r.Add(fmt.Sprint(2*recentIDs)) || !r.Add("0") || len(r.young)+len(r.old) > 2*recentIDs {
		t.Errorf("remembers %d", len(r.young)+len(r.old))
	}
	r.Forget("0")
	if !r.Add("0") {
		t.Error("what was forgotten is new")
	}
}

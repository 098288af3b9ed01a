package accounts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// TestTooWide has grants that the loader would refuse too: the compiler is the
// last fence, also for a topology.json that somebody edited.
func TestTooWide(t *testing.T) {
	t.Parallel()
	for grant, want := range map[string]string{
		"*.real.>":                "only gate core hands openings over",
		"*.real.gates.*.verified": "only gate core hands openings over",
		"*.infra.deploy.deploy":   "commands are given from the virtual account",
		"*.infra.>":               "commands are given from the virtual account",
	} {
		top := lab(t)
		id := &top.Identities[0]
		id.NATS.Publish = []string{grant}
		_, err := accounts.Compile(top)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), id.Name) {
			t.Errorf("%q: %v, want one that names %s and says %q", grant, err, id.Name, want)
		}
	}
}

func TestUsersDoNotMeet(t *testing.T) {
	t.Parallel()
	top := lab(t)
	twin := top.Cells[slices.IndexFunc(top.Cells, func(c topology.Cell) bool { return strings.Contains(c.Name, "-") })]
	twin.Name = strings.ReplaceAll(twin.Name, "-", "_")
	top.Cells = append(top.Cells, twin)
	if _, err := accounts.Compile(top); err == nil || !strings.Contains(err.Error(), "two cells") {
		t.Errorf("cells with one name on the bus: %v", err)
	}
	top = lab(t)
	other := top.Identities[0]
	other.NATS.Publish = []string{"*.work.secret"}
	top.Identities = append(top.Identities, other)
	if _, err := accounts.Compile(top); err == nil || !strings.Contains(err.Error(), "two identities") {
		t.Errorf("two identities with one name: %v", err)
	}
}

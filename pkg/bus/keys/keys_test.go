package keys_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

func declared(t testing.TB, dir string) *topology.Topology {
	t.Helper()
	top, diags := load.Dir(dir, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

func lab(t testing.TB) *topology.Topology { return declared(t, "../../../topology") }

// One server of each site of both example labs lets in every one of its users.
func TestEveryUserLogsIn(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"../../../topology", "../../../topology/examples/cim"} {
		l := keystest.New(t, declared(t, dir))
		for i := range l.Model.Sites {
			site := &l.Model.Sites[i]
			srv := l.Start(t, site)
			for j := range site.Accounts {
				for k := range site.Accounts[j].Users {
					u := &site.Accounts[j].Users[k]
					nc, err := srv.Dial(u.Name)
					if u.Role == accounts.RoleLeaf {
						if !errors.Is(err, nats.ErrAuthorization) {
							t.Errorf("%s: the link %s came in as a client: %v", site.Name, u.Name, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s: %s: %v", site.Name, u.Name, err)
						continue
					}
					nc.Close()
				}
			}
		}
	}
}

// A second apply writes nothing.
func TestApplyTwice(t *testing.T) {
	t.Parallel()
	l := keystest.New(t, lab(t))
	if r := l.Apply(t); r.Files != 0 || len(r.Changes) != 0 {
		t.Errorf("the second apply wrote %d files: %+v", r.Files, r.Changes)
	}
}

package identity_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// many is a lab with n identities on a hundred hosts, in ten groups, with
// access rules on every host.
func many(n int) *topology.Topology {
	top := &topology.Topology{Lab: topology.Lab{Name: "large", Domain: "example.test", IPA: &topology.IPA{Server: identitytest.Name, Realm: identitytest.Realm}}}
	for i := range n {
		top.Identities = append(top.Identities, topology.Identity{
			Name: fmt.Sprintf("id-%05d", i), UID: 100000 + i, Hosts: []string{fmt.Sprintf("host-%d", i%100)},
			IPA: topology.IPARules{Groups: []string{fmt.Sprintf("group-%d", i%10)}, HBAC: []string{"shell"}},
		})
	}
	return top
}

// A large lab is applied to an empty server, and then compared again.
func BenchmarkLargeLab(b *testing.B) {
	d := desired(b, many(5000))
	for b.Loop() {
		b.StopTimer()
		s := identitytest.New(b)
		for i := range 100 {
			enrol(s, fmt.Sprintf("host-%d", i))
		}
		c := client(b, options(s))
		ctx := context.Background()
		b.StartTimer()

		p, err := c.Plan(ctx, d, identity.Choice{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Apply(ctx, p, nil); err != nil {
			b.Fatal(err)
		}
		again, err := c.Plan(ctx, d, identity.Choice{})
		if err != nil {
			b.Fatal(err)
		}
		if len(again.Changes) != 0 || again.Same != 5000+10+1+100 {
			b.Fatalf("%d changes, %d as declared", len(again.Changes), again.Same)
		}
		b.ReportMetric(float64(len(s.Calls())), "commands")
	}
}

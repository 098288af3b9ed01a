package lab

import (
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Kinds are the accounts of an environment.
var Kinds = []string{topology.AccountVirtual, topology.AccountReal, topology.AccountInfra}

// Stored is what the bus of one environment keeps.
type Stored struct {
	Streams  []topology.Stream
	Buckets  []topology.Bucket
	Durables []accounts.Durable
}

// Streams returns the streams, buckets and durable readers that one environment
// of a lab needs.
func Streams(t *topology.Topology, env string) (Stored, error) {
	streams, buckets, err := topology.StreamPlan(t, env)
	if err != nil {
		return Stored{}, fmt.Errorf("plan the streams of %s: %w", env, err)
	}
	durables, err := accounts.Durables(t, env)
	if err != nil {
		return Stored{}, fmt.Errorf("plan the readers of %s: %w", env, err)
	}
	return Stored{streams, buckets, durables}, nil
}

// In is the part that one account keeps.
func (s Stored) In(account string) Stored {
	var out Stored
	for _, x := range s.Streams {
		if x.Account == account {
			out.Streams = append(out.Streams, x)
		}
	}
	for _, x := range s.Buckets {
		if x.Account == account {
			out.Buckets = append(out.Buckets, x)
		}
	}
	for _, x := range s.Durables {
		if x.Account == account {
			out.Durables = append(out.Durables, x)
		}
	}
	return out
}

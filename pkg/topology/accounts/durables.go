package accounts

import (
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// The names under which our services read streams durably.
const (
	DurableGate   = "gate-core"
	DurablePhoebe = "phoebe"
)

// DurableMind is the name under which a mind reads its questions.
func DurableMind(mind string) string { return "mind-" + token(mind) }

// Durable is a reader's place in a stream, made beforehand: its user may read
// on from there, and may make no other.
type Durable struct {
	Account string `json:"account"` // topology.AccountVirtual, ...
	Stream  string `json:"stream"`
	Name    string `json:"name"`
	Filter  string `json:"filter,omitempty"` // "": everything
}

// Durables lists the readers that the streams of one environment need, sorted.
func Durables(t *topology.Topology, env string) ([]Durable, error) {
	streams, _, err := topology.StreamPlan(t, env)
	if err != nil {
		return nil, err
	}
	v := t.In(env)
	var out []Durable
	filter := func(k wave.Kind, args ...string) string {
		f, _ := wave.Filter(k, env, args...)
		return f
	}
	add := func(account, stream, name, f string) {
		out = append(out, Durable{Account: account, Stream: topology.StreamName(env, stream), Name: name, Filter: f})
	}
	if len(v.Gates) > 0 {
		add(topology.AccountReal, "REAL", DurableGate, filter(wave.KindRealFeedback, "*"))
		add(topology.AccountVirtual, "HANDOVER", DurableGate, filter(wave.KindRealVerified, "*"))
	}
	for i := range v.Minds {
		add(topology.AccountVirtual, "COGNITIVE", DurableMind(v.Minds[i].Name), "")
	}
	if slices.ContainsFunc(v.Services, func(s topology.Service) bool { return s.Process == "phoebe" }) {
		for i := range streams {
			if s := &streams[i]; s.Domain == "" && !s.Work {
				out = append(out, Durable{Account: s.Account, Stream: s.Name, Name: DurablePhoebe})
			}
		}
	}
	slices.SortFunc(out, func(a, b Durable) int { return strings.Compare(a.Stream+" "+a.Name, b.Stream+" "+b.Name) })
	return out, nil
}

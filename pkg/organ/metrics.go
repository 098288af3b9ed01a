package organ

import (
	"context"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// Metrics tells what the mind is doing and what it has done.
func (m *Mind) Metrics(_ context.Context, to metric.Sink) error {
	m.mu.Lock()
	state, chosen, n, waiting, tokens := m.state, m.chosen, m.counts, m.waiting, m.tokens
	m.mu.Unlock()
	env, name := m.options.Env, m.options.Name
	for _, s := range []State{Choosing, Ready, Busy, Failed} {
		to.Tell(metric.MindState, metric.Bool(s == state), env, name, string(s))
	}
	for result, count := range map[string]uint64{
		"answered": n.Answered, "failed": n.Failed, "refused": n.Refused, "repeated": n.Repeated, "unreadable": n.Unreadable,
	} {
		to.Tell(metric.MindRequests, float64(count), env, name, result)
	}
	simulated := chosen.Backend != nil && chosen.Backend.Kind() == KindSimulated
	to.Tell(metric.MindQueue, float64(waiting), env, name)
	to.Tell(metric.MindQueueMax, float64(m.options.Depth), env, name)
	to.Tell(metric.MindTokens, float64(tokens), env, name)
	to.Tell(metric.MindSimulated, metric.Bool(simulated), env, name)
	to.TellSizes(metric.MindSeconds, m.took.Sizes(), env, name)
	return nil
}

var _ metric.Source = (*Mind)(nil)

package cell

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// counts are what a cell counts beside its speaker.
type counts struct {
	failures atomic.Uint64 // samples
	answers  atomic.Uint64 // requests that were answered, in whatever way
	failed   atomic.Uint64 // of those, with an error
	spent    atomicFloat   // on answers
}

// atomicFloat is a sum that any goroutine may add to.
type atomicFloat struct{ bits atomic.Uint64 }

func (a *atomicFloat) add(v float64) {
	for v != 0 {
		was := a.bits.Load()
		if a.bits.CompareAndSwap(was, math.Float64bits(math.Float64frombits(was)+v)) {
			return
		}
	}
}

func (a *atomicFloat) value() float64 { return math.Float64frombits(a.bits.Load()) }

// Metrics tells what the cell has said and answered.
func (c *Cell) Metrics(_ context.Context, to metric.Sink) error {
	waves, lost, spent := c.speaker.said()
	of := []string{c.cfg.Env, c.cfg.Name, c.cfg.Source}
	to.Tell(metric.CellInfo, 1, append(of, c.cfg.Version)...)
	to.Tell(metric.CellLifeforce, spent+c.counts.spent.value(), of...)
	to.Tell(metric.CellWaves, float64(waves), of...)
	to.Tell(metric.CellLost, float64(lost), of...)
	to.Tell(metric.CellRejects, float64(c.rejects.rejects.Total()), of...)
	if _, ok := c.behaviour.(Sampler); ok {
		to.Tell(metric.CellFailures, float64(c.counts.failures.Load()), of...)
	}
	if _, ok := c.behaviour.(Answerer); ok {
		failed := c.counts.failed.Load()
		done := max(c.counts.answers.Load(), failed) - failed
		to.Tell(metric.CellAnswers, float64(done), append(of, "done")...)
		to.Tell(metric.CellAnswers, float64(failed), append(of, "failed")...)
	}
	return nil
}

// said is how many waves were said since the beginning, how many frames of them the bus did not take, and the
// lifeforce that went into them.
func (s *speaker) said() (waves, lost uint64, spent float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seq, s.gone, s.spent
}

// stand is where a nerve stands and how often it came into each state, for whoever looks from outside of its
// loop.
type stand struct {
	mu      sync.Mutex
	state   string
	entered map[string]uint64
}

func (s *stand) enter(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entered == nil {
		s.entered = map[string]uint64{}
	}
	s.state = state
	s.entered[state]++
}

// Metrics tells where the nerve stands.
func (n *Nerve) Metrics(_ context.Context, to metric.Sink) error {
	n.stand.mu.Lock()
	defer n.stand.mu.Unlock()
	to.Tell(metric.NerveInfo, 1, n.cfg.Env, n.cfg.Name, n.cfg.Version)
	to.Tell(metric.NerveLifeforce, n.spent.value(), n.cfg.Env, n.cfg.Name)
	for i, s := range n.cfg.States {
		here := s == n.stand.state || n.stand.state == "" && i == 0
		to.Tell(metric.NerveState, metric.Bool(here), n.cfg.Env, n.cfg.Name, s)
		to.Tell(metric.NerveTransitions, float64(n.stand.entered[s]), n.cfg.Env, n.cfg.Name, s)
	}
	return nil
}

var (
	_ metric.Source = (*Cell)(nil)
	_ metric.Source = (*Nerve)(nil)
)

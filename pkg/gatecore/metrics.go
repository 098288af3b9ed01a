package gatecore

import (
	"context"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/metric"
)

// tally is what one gate did since the process began. The loop owns it.
type tally struct {
	to                               [2][3]uint64 // by garden, and by the new state (closed, stable, open)
	reflexes, handovers, escalations uint64
	outcomes                         [3]uint64 // by gate.OutcomeKind
}

func (t *tally) transition(x *gate.Transition) {
	t.to[x.Garden][x.To+1]++
	if x.Cause == gate.ByReflex {
		t.reflexes++
	}
}

// askedAtOnce is how many gates are asked in one turn of the loop, so that a large lab's waves do not wait for
// whoever looks.
const askedAtOnce = 64

// Metrics tells how the gates stand and what was done, while gate core runs.
func (c *Core) Metrics(ctx context.Context, to metric.Sink) error {
	if !c.running() {
		return nil
	}
	for from := 0; from < len(c.names); from += askedAtOnce {
		names := c.names[from:min(from+askedAtOnce, len(c.names))]
		if err := c.do(ctx, func() {
			now := c.now()
			for _, name := range names {
				c.tellGate(c.gates[name], now, to)
			}
		}); err != nil {
			return err
		}
	}
	return c.do(ctx, func() { c.tellCore(to) })
}

// Storing says why decisions are not stored, nil when they are.
func (c *Core) Storing() error {
	if t := c.committer.trouble(); t != nil {
		return &daemon.Error{
			Op: "store", Subject: "decisions since " + t.since.UTC().Format(time.RFC3339), Err: t.err,
			Hint: "is the bus's disk full? See it with `nimmer doctor`",
		}
	}
	return nil
}

// running reports whether the loop answers.
func (c *Core) running() bool {
	select {
	case <-c.Done():
		return false
	default:
	}
	select {
	case <-c.Started():
		return true
	default:
		return false
	}
}

func (c *Core) tellGate(m *member, now gate.Time, to metric.Sink) {
	r := m.shard.kernel.Report(m.id, now)
	env := c.cfg.Env
	for _, side := range sides(r) {
		garden := string(side.garden)
		to.Tell(metric.GateValue, side.Value, env, m.token, garden)
		to.Tell(metric.GateState, float64(side.State), env, m.token, garden)
		for i, n := range m.tally.to[gardenOf(side.garden)] {
			to.Tell(metric.GateTransitions, float64(n), env, m.token, garden, gate.State(i-1).String())
		}
	}
	voices := 0
	for _, v := range r.Voices {
		if now.Sub(v.Time) <= r.Spec.Window {
			voices++
		}
	}
	for _, x := range []struct {
		def   *metric.Def
		value float64
	}{
		{metric.GateOpenAt, r.Spec.Open},
		{metric.GateCloseAt, r.Spec.Close},
		{metric.GateWeight, r.Weight},
		{metric.GateTier, float64(r.Tier)},
		{metric.GateVoices, float64(voices)},
		{metric.GateReflexes, float64(m.tally.reflexes)},
		{metric.GateLate, float64(m.late)},
		{metric.GateHandovers, float64(m.tally.handovers)},
		{metric.GateEscalations, float64(m.tally.escalations)},
	} {
		to.Tell(x.def, x.value, env, m.token)
	}
	for kind, n := range m.tally.outcomes {
		to.Tell(metric.GateOutcomes, float64(n), env, m.token, gate.OutcomeKind(kind).String())
	}
}

// isOpen reports whether a gate is OPEN in either garden.
func (m *member) isOpen(now gate.Time) bool {
	for _, garden := range []gate.Garden{gate.Virtual, gate.Real} {
		if state, _ := m.shard.kernel.Value(m.id, garden, now); state == gate.Open {
			return true
		}
	}
	return false
}

// modes are what a lab may attend to, as the wire says it.
var modes = []gate.Mode{gate.Idle, gate.Alert, gate.Focused, gate.Dialogue, gate.Reflexive, gate.Overwhelmed}

func (c *Core) tellCore(to metric.Sink) {
	env := c.cfg.Env
	for cell, f := range c.fields {
		to.Tell(metric.CoreWaves, float64(f.waves), env, cell)
		to.Tell(metric.CoreGaps, float64(f.gaps), env, cell)
	}
	for _, a := range c.attention.Accounts() {
		if c.gates[a.Gate] != nil {
			to.Tell(metric.GateLifeforce, a.Net, env, a.Gate)
		}
	}
	now := c.now()
	beat, mode, open := c.attention.Beat(now), c.attention.Mode(now), 0
	for _, name := range c.names {
		if c.gates[name].isOpen(now) {
			open++
		}
	}
	for _, x := range modes {
		to.Tell(metric.AttentionMode, metric.Bool(x == mode), env, strings.ToLower(x.String()))
	}
	for _, x := range []struct {
		def   *metric.Def
		value float64
	}{
		{metric.CoreRejects, float64(c.rejects.Total())},
		{metric.CoreQueue, float64(len(c.waves))},
		{metric.CoreBacklog, float64(c.committer.backlog())},
		{metric.CoreUntold, float64(c.committer.untold())},
		{metric.CoreStoring, metric.Bool(c.committer.trouble() == nil)},
		{metric.CoreDeclared, float64(len(c.gates))},
		{metric.AttentionSpent, beat.Spent},
		{metric.AttentionBudget, beat.Budget},
		{metric.AttentionOpen, float64(open)},
	} {
		to.Tell(x.def, x.value, env)
	}
	to.TellSizes(metric.CoreStores, c.committer.took.Sizes(), env)
}

var _ metric.Source = (*Core)(nil)

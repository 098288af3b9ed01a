package gatecore

import (
	"context"
	"errors"
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// durable is the name under which gate core reads streams.
const durable = "gate-core"

// inputs are the subscriptions and readers that feed the loop.
type inputs struct {
	subs []wave.Stopper
	end  context.CancelFunc
	done []chan struct{}
}

func (in *inputs) stop() {
	for _, s := range in.subs {
		_ = s.Stop() // the bus says in its own log why it could not
	}
	in.end()
	for _, d := range in.done {
		<-d
	}
}

// listen opens everything gate core hears: waves, outcomes, hand-overs and
// questions. A reader that fails for good ends gate core's life with its error.
func (c *Core) listen(life context.Context, end context.CancelCauseFunc) (*inputs, error) {
	ctx, cancel := context.WithCancel(life)
	in := &inputs{end: cancel}
	for _, kind := range []wave.Kind{wave.KindCellWave, wave.KindCellWaveN} {
		filter, err := wave.Filter(kind, c.cfg.Env, wildcards(kind)...)
		if err == nil {
			var sub wave.Stopper
			if sub, err = c.cfg.Virtual.Subscribe(ctx, filter, c.arrive); err == nil {
				in.subs = append(in.subs, sub)
			}
		}
		if err != nil {
			in.stop()
			return nil, fmt.Errorf("hear waves: %w", err)
		}
	}
	filter, err := wave.Filter(wave.KindNerveState, c.cfg.Env, "*")
	if err == nil {
		var sub wave.Stopper
		if sub, err = c.cfg.Virtual.Subscribe(ctx, filter, c.nerve); err == nil {
			in.subs = append(in.subs, sub)
		}
	}
	if err != nil {
		in.stop()
		return nil, fmt.Errorf("hear nerves: %w", err)
	}
	service, err := c.cfg.Virtual.Announce(ctx, c.cfg.Env, c.owner(), c.endpoints(), c.stats)
	if err != nil {
		in.stop()
		return nil, fmt.Errorf("answer questions about gates: %w", err)
	}
	in.subs = append(in.subs, service)
	c.follow(ctx, in, end, c.cfg.Real, "REAL", wave.KindRealFeedback, c.outcome)
	c.follow(ctx, in, end, c.cfg.Virtual, "HANDOVER", wave.KindRealVerified, c.verified)
	return in, nil
}

func wildcards(kind wave.Kind) []string {
	if kind == wave.KindCellWaveN {
		return []string{"*", "*"}
	}
	return []string{"*"}
}

// follow reads a stream durably into the loop.
func (c *Core) follow(ctx context.Context, in *inputs, end context.CancelCauseFunc, bus Bus, stream string, kind wave.Kind, h func(context.Context, wave.Message) error) {
	done := make(chan struct{})
	in.done = append(in.done, done)
	go func() {
		defer close(done)
		filter, err := wave.Filter(kind, c.cfg.Env, "*")
		if err == nil {
			err = bus.Follow(ctx, c.cfg.stream(stream), durable, filter, h)
		}
		if err != nil && ctx.Err() == nil {
			end(fmt.Errorf("read %s: %w", c.cfg.stream(stream), err))
		}
	}()
}

// nerve remembers what a nerve found about a gate, for `gate show`.
func (c *Core) nerve(ctx context.Context, m wave.Message) {
	n, err := wave.Decode[wave.NerveState](m.Data)
	if err != nil {
		c.reject(m.Subject, 0, m.Data, err)
		return
	}
	_ = c.do(ctx, func() {
		if mem := c.gates[n.Gate]; mem != nil && (len(mem.nerves) < 64 || mem.nerves[n.Nerve].Nerve != "") {
			mem.nerves[n.Nerve] = n
		}
	})
}

// outcome teaches a gate. It is acknowledged when what was learned is stored.
func (c *Core) outcome(ctx context.Context, m wave.Message) error {
	return c.record(ctx, m, func() error {
		o, err := wave.Decode[wave.Outcome](m.Data)
		if err != nil {
			return err
		}
		token, garden, seq, ok := wave.ParseTransitionID(o.Transition)
		mem := c.gates[token]
		if !ok || mem == nil {
			return &wave.Rule{Field: "transition", Reason: fmt.Sprintf("no gate here made a transition %q", o.Transition)}
		}
		at := gate.At(o.Time)
		if o.Time.IsZero() {
			at = c.now()
		}
		lesson := gate.Outcome{ID: o.ID, Garden: gardenOf(garden), Seq: seq, Kind: kindOf(o.Outcome), Discrepancy: o.Share(), Time: at}
		learned, err := mem.shard.kernel.Outcome(mem.id, &lesson)
		if err != nil {
			return err
		}
		if !learned.Repeated {
			c.counters.outcomes.Add(1)
			mem.tally.outcomes[lesson.Kind]++
			c.attention.Earn(token, &lesson)
			c.cfg.Logger.Info("gate learned", "gate", token, "outcome", o.Outcome, "by", o.By,
				"weight", round(learned.After), "was", round(learned.Before), "transition", o.Transition)
			c.put(mem.shard, nil)
			c.putAttention()
		}
		return nil
	})
}

// verified opens the real garden's side of a gate.
func (c *Core) verified(ctx context.Context, m wave.Message) error {
	return c.record(ctx, m, func() error {
		v, err := wave.Decode[wave.Verified](m.Data)
		if err != nil {
			return err
		}
		token, _, seq, ok := wave.ParseTransitionID(v.Transition)
		mem := c.gates[token]
		if !ok || mem == nil {
			return nil // another gate core's, or no longer declared
		}
		at := gate.At(v.Time)
		if v.Time.IsZero() {
			at = c.now()
		}
		err = mem.shard.kernel.Verified(mem.id, gate.Verified{Seq: seq, Amplitude: v.Amplitude, Time: at}, &mem.shard.fx)
		if errors.Is(err, gate.ErrGarden) {
			return nil // this gate lives in the virtual garden only
		}
		mem.shard.moved = true
		return err
	})
}

// record applies one stored message on the loop and returns when its
// consequences are stored too. A message that breaks a rule is reported and
// counts as done: it would break the rule again.
func (c *Core) record(ctx context.Context, m wave.Message, apply func() error) error {
	var stored []<-chan struct{}
	err := c.do(ctx, func() {
		if err := apply(); err != nil {
			c.reject(m.Subject, 0, m.Data, err)
		}
		c.settle()
		for _, sh := range c.shards {
			stored = append(stored, c.committer.settled(sh.number))
		}
	})
	if err != nil {
		return err
	}
	for _, done := range stored {
		select {
		case <-done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func gardenOf(g wave.Garden) gate.Garden {
	if g == wave.Real {
		return gate.Real
	}
	return gate.Virtual
}

func kindOf(v wave.Verdict) gate.OutcomeKind {
	switch v {
	case wave.Failed:
		return gate.Failed
	case wave.Partial:
		return gate.Partial
	default:
		return gate.Confirmed
	}
}

package gatecore

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// settle hands everything the kernels did to the committer, shard by shard.
// Forced closings that follow from it are part of the same round.
func (c *Core) settle() {
	decided := false
	for {
		for _, sh := range c.shards {
			c.render(sh)
			if len(sh.out) > 0 {
				c.put(sh, sh.out)
				sh.out, decided = nil, true
			}
		}
		if !c.shed() {
			break
		}
	}
	if decided {
		c.putAttention()
	}
}

// render turns a shard's effects into messages.
func (c *Core) render(sh *shard) {
	if sh.fx.Empty() {
		return
	}
	sh.out = append(sh.out, c.messages(sh)...)
	sh.fx.Reset()
}

// shed forces the gates CLOSED that an overdrawn beat cannot pay for, and
// reports whether there were any.
func (c *Core) shed() bool {
	now := c.now()
	c.closings = c.attention.Shed(now, c.closings[:0])
	for _, closing := range c.closings {
		m := c.gates[closing.Gate]
		if m == nil {
			continue
		}
		if err := m.shard.kernel.Force(m.id, closing.Garden, closing.Reason, now, &m.shard.fx); err != nil {
			c.cfg.Logger.Error("gate cannot be forced closed", daemon.KeyGate, closing.Gate, daemon.KeyErr, err)
		}
	}
	return len(c.closings) > 0
}

// messages renders a shard's effects in the order in which they are published.
func (c *Core) messages(sh *shard) []wave.Message {
	var out []wave.Message
	for i := range sh.fx.Transitions {
		t := &sh.fx.Transitions[i]
		out = append(out, c.transition(t)...)
	}
	for i := range sh.fx.Correlations {
		if r := &sh.fx.Correlations[i]; r.Result != gate.StayedStable || r.Aggregate != 0 {
			out = append(out, c.correlation(r))
		} // else nobody in that window said anything of weight
	}
	for i := range sh.fx.Escalations {
		c.gates[sh.fx.Escalations[i].Gate].tally.escalations++
		out = append(out, c.escalation(&sh.fx.Escalations[i]))
	}
	for i := range sh.fx.Handovers {
		c.gates[sh.fx.Handovers[i].Gate].tally.handovers++
		out = append(out, c.handover(&sh.fx.Handovers[i]))
	}
	for i := range sh.fx.Leans {
		l := &sh.fx.Leans[i]
		c.say(wave.KindGateLean, wave.Lean{
			Gate: l.Gate, Garden: wave.Garden(l.Garden.String()), Value: l.Value, Slope: l.Slope, Time: l.Time.Std(),
		}, l.Gate)
	}
	return out
}

// transition renders one transition and what follows from it: a reflex that
// does not wait, and a question to the boundary for each event it makes.
func (c *Core) transition(t *gate.Transition) []wave.Message {
	c.attention.Observe(t)
	body := c.wireTransition(t, true)
	m := c.gates[t.Gate]
	m.tally.transition(t)
	if m.recent = append(m.recent, body); len(m.recent) > maxRecent {
		m.recent = append(m.recent[:0], m.recent[1:]...)
	}
	kind := wave.KindGateTransition
	if t.Garden == gate.Real {
		kind = wave.KindRealTransition
	}
	c.cfg.Logger.Info("gate changed", daemon.KeyGate, t.Gate, "garden", body.Garden,
		"from", body.From.String(), "to", body.To.String(), "value", round(t.Value), "cause", body.Cause, "id", body.ID)
	stored := c.message(kind, body.ID, body, t.Gate)
	if t.Cause == gate.ByReflex {
		c.say(wave.KindGateReflex, body, t.Gate)
	}
	out := []wave.Message{stored}
	if t.Garden == gate.Virtual && t.To == gate.Open {
		for _, e := range c.events[t.Gate] {
			c.attention.Spend(t.Gate, c.cfg.MindCost[e.Mind], t.Time)
			out = append(out, c.transform(t, body, e))
		}
	}
	return out
}

func (c *Core) wireTransition(t *gate.Transition, content bool) wave.Transition {
	garden := wave.Garden(t.Garden.String())
	body := wave.Transition{
		ID: wave.TransitionID(t.Gate, garden, t.Seq), Gate: t.Gate, Garden: garden,
		From: wave.State(t.From), To: wave.State(t.To),
		Value: t.Value, Correlation: t.Correlation, Amplitude: t.Amplitude, Weight: t.Weight,
		Triggers: c.signals(t.Gate, t.Triggers, brief(content)), Route: wave.Route{Tier: t.Tier},
		Cause: wave.Cause(t.Cause.String()), Reason: t.Reason, Cost: t.Cost, Seq: t.Seq, Time: t.Time.Std(),
	}
	if t.Of != 0 {
		body.Of = wave.TransitionID(t.Gate, wave.Virtual, t.Of)
	}
	return body
}

// transform asks the boundary to make a typed request of an opening. Only who
// opened the gate is in it, with what they said.
func (c *Core) transform(t *gate.Transition, body wave.Transition, e topology.Event) wave.Message {
	return c.message(wave.KindBoundaryTransform, wave.TransformID(body.ID, e.Name), wave.Transform{
		ID: wave.TransformID(body.ID, e.Name), Event: e.Name, Gate: t.Gate, Transition: body.ID,
		Tier: t.Tier, Domain: e.Domain, Confidence: t.Amplitude,
		Signals: c.signals(t.Gate, t.Triggers, fullContent), Time: t.Time.Std(),
	})
}

func (c *Core) correlation(r *gate.Correlation) wave.Message {
	id := wave.CorrelationID(r.Gate, wave.Virtual, r.Seq, uint64(r.Quiet))
	body := wave.Correlation{
		ID: id, Gate: r.Gate, Window: wave.Window{Start: r.Start.Std(), End: r.End.Std()},
		Signals: c.signals(r.Gate, r.Signals, 0), Aggregate: r.Aggregate, Result: wave.Result(r.Result.String()),
	}
	for n := len(r.Signals); n > 0 && len(body.Matrix) < n; {
		row := len(body.Matrix) * n
		body.Matrix = append(body.Matrix, append([]float64(nil), r.Matrix[row:row+n]...))
	}
	return c.message(wave.KindGateCorrelation, id, body, r.Gate)
}

func (c *Core) escalation(e *gate.Escalation) wave.Message {
	id := wave.EscalationID(wave.TransitionID(e.Gate, wave.Virtual, e.Seq))
	return c.message(wave.KindEscalation, id, wave.Escalation{
		ID: id, Gate: e.Gate, Region: e.Region, Amplitude: e.Amplitude,
		Signals: c.signals(e.Gate, e.Signals, briefContent), Tier: e.Tier, Time: e.Time.Std(),
	})
}

// handover renders what the real garden acts on: the opening, and the voices
// with their content, so that it need not ask again.
func (c *Core) handover(h *gate.Handover) wave.Message {
	transition := wave.TransitionID(h.Gate, wave.Virtual, h.Seq)
	id := wave.VerifiedID(transition)
	summary, err := json.Marshal(map[string]any{"signals": c.signals(h.Gate, h.Signals, fullContent)})
	if err != nil {
		c.cfg.Logger.Error("hand-over cannot be summarised", daemon.KeyGate, h.Gate, daemon.KeyErr, err)
	}
	return c.message(wave.KindRealVerified, id, wave.Verified{
		ID: id, Gate: h.Gate, Transition: transition, Amplitude: h.Amplitude, Summary: summary, Time: h.Time.Std(),
	}, h.Gate)
}

// briefContent bounds what a record that is kept for good repeats of a voice's
// content, in bytes: enough for a sensor's reading, so that the record itself
// answers why.
const briefContent = 1 << 10

// fullContent bounds what a message that is acted on repeats of all voices
// together, in bytes: half of what a message may have.
const fullContent = 256 << 10

func brief(content bool) int {
	if content {
		return briefContent
	}
	return 0
}

// signals renders voices, with the field they spoke in and what they said. Of
// what they said, the voices with the largest shares come first until budget
// bytes are used; with briefContent it is a bound for each voice.
func (c *Core) signals(token string, in []gate.Signal, budget int) []wave.Signal {
	m := c.gates[token]
	out := make([]wave.Signal, len(in))
	said := make([]*wave.Wave, len(in))
	for i := range in {
		s := &in[i]
		out[i] = wave.Signal{
			Source: s.Source, Confidence: s.Confidence, Valence: s.Valence,
			Time: s.Time.Std(), Region: s.Region, Share: s.Share, Digest: digest(s.Region, s.Digest),
		}
		if m != nil {
			out[i].Cell, said[i] = c.voiceOf(m, s.Source, s.Time)
		}
	}
	order := make([]int, len(in))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(in[b].Share, in[a].Share) })
	left := budget
	for _, i := range order {
		if said[i] == nil || len(said[i].Content) > left {
			continue
		}
		out[i].Content = said[i].Content
		if budget > briefContent {
			left -= len(said[i].Content)
		}
	}
	return out
}

// message renders a body under its subject. A body that cannot be rendered is
// a defect of ours; it is said in the log and leaves an empty message out.
func (c *Core) message(kind wave.Kind, id string, body any, args ...string) wave.Message {
	subject, err := wave.New(kind, c.cfg.Env, args...)
	if err == nil {
		var data []byte
		if data, err = wave.Encode(body); err == nil {
			return wave.Message{Subject: subject.String(), ID: id, Data: data}
		}
	}
	c.cfg.Logger.Error("message cannot be made", "kind", kind.String(), "id", id, daemon.KeyErr, err)
	return wave.Message{}
}

// say publishes something that is never stored.
func (c *Core) say(kind wave.Kind, body any, args ...string) {
	m := c.message(kind, "", body, args...)
	if m.Subject == "" {
		return
	}
	if err := c.cfg.Virtual.Publish(context.Background(), m); err != nil {
		c.cfg.Logger.Debug("not said", daemon.KeySubject, m.Subject, daemon.KeyErr, err)
	}
}

// publish makes one message of the outbox public: into the stream that keeps
// it, in the account it belongs to. What the boundary is asked is not kept.
func (c *Core) publish(ctx context.Context, m wave.Message) error {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		c.cfg.Logger.Error("outbox holds no subject of ours", daemon.KeySubject, m.Subject, daemon.KeyErr, err)
		return nil
	}
	switch subject.Kind() {
	case wave.KindBoundaryTransform:
		return c.cfg.Virtual.Publish(ctx, m)
	case wave.KindRealTransition:
		return c.cfg.Real.Store(ctx, m)
	default:
		return c.cfg.Virtual.Store(ctx, m)
	}
}

// round keeps two digits, for logs.
func round(v float64) float64 { return math.Round(v*100) / 100 }

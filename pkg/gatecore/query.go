package gatecore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// endpoints are the questions gate core answers: one subject for each gate it
// owns, and one for all of them.
func (c *Core) endpoints() []Endpoint {
	var out []Endpoint
	if s, err := wave.New(wave.KindGatesQuery, c.cfg.Env); err == nil {
		out = append(out, Endpoint{Name: "gates", Subject: s.String(), Handle: c.answerAll})
	}
	if filter, err := wave.Filter(wave.KindGateQuery, c.cfg.Env, "*"); err == nil {
		out = append(out, Endpoint{Name: "gate", Subject: filter, Handle: c.answerOne})
	}
	return out
}

// stats is what the discovery subject $SRV.STATS adds for an endpoint.
func (c *Core) stats(string) any {
	return map[string]any{
		"environment": c.cfg.Env, "gates": len(c.gates), "waves": c.counters.waves.Load(),
		"refused": c.rejects.Total(), "late": c.counters.late.Load(), "gaps": c.counters.gaps.Load(),
		"outcomes": c.counters.outcomes.Load(), "backlog": c.committer.backlog(),
	}
}

// alone refuses to start beside a gate core that already answers: two that
// decide over the same gates would contradict each other.
func (c *Core) alone(ctx context.Context) error {
	others, err := c.cfg.Virtual.Others(ctx, c.cfg.Env)
	if err != nil {
		return fmt.Errorf("look for other gate cores: %w", err)
	}
	if len(others) > 0 {
		return &daemon.Error{
			Op: "start gate core", Err: fmt.Errorf("%s already decides over the gates of %s", strings.Join(others, ", "), c.cfg.Env),
			Hint: "stop that one first, or choose another environment",
		}
	}
	return nil
}

func (c *Core) owner() string { return "gate-core@" + c.cfg.Host }

// Report explains one side of one gate, as `nimmer gate show` prints it.
func (c *Core) Report(ctx context.Context, token string, q wave.GateQuery) (report wave.GateReport, err error) {
	if doErr := c.do(ctx, func() {
		m := c.gates[token]
		if m == nil {
			err = &wave.Rule{Field: "gate", Reason: fmt.Sprintf("there is no gate %q in %s; it has %s", token, c.cfg.Env, strings.Join(c.names, ", "))}
			return
		}
		report, err = c.report(m, q.Garden)
	}); doErr != nil {
		return report, doErr
	}
	return report, err
}

// Reports lists every gate and what the lab attends to.
func (c *Core) Reports(ctx context.Context) (report wave.GatesReport, err error) {
	err = c.do(ctx, func() { report = c.reports() })
	return report, err
}

func (c *Core) answerOne(ctx context.Context, m wave.Message) ([]byte, error) {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		return nil, err
	}
	var q wave.GateQuery
	if len(m.Data) > 0 {
		if q, err = wave.Decode[wave.GateQuery](m.Data); err != nil {
			return nil, err
		}
	}
	report, err := c.Report(ctx, subject.Name(), q)
	if err != nil {
		return nil, err
	}
	return wave.Encode(report)
}

func (c *Core) answerAll(ctx context.Context, m wave.Message) ([]byte, error) {
	report, err := c.Reports(ctx)
	if err != nil {
		return nil, err
	}
	return wave.Encode(report)
}

// reports runs on the loop.
func (c *Core) reports() wave.GatesReport {
	now := c.now()
	beat := c.attention.Beat(now)
	out := wave.GatesReport{
		Environment: c.cfg.Env, Owner: c.owner(), Time: now.Std(), Refused: c.rejects.Total(),
		Attention: wave.Attention{
			Mode: strings.ToLower(c.attention.Mode(now).String()),
			Beat: wave.Beat{Spent: beat.Spent, Budget: beat.Budget, Ends: beat.End.Std()},
		},
	}
	if t := c.committer.trouble(); t != nil {
		out.Trouble = wave.Cut(fmt.Sprintf("decisions are not stored since %s: %v; is the bus's disk full?", t.since.UTC().Format(time.RFC3339), t.err), 1024)
	}
	net := map[string]float64{}
	for _, a := range c.attention.Accounts() {
		net[a.Gate] = a.Net
	}
	for _, name := range c.names {
		m := c.gates[name]
		r := m.shard.kernel.Report(m.id, now)
		for _, side := range sides(r) {
			line := wave.GateLine{
				Gate: name, Garden: side.garden, State: wave.State(side.State), Value: side.Value,
				Weight: r.Weight, Tier: r.Tier, Open: r.Spec.Open, Close: r.Spec.Close, Seq: side.Seq,
				Lifeforce: net[name], Refused: m.late,
			}
			if side.garden == wave.Virtual {
				for _, v := range r.Voices {
					if now.Sub(v.Time) <= r.Spec.Window {
						line.Voices++
					}
				}
			}
			line.Last = m.changed(r, side.garden)
			if side.State == gate.Open {
				out.Attention.Open = append(out.Attention.Open, name)
			}
			out.Gates = append(out.Gates, line)
		}
	}
	out.Attention.Open = unique(out.Attention.Open)
	return out
}

// changed is when one side last changed: in this life, else as far as the
// kernel remembers.
func (m *member) changed(r gate.Report, garden wave.Garden) time.Time {
	for _, t := range slices.Backward(m.recent) {
		if t.Garden == garden {
			return t.Time
		}
	}
	for i := len(r.Recent) - 1; i >= 0; i-- {
		if t := &r.Recent[i]; t.Garden.String() == string(garden) {
			return t.Time.Std()
		}
	}
	return time.Time{}
}

// side is one garden's standing with the garden's name.
type side struct {
	*gate.Standing
	garden wave.Garden
}

func sides(r gate.Report) []side {
	var out []side
	if r.Virtual != nil {
		out = append(out, side{r.Virtual, wave.Virtual})
	}
	if r.Real != nil {
		out = append(out, side{r.Real, wave.Real})
	}
	return out
}

// unique drops repetitions from a list in which equals stand together.
func unique(in []string) []string {
	out := in[:0]
	for i, s := range in {
		if i == 0 || s != in[i-1] {
			out = append(out, s)
		}
	}
	return out
}

// digest names a meaning that has no label.
func digest(region string, d uint64) string {
	if region != "" || d == 0 {
		return ""
	}
	return strconv.FormatUint(d, 16)
}

package gatecore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// arrival is one message of waves, parsed.
type arrival struct {
	cell    string
	subject string
	data    []byte
	waves   []said
	refused []refusal
	at      time.Time
}

// said is one wave and the line of its message.
type said struct {
	wave.Wave
	line int
}

// refusal is one line that broke a rule.
type refusal struct {
	line int
	err  error
}

// arrive takes one message off the bus: it parses and hands over. It runs on
// the subscription's goroutine; when the loop is behind, it waits, and the
// connection's own bound decides what is dropped and counted.
func (c *Core) arrive(ctx context.Context, m wave.Message) {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		return // the filter matched, our table does not: not a wave
	}
	a := arrival{cell: subject.Name(), subject: m.Subject, data: m.Data, at: c.cfg.Now()}
	if c.fields[a.cell] == nil {
		return // no gate of ours hears this field
	}
	wave.ParseFrame(m.Data, func(line int, w wave.Wave, err error) {
		if err != nil {
			a.refused = append(a.refused, refusal{line, err})
			return
		}
		a.waves = append(a.waves, said{w, line})
	})
	select {
	case c.waves <- a:
	case <-ctx.Done():
	}
}

// hear lets every gate of the field hear the waves, in the frame's order.
func (c *Core) hear(a arrival) {
	f := c.fields[a.cell]
	for _, r := range a.refused {
		c.reject(a.subject, r.line, a.data, r.err)
	}
	now := gate.At(a.at)
	if c.cfg.Clock == "stream" && c.clock != 0 {
		now = c.clock
	}
	for i := range a.waves {
		if a.waves[i].Time.IsZero() {
			a.waves[i].Time = now.Std()
		}
	}
	if len(a.waves) > 1 {
		slices.SortStableFunc(a.waves, func(x, y said) int {
			return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Source, y.Source))
		})
	}
	for i := range a.waves {
		if err := c.hearOne(f, &a.waves[i].Wave, now); err != nil {
			c.reject(a.subject, a.waves[i].line, a.data, err)
		}
	}
}

// hearOne judges one wave. An error means that no gate could use it.
func (c *Core) hearOne(f *field, w *wave.Wave, now gate.Time) error {
	c.counters.waves.Add(1)
	f.waves++
	at := gate.At(w.Time)
	if c.cfg.Clock == "stream" {
		if c.clock != 0 && at.Sub(c.clock) > 24*time.Hour {
			return &wave.Rule{Field: "time", Reason: "more than a day ahead of the stream's clock"}
		}
		c.clock = max(c.clock, at)
	} else if ahead := at.Sub(now); ahead > Ahead {
		return &wave.Rule{Field: "time", Reason: fmt.Sprintf("%s ahead of the clock, at most %s are allowed", ahead.Round(time.Millisecond), Ahead)}
	}
	gap := f.gap(w)
	f.gaps += gap
	c.counters.gaps.Add(gap)

	digest := &c.digest
	digest.Source, digest.Confidence, digest.Valence = w.Source, w.Confidence, w.Valence
	digest.Cost, digest.Time = w.Cost, at
	var refused error
	heard := 0
	for _, m := range f.gates {
		spec := m.shard.kernel.Spec(m.id)
		err := digest.Meaning.Set(spec.Embedder, w.Region, w.Embedding, w.Content)
		if err == nil {
			err = m.shard.kernel.Hear(m.id, digest, &m.shard.fx)
		}
		switch {
		case err == nil:
			if heard++; heard == 1 {
				f.remember(w, at)
			}
			m.shard.moved = true
			c.render(m.shard) // while the voices still say what was heard
		case errors.Is(err, gate.ErrDeaf):
			heard++ // it lives in the real garden only: nothing is wrong
		case errors.Is(err, gate.ErrLate):
			m.late++
			c.counters.late.Add(1)
			refused = err
		default:
			refused = err
		}
	}
	if heard == 0 {
		return refused
	}
	return nil
}

// reject counts a refused message and reports it, ten times a second at most.
func (c *Core) reject(subject string, line int, data []byte, err error) {
	if body, ok := c.rejects.Report(subject, line, data, err, c.cfg.Now()); ok {
		c.say(wave.KindRejects, body)
	}
}

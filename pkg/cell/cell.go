package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Cell is one source of waves in one field, as a service.
type Cell struct {
	daemon.Base
	cfg       Config
	behaviour Behaviour
	request   string // subject it answers
	speaker   *speaker
	rejects   *rejecter
	hearing   sync.Mutex // one Hear at a time
	counts    counts
}

// New makes a cell. Nothing happens before Start.
func New(cfg Config, b Behaviour) (*Cell, error) {
	if v, ok := b.(Versioned); ok && cfg.Version == "" {
		cfg.Version = v.Version()
	}
	cfg, err := cfg.filled()
	if err != nil {
		return nil, err
	}
	_, samples := b.(Sampler)
	_, listens := b.(Listener)
	_, answers := b.(Answerer)
	if !samples && !listens && !answers {
		return nil, fmt.Errorf("make cell %s: %w", cfg.Name, ErrNoAbility)
	}
	waves, err := wave.New(wave.KindCellWave, cfg.Env, cfg.Name)
	if err != nil {
		return nil, fmt.Errorf("make cell %s: %w", cfg.Name, err)
	}
	request, err := wave.New(wave.KindCellRequest, cfg.Env, cfg.Name)
	if err != nil {
		return nil, fmt.Errorf("make cell %s: %w", cfg.Name, err)
	}
	rejects, err := newRejecter(cfg)
	if err != nil {
		return nil, fmt.Errorf("make cell %s: %w", cfg.Name, err)
	}
	return &Cell{
		cfg: cfg, behaviour: b, request: request.String(),
		speaker: &speaker{cfg: cfg, subject: waves.String()}, rejects: rejects,
	}, nil
}

// Describe says in one line what the cell is about.
func (c *Cell) Describe() string { return c.behaviour.Describe() }

// Source is who speaks.
func (c *Cell) Source() string { return c.cfg.Source }

// Name is the field it speaks in.
func (c *Cell) Name() string { return c.cfg.Name }

// Version is the cell's version, in its full form.
func (c *Cell) Version() string { return c.cfg.Version }

// Start subscribes to what the cell hears and serves, and takes the first
// sample, in the background: Started is closed when all subscriptions stand.
func (c *Cell) Start(ctx context.Context) error { return c.Base.Start(ctx, c.run) }

// Emit says one wave; behaviours that speak on their own account use it between
// Start and Stop. A wave that breaks a rule is refused with a *wave.Rule.
func (c *Cell) Emit(ctx context.Context, w wave.Wave) error { return c.speaker.say(ctx, w) }

// run is the life of the cell. When it is told to stop it hears out what has
// arrived, says what waits, and ends.
func (c *Cell) run(ctx context.Context, ready func()) (err error) {
	life := daemon.Drain(ctx)
	c.speaker.begin()
	defer c.speaker.end(life)
	var stops stoppers
	defer func() { err = errors.Join(err, stops.stop()) }()
	if err := c.listen(life, &stops); err != nil {
		return err
	}
	_ = stops.add(c.announced(life), nil)
	ready()
	s, ok := c.behaviour.(Sampler)
	if !ok {
		<-ctx.Done()
		return nil
	}
	c.sampling(ctx, life, s)
	return nil
}

// listen opens what feeds the cell.
func (c *Cell) listen(ctx context.Context, stops *stoppers) error {
	if l, ok := c.behaviour.(Listener); ok {
		for _, field := range l.Fields() {
			for kind, args := range map[wave.Kind][]string{wave.KindCellWave: {field}, wave.KindCellWaveN: {field, "*"}} {
				filter, err := wave.Filter(kind, c.cfg.Env, args...)
				if err != nil {
					return fmt.Errorf("hear cell %s: %w", field, err)
				}
				err = stops.add(c.cfg.Bus.Subscribe(ctx, filter, func(ctx context.Context, m wave.Message) { c.hear(ctx, l, m) }))
				if err != nil {
					return fmt.Errorf("hear %s: %w", filter, err)
				}
			}
		}
	}
	if a, ok := c.behaviour.(Answerer); ok {
		err := stops.add(c.cfg.Bus.Serve(ctx, c.request, func(ctx context.Context, m wave.Message) ([]byte, error) { return c.answer(ctx, a, m) }))
		if err != nil {
			return fmt.Errorf("serve %s: %w", c.request, err)
		}
	}
	return nil
}

// announced makes the cell known, and the subject where it is asked.
func (c *Cell) announced(ctx context.Context) wave.Stopper {
	more := map[string]string{"kind": "cell", "waves": c.speaker.subject}
	if _, ok := c.behaviour.(Answerer); ok {
		more["request"] = c.request
	}
	return c.cfg.announce(ctx, accounts.CellService(c.cfg.Name), c.Describe(), more)
}

// sampling looks at once and then at every tick, until ctx ends; what it saw is
// said within life.
func (c *Cell) sampling(ctx, life context.Context, s Sampler) {
	tick := time.NewTicker(c.cfg.Interval)
	defer tick.Stop()
	failing := false
	for {
		waves, err := s.Sample(ctx, c.cfg.Now())
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.counts.failures.Add(1)
		}
		if err != nil && !failing {
			c.cfg.Logger.Warn("sample failed; it is tried again", slog.String("cell", c.cfg.Name), slog.Any(daemon.KeyErr, err))
		}
		failing = err != nil
		c.sayAll(life, waves)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sayAll says the waves of the behaviour; one that breaks a rule is its
// author's mistake and goes to the log.
func (c *Cell) sayAll(ctx context.Context, waves []wave.Wave) {
	for _, w := range waves {
		if err := c.speaker.say(ctx, w); err != nil {
			c.cfg.Logger.Error("wave is not said", slog.String("cell", c.cfg.Name), slog.Any(daemon.KeyErr, err))
		}
	}
}

// hear takes one message of another cell apart.
func (c *Cell) hear(ctx context.Context, l Listener, m wave.Message) {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		c.rejects.refuse(ctx, m, 0, err)
		return
	}
	c.hearing.Lock()
	defer c.hearing.Unlock()
	wave.ParseFrame(m.Data, func(line int, w wave.Wave, err error) {
		switch {
		case err != nil:
			c.rejects.refuse(ctx, m, line, err)
		case w.Source != c.cfg.Source:
			c.sayAll(ctx, l.Hear(ctx, subject.Name(), w))
		}
	})
}

// answer serves one request.
func (c *Cell) answer(ctx context.Context, a Answerer, m wave.Message) ([]byte, error) {
	request, err := wave.Decode[wave.CellRequest](m.Data)
	if err != nil {
		c.rejects.refuse(ctx, m, 0, err)
		return nil, err
	}
	response := wave.CellResponse{Request: request.ID, Cell: c.cfg.Name, Source: c.cfg.Source, Version: c.cfg.Version, Cost: c.cfg.Cost}
	result, err := a.Answer(ctx, request)
	if err == nil {
		response.Result, err = marshal(result)
	}
	c.counts.spent.add(c.cfg.Cost)
	if err != nil {
		c.counts.failed.Add(1)
		response.Result, response.Error, response.Hint = nil, cmp.Or(wave.Cut(err.Error(), 1024), "failed"), wave.Cut(daemon.Hint(err), 1024)
	}
	c.counts.answers.Add(1)
	response.Time = c.cfg.Now()
	return wave.Encode(response)
}

// stoppers are what must be stopped, last first.
type stoppers []wave.Stopper

// add takes the results of Subscribe and Serve.
func (s *stoppers) add(one wave.Stopper, err error) error {
	if err == nil {
		*s = append(*s, one)
	}
	return err
}

func (s *stoppers) stop() error {
	var errs []error
	for _, one := range slices.Backward(*s) {
		errs = append(errs, one.Stop())
	}
	*s = nil
	return errors.Join(errs...)
}

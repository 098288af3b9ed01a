package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// NerveConfig says where a nerve lives and what it hears.
type NerveConfig struct {
	Config
	Gate        string                // gate it hears [Name]
	Cells       []string              // fields it learns causes from [those of the built-in sensors]
	Commands    []string              // cells it may ask [none]
	States      []string              // declared states, the first is the initial one [the built-in nerve's own]
	Transitions []topology.Transition // declared changes between them
	Measure     time.Duration         // how long Real measures after it opened, 100ms..1m [2s]
}

// Nerve turns what a gate says into behaviour: a state machine that hears the
// gate, tells its state, and judges outcomes. It is a service.
type Nerve struct {
	daemon.Base
	cfg     NerveConfig
	mind    reflexes
	machine *StateMachine
	subject string // of its state
	outbox  *outbox
	events  chan func(ctx context.Context)
	stand   stand
	about   string
	spent   atomicFloat
}

// reflexes is what one built-in nerve does. All methods are called by the
// nerve's loop.
type reflexes interface {
	// filters lists what it hears.
	filters() ([]string, error)
	// hear takes one message.
	hear(ctx context.Context, s wave.Subject, m wave.Message)
	// due is when wake wants to be called; zero: not at all.
	due() time.Time
	wake(ctx context.Context)
}

func newNerve(cfg NerveConfig, own topology.Nerve) (*Nerve, error) {
	var err error
	if cfg.Config, err = cfg.filled(); err != nil {
		return nil, err
	}
	if cfg.Gate, err = wave.Token(cmp.Or(cfg.Gate, cfg.Name)); err != nil {
		return nil, fmt.Errorf("make nerve %s: gate: %w", cfg.Name, err)
	}
	if cfg.Measure == 0 {
		cfg.Measure = 2 * time.Second
	}
	if cfg.Measure < 100*time.Millisecond || cfg.Measure > time.Minute {
		return nil, fmt.Errorf("make nerve %s: measure must be 100ms..1m, is %s", cfg.Name, cfg.Measure)
	}
	if len(cfg.States) == 0 && len(cfg.Transitions) == 0 {
		cfg.States, cfg.Transitions = own.States, own.Transitions
	}
	machine, err := NewStateMachine(cfg.States, cfg.Transitions)
	if err == nil {
		err = machine.needs(own.Transitions)
	}
	if err == nil && machine.State() != own.States[0] {
		err = fmt.Errorf("the first state must be %q, where the built-in nerve begins, is %q", own.States[0], machine.State())
	}
	if err != nil {
		return nil, fmt.Errorf("make nerve %s: %w", cfg.Name, err)
	}
	subject, err := wave.New(wave.KindNerveState, cfg.Env, cfg.Name)
	if err != nil {
		return nil, fmt.Errorf("make nerve %s: %w", cfg.Name, err)
	}
	return &Nerve{
		cfg: cfg, machine: machine, subject: subject.String(), outbox: newOutbox(cfg.Config),
		events: make(chan func(context.Context), 256), about: "a nerve",
	}, nil
}

// Describe says in one line what the nerve does.
func (n *Nerve) Describe() string { return n.about }

// Name is what it is called in subjects.
func (n *Nerve) Name() string { return n.cfg.Name }

// Version is the nerve's version, in its full form.
func (n *Nerve) Version() string { return n.cfg.Version }

// Start subscribes to what the nerve hears and tells its first state.
func (n *Nerve) Start(ctx context.Context) error { return n.Base.Start(ctx, n.run) }

func (n *Nerve) run(ctx context.Context, ready func()) (err error) {
	drain := daemon.Drain(ctx)
	life, end := context.WithCancel(drain)
	var storing sync.WaitGroup
	storing.Go(func() { n.outbox.run(life, drain) })
	defer storing.Wait()
	defer end()
	var stops stoppers
	// The loop no longer takes events when the subscriptions are stopped.
	defer func() { err = errors.Join(err, stops.stop()) }()
	if err := n.listen(ctx, drain, &stops); err != nil {
		return err
	}
	_ = stops.add(n.cfg.announce(drain, accounts.NerveService(n.cfg.Name), n.about, map[string]string{"kind": "nerve", "gate": n.cfg.Gate}), nil)
	n.tell(ctx, step{reason: "started"})
	ready()
	n.loop(ctx)
	return nil
}

func (n *Nerve) listen(ctx, life context.Context, stops *stoppers) error {
	filters, err := n.mind.filters()
	if err != nil {
		return fmt.Errorf("hear as nerve %s: %w", n.cfg.Name, err)
	}
	for _, filter := range filters {
		err := stops.add(n.cfg.Bus.Subscribe(life, filter, func(_ context.Context, m wave.Message) {
			subject, err := wave.ParseSubject(m.Subject)
			if err != nil {
				return // the filter matches more than its kind
			}
			select {
			case n.events <- func(ctx context.Context) { n.mind.hear(ctx, subject, m) }:
			case <-ctx.Done():
			}
		}))
		if err != nil {
			return fmt.Errorf("hear %s: %w", filter, err)
		}
	}
	return nil
}

// loop owns the state until ctx ends.
func (n *Nerve) loop(ctx context.Context) {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		wait := time.Hour
		if due := n.mind.due(); !due.IsZero() {
			wait = max(0, due.Sub(n.cfg.Now()))
		}
		alarm.Reset(wait)
		select {
		case event := <-n.events:
			event(ctx)
		case <-alarm.C:
			if due := n.mind.due(); !due.IsZero() && !n.cfg.Now().Before(due) {
				n.mind.wake(ctx)
			}
		case <-ctx.Done():
			return
		}
	}
}

// step is one thing a nerve tells.
type step struct {
	to         string // state to move to; "": stay
	transition string // of a gate that caused it
	reason     string
	seen       any
}

// tell moves the state machine and publishes where it is. A move that is not
// declared is a mistake of ours: it is logged, and the nerve stays.
func (n *Nerve) tell(ctx context.Context, s step) {
	var cost float64
	if s.to != "" && s.to != n.machine.State() {
		var err error
		if cost, err = n.machine.Move(s.to); err != nil {
			n.cfg.Logger.Error("nerve cannot move", slog.String("nerve", n.cfg.Name), slog.Any(daemon.KeyErr, err))
		} else {
			n.stand.enter(s.to)
		}
	}
	body := wave.NerveState{
		Nerve: n.cfg.Name, Version: n.cfg.Version, State: n.machine.State(), Gate: n.cfg.Gate, Transition: s.transition,
		Reason: wave.Cut(s.reason, 1024), Cost: cost, Time: n.cfg.Now(),
	}
	n.spent.add(cost)
	if s.seen != nil {
		if raw, err := marshal(s.seen); err == nil {
			body.Seen = raw
		}
	}
	data, err := wave.Encode(body)
	if err == nil {
		err = n.cfg.Bus.Publish(ctx, wave.Message{Subject: n.subject, Data: data})
	}
	if err != nil && ctx.Err() == nil {
		n.cfg.Logger.Warn("state is not told", slog.String(daemon.KeySubject, n.subject), slog.Any(daemon.KeyErr, err))
	}
}

// refused counts a message that is none; gate core and the cells report them.
func (n *Nerve) refused(m wave.Message, err error) {
	n.cfg.Logger.Debug("message refused", slog.String(daemon.KeySubject, m.Subject), slog.Any(daemon.KeyErr, err))
}

// seen remembers the last ids, so that a message that comes twice counts once.
type seen struct {
	ids  map[string]bool
	ring []string
}

const seenSize = 256

// first says whether id is new, and remembers it.
func (s *seen) first(id string) bool {
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	if s.ids[id] {
		return false
	}
	if len(s.ring) == seenSize {
		delete(s.ids, s.ring[0])
		s.ring = append(s.ring[:0], s.ring[1:]...)
	}
	s.ids[id] = true
	s.ring = append(s.ring, id)
	return true
}

package host

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

const (
	// Every is how often a host says that it is alive.
	Every = 10 * time.Second
	// watchEvery is how often it looks whether something changed.
	watchEvery = 2 * time.Second
)

// Keeper keeps the latest heartbeat of each host where it can be looked up; a
// *bus.Bucket is one.
type Keeper interface {
	Put(ctx context.Context, key string, value []byte) (uint64, error)
}

// Place is one environment that hears of the host.
type Place struct {
	Env    string
	Bus    wave.Publisher
	Keeper Keeper // nil: nobody keeps it
}

// Config says whose agent it is. Host and Places are required.
type Config struct {
	Host    string // declared name
	Places  []Place
	Machine Machine
	Expect  Expect
	Logger  *slog.Logger     // [nothing is logged]
	Now     func() time.Time // [time.Now]
}

// Expect is what the declaration says about the host, to count what differs.
type Expect struct {
	Cards        []string // declared names
	Certificates []string // files, to tell when they end
}

// Agent is the service that says how a host is.
type Agent struct {
	daemon.Base
	cfg      Config
	token    string
	subjects []string // of each place

	mu    sync.Mutex // guards what is told about it
	last  Facts
	ends  map[string]time.Time // of certificates, by file
	seen  bool
	beats []uint64 // that each place took
	at    []time.Time
	quiet map[string]bool // what was logged and has not got better
}

// New makes an agent. Nothing happens before Start.
func New(cfg Config) (*Agent, error) {
	token, err := wave.Token(cfg.Host)
	if err != nil {
		return nil, fmt.Errorf("make host agent: %w", err)
	}
	if len(cfg.Places) == 0 {
		return nil, fmt.Errorf("make host agent of %s: no environment is given", cfg.Host)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &Agent{cfg: cfg, token: token, quiet: map[string]bool{}}
	for _, p := range cfg.Places {
		if p.Bus == nil {
			return nil, fmt.Errorf("make host agent of %s: no bus is given for environment %s", cfg.Host, p.Env)
		}
		subject, err := wave.New(wave.KindHostHeartbeat, p.Env, token)
		if err != nil {
			return nil, fmt.Errorf("make host agent of %s: %w", cfg.Host, err)
		}
		a.subjects = append(a.subjects, subject.String())
	}
	a.beats, a.at = make([]uint64, len(cfg.Places)), make([]time.Time, len(cfg.Places))
	return a, nil
}

// Start says a first heartbeat and then one in every ten seconds, at a moment
// of its own, so that the hosts of a lab that had a power cut do not speak all
// at once; and one whenever something changed.
func (a *Agent) Start(ctx context.Context) error { return a.Base.Start(ctx, a.run) }

func (a *Agent) run(ctx context.Context, ready func()) error {
	a.beat(ctx)
	ready()
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	due := time.NewTimer(a.untilTurn())
	defer due.Stop()
	for {
		select {
		case <-due.C:
			a.beat(ctx)
			due.Reset(a.untilTurn())
		case <-watch.C:
			if a.changed(ctx) {
				a.beat(ctx)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// untilTurn is the time until the host's own moment: the same in every ten
// seconds, another for each host.
func (a *Agent) untilTurn() time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(a.token))
	turn := time.Duration(h.Sum64() % uint64(Every))
	wait := (turn - time.Duration(a.cfg.Now().UnixNano())%Every + Every) % Every
	if wait < Every/20 {
		wait += Every // the timer came a little early
	}
	return wait
}

// changed looks at what can change without being asked for: which system runs,
// and which units failed.
func (a *Agent) changed(ctx context.Context) bool {
	system := a.cfg.Machine.System(ctx)
	failed, err := a.cfg.Machine.Failed(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen && (system != a.last.System || err == nil && !slices.Equal(failed, a.last.FailedUnits))
}

// beat looks and says what it saw, everywhere.
func (a *Agent) beat(ctx context.Context) {
	facts, notes, err := a.cfg.Machine.Look(ctx)
	if ctx.Err() != nil {
		return
	}
	a.complain("look at the machine", err)
	a.complain("some facts are left out", errors.Join(notes...))
	if err != nil {
		return
	}
	body, err := wave.Encode(facts.Beat(a.token, a.cfg.Now()))
	a.complain("heartbeat is not said", err)
	if err != nil {
		return
	}
	ends, err := a.cfg.Machine.Certificates(a.cfg.Expect.Certificates)
	a.complain("some certificates are not read", err)
	a.mu.Lock()
	a.ends = ends
	if a.seen && !a.last.Same(facts) {
		a.cfg.Logger.Info("the host changed", slog.String(daemon.KeyHost, a.token), slog.String("system", facts.Running),
			slog.Int64("generation", facts.Generation), slog.Any("failed_units", facts.FailedUnits))
	}
	a.last, a.seen = facts, true
	a.mu.Unlock()
	for i := range a.cfg.Places {
		a.say(ctx, i, body)
	}
}

// say tells one environment. A bus that is away does not keep the others waiting
// for longer than a fifth of the time there is.
func (a *Agent) say(ctx context.Context, i int, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, Every/5)
	defer cancel()
	p := a.cfg.Places[i]
	err := p.Bus.Publish(ctx, wave.Message{Subject: a.subjects[i], Data: body})
	a.complain("heartbeat is not said in "+p.Env, err)
	if err == nil {
		a.mu.Lock()
		a.beats[i]++
		a.at[i] = a.cfg.Now()
		a.mu.Unlock()
	}
	if p.Keeper != nil {
		_, err := p.Keeper.Put(ctx, a.token, body)
		a.complain("heartbeat is not kept in "+p.Env, err)
	}
}

// complain logs what is wrong when it begins, and that it is over.
func (a *Agent) complain(what string, err error) {
	switch {
	case err != nil && !a.quiet[what]:
		a.cfg.Logger.Warn(what, slog.String(daemon.KeyHost, a.token), slog.Any(daemon.KeyErr, err))
		a.quiet[what] = true
	case err == nil && a.quiet[what]:
		a.cfg.Logger.Info("over: "+what, slog.String(daemon.KeyHost, a.token))
		delete(a.quiet, what)
	}
}

var (
	_ daemon.Service  = (*Agent)(nil)
	_ daemon.Finisher = (*Agent)(nil)
)

package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// DefaultDrain is how long Run lets its services drain.
const DefaultDrain = 10 * time.Second

// Named is a service and what it is called in logs and errors.
type Named struct {
	Name    string
	Service Service
}

// Options of Run. The zero Options are those of a real process.
type Options struct {
	Drain   time.Duration            // how long stopping may take before services are cut off [DefaultDrain]
	Signals <-chan os.Signal         // what asks to stop [SIGINT, SIGTERM]
	Notify  func(state string) error // how the service manager is told [Notify]
	Beat    time.Duration            // how often it is told that we are alive [Watchdog()]; needs Health to be alive
	Health  *Health                  // its stage is set; its vital checks must pass for a Beat
	Ready   func()                   // called once everything has started
}

// Run starts the services in order, each ready before the next, tells the service manager, and waits: until
// ctx ends, a signal asks to stop, or a service ends. Then it stops them in reverse, together within
// Options.Drain; a second signal cuts them off at once, a third ends the process. What a service ended or
// could not start with is returned, what failed while stopping, and who had to be cut off; a clean end is nil.
func Run(ctx context.Context, logger *slog.Logger, opts Options, services ...Named) error {
	g := newGroup(ctx, logger, opts)
	defer g.release()
	err := g.start(ctx, services)
	if err == nil {
		err = g.wait(ctx)
	}
	if errors.Is(err, errAsked) {
		err = nil
	}
	return errors.Join(err, g.stop())
}

// group is a Run in progress.
type group struct {
	opts    Options
	logger  *slog.Logger
	signals <-chan os.Signal
	forget  func()          // stops the delivery of signals
	life    context.Context // of the services: it does not end with the caller's, so that they can drain
	kill    context.CancelCauseFunc
	running []Named
	left    int           // how many of them have not ended by themselves
	ended   chan int      // indexes into running
	told    map[int]error // what those ended with that Run returns already; by index into running
}

func newGroup(ctx context.Context, logger *slog.Logger, opts Options) *group {
	g := &group{opts: opts, logger: logger, signals: opts.Signals, forget: func() {}, ended: make(chan int), told: map[int]error{}}
	if g.signals == nil {
		ch := make(chan os.Signal, 2)
		signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
		g.signals, g.forget = ch, func() { signal.Stop(ch) }
	}
	if g.opts.Drain <= 0 {
		g.opts.Drain = DefaultDrain
	}
	if g.opts.Notify == nil {
		g.opts.Notify = Notify
	}
	if g.opts.Beat <= 0 {
		g.opts.Beat = Watchdog()
	}
	if g.opts.Health == nil {
		g.opts.Health = &Health{}
	}
	g.life, g.kill = context.WithCancelCause(context.WithoutCancel(ctx))
	return g
}

func (g *group) release() {
	g.forget()
	g.kill(ErrStop)
}

// errAsked ends start and wait when somebody asked to stop: no failure.
var errAsked = errors.New("asked to stop")

// start brings the services up one after the other.
func (g *group) start(ctx context.Context, services []Named) error {
	g.opts.Health.Set(StageStarting)
	for _, s := range services {
		begun := time.Now()
		if err := s.Service.Start(g.life); err != nil {
			return fmt.Errorf("start %s: %w", s.Name, err)
		}
		g.running = append(g.running, s)
		g.left++
		g.watch(len(g.running) - 1)
		if err := g.started(ctx, s); err != nil {
			return err
		}
		g.logger.Debug("service started", KeyService, s.Name, "took", time.Since(begun))
	}
	g.opts.Health.Set(StageReady)
	g.tell(Ready)
	if g.opts.Ready != nil {
		g.opts.Ready()
	}
	return nil
}

// watch reports a service's own end, if it can end by itself.
func (g *group) watch(i int) {
	f, ok := g.running[i].Service.(Finisher)
	if !ok {
		return
	}
	done := f.Done()
	go func() {
		select {
		case <-done:
		case <-g.life.Done():
			return
		}
		select {
		case g.ended <- i:
		case <-g.life.Done():
		}
	}()
}

// started waits until a service is ready, or has done its work without ever saying so.
func (g *group) started(ctx context.Context, s Named) error {
	for {
		select {
		case <-s.Service.Started():
			return nil
		case i := <-g.ended:
			if err := g.ending(i); err != nil {
				return err
			}
			if i == len(g.running)-1 {
				return nil
			}
		case sig := <-g.signals:
			return g.ask(sig)
		case <-ctx.Done():
			return errAsked
		}
	}
}

// ending notes that a service ended by itself, and returns why when that is a failure.
func (g *group) ending(i int) error {
	g.left--
	s := g.running[i]
	f, ok := s.Service.(Finisher)
	if !ok {
		return nil
	}
	err := f.Err()
	if err == nil {
		return nil
	}
	g.told[i] = err
	return fmt.Errorf("%s ended: %w", s.Name, err)
}

// wait returns when it is time to stop: nil when every service did its work and ended.
func (g *group) wait(ctx context.Context) error {
	beat := g.beats()
	defer beat.Stop()
	for g.left > 0 {
		select {
		case i := <-g.ended:
			if err := g.ending(i); err != nil {
				return err
			}
		case sig := <-g.signals:
			return g.ask(sig)
		case <-ctx.Done():
			return errAsked
		case <-beat.C:
			if g.opts.Health.Alive(ctx).OK {
				g.tell(Alive)
			}
		}
	}
	return nil
}

// beats ticks as often as the service manager wants to hear of us; never, when it does not.
func (g *group) beats() *time.Ticker {
	if g.opts.Beat > 0 {
		return time.NewTicker(g.opts.Beat)
	}
	t := time.NewTicker(time.Hour)
	t.Stop()
	return t
}

func (g *group) ask(sig os.Signal) error {
	g.logger.Info("asked to stop", "signal", sig.String())
	return errAsked
}

func (g *group) tell(state string) {
	if err := g.opts.Notify(state); err != nil {
		g.logger.Warn("the service manager cannot be told", KeyErr, err)
	}
}

// stop ends what runs, in reverse, within the time there is.
func (g *group) stop() error {
	if len(g.running) == 0 {
		return nil
	}
	g.opts.Health.Set(StageStopping)
	g.tell(Stopping)
	late := fmt.Errorf("not drained within %v", g.opts.Drain)
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(g.life), g.opts.Drain, late)
	defer cancel()
	ctx, hurry := context.WithCancelCause(ctx)
	defer hurry(nil)
	stopped := make(chan struct{})
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		g.hurryOnSignal(stopped, hurry)
	}()
	var errs []error
	for i, s := range slices.Backward(g.running) {
		if err := s.Service.Stop(ctx); err != nil && !g.repeats(i, err) {
			errs = append(errs, fmt.Errorf("stop %s: %w", s.Name, err))
		}
	}
	close(stopped)
	<-listening
	return errors.Join(errs...)
}

// repeats reports whether Stop only says again what the service ended with before it was asked to, and what
// Run returns already. What Stop is the first to tell is new: a failure to drain, or the end of a service that
// nobody had noticed yet.
func (g *group) repeats(i int, err error) bool {
	told := g.told[i]
	return told != nil && errors.Is(err, told)
}

// hurryOnSignal cuts the services off at the next signal that asks to stop. After it, signals do what they
// do by default: end the process.
//
// One wish often arrives twice at once: from the terminal to the whole group and from a parent that passes it
// on. Only a signal that comes after echo means hurry.
func (g *group) hurryOnSignal(stopped <-chan struct{}, hurry context.CancelCauseFunc) {
	begun := time.Now()
	for {
		select {
		case sig := <-g.signals:
			if time.Since(begun) < echo {
				continue
			}
			g.logger.Warn("asked again: what is not finished is cut off", "signal", sig.String())
			g.forget()
			hurry(fmt.Errorf("hurried by %v", sig))
			return
		case <-stopped:
			return
		}
	}
}

// echo is how long a repeated signal counts as the same wish.
const echo = 300 * time.Millisecond

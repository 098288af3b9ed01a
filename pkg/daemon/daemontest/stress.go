package daemontest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Cycles is how often Stress starts and stops.
const Cycles = 500

// limit is how long a single start or stop may take.
const limit = 30 * time.Second

// Stress starts and stops a service Cycles times in every way the contract allows: waited for and not, stopped
// unstarted, twice and by several at once, cut off, started with a context that has ended already. make is
// called for each cycle; it may return the same service again, which tests that it can be restarted. At the
// end no goroutine may be left; options are for those that were there before, or belong to something else.
func Stress(t testing.TB, make func() daemon.Service, options ...goleak.Option) {
	t.Helper()
	options = append(options, goleak.IgnoreCurrent())
	for i := range Cycles {
		way := ways[i%len(ways)]
		if err := way.run(make()); err != nil {
			t.Fatalf("cycle %d, %s: %v", i, way.name, err)
		}
	}
	goleak.VerifyNone(t, options...)
}

var ways = []struct {
	name string
	run  func(daemon.Service) error
}{
	{"started, then stopped", func(s daemon.Service) error { return cycle(s, true, 1) }},
	{"stopped before it was ready", func(s daemon.Service) error { return cycle(s, false, 1) }},
	{"stopped by three at once", func(s daemon.Service) error { return cycle(s, true, 3) }},
	{"stopped unstarted", func(s daemon.Service) error { return stop(s, 1) }},
	{"stopped twice", stoppedTwice},
	{"cut off", cutOff},
	{"started with an ended context", startedTooLate},
	{"its context ends", contextEnds},
}

func cycle(s daemon.Service, wait bool, stoppers int) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := s.Start(ctx); err != nil {
		return err
	}
	if wait {
		if err := ready(ctx, s); err != nil {
			return err
		}
	}
	return stop(s, stoppers)
}

func ready(ctx context.Context, s daemon.Service) error {
	select {
	case <-s.Started():
		return nil
	case <-ctx.Done():
		return errors.New("it never said that it was ready")
	}
}

// stop calls Stop n times at once, with time to drain.
func stop(s daemon.Service, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = s.Stop(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func stoppedTwice(s daemon.Service) error {
	if err := cycle(s, true, 1); err != nil {
		return err
	}
	return stop(s, 1)
}

// cutOff gives it no time: it may say that it was cut off, and must have ended nevertheless.
func cutOff(s daemon.Service) error {
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.Start(context.Background()); err != nil {
		cancel()
		return err
	}
	cancel()
	if err := s.Stop(ctx); err != nil && !errors.Is(err, daemon.ErrCutOff) && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// startedTooLate: it may refuse, or start and end; both are fine, a hang or a leak is not.
func startedTooLate(s daemon.Service) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Start(ctx); err != nil {
		return nil //nolint:nilerr // refusing is what it should do
	}
	return ended(stop(s, 1))
}

func contextEnds(s daemon.Service) error {
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.Start(ctx); err != nil {
		cancel()
		return err
	}
	cancel()
	return ended(stop(s, 1))
}

// ended drops the error that only repeats the end of the context.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

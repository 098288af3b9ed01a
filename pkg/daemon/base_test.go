package daemon_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
)

// plain is a service that is nothing but a run function and a helper beside it.
type plain struct {
	daemon.Base
	run func(ctx context.Context, ready func()) error
}

func (p *plain) Start(ctx context.Context) error { return p.Base.Start(ctx, p.run) }

// worker drains one item of work after it was asked to stop.
type worker struct{ daemon.Base }

func (w *worker) Start(ctx context.Context) error {
	return w.Base.Start(ctx, func(ctx context.Context, ready func()) error {
		work := make(chan int, 1)
		err := w.Go(func(ctx context.Context) error {
			<-ctx.Done()
			close(work)
			return nil
		})
		if err != nil {
			return err
		}
		ready()
		for range work { // until the helper has closed it
		}
		return context.Cause(daemon.Drain(ctx))
	})
}

var (
	_ daemon.Service  = (*worker)(nil)
	_ daemon.Finisher = (*worker)(nil)
)

func TestStressRestarted(t *testing.T) {
	w := &worker{}
	daemontest.Stress(t, func() daemon.Service { return w })
}

func TestStressFresh(t *testing.T) {
	daemontest.Stress(t, func() daemon.Service { return &worker{} })
}

func TestStopCauseIsErrStop(t *testing.T) {
	t.Parallel()
	cause := make(chan error, 1)
	p := &plain{run: func(ctx context.Context, ready func()) error {
		ready()
		<-ctx.Done()
		cause <- context.Cause(ctx)
		if err := daemon.Drain(ctx).Err(); err != nil {
			t.Errorf("the drain context has ended: %v", err)
		}
		return ctx.Err()
	}}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-p.Started()
	if err := p.Start(t.Context()); !errors.Is(err, daemon.ErrRunning) {
		t.Errorf("second Start: %v", err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if got := <-cause; !errors.Is(got, daemon.ErrStop) {
		t.Errorf("cause %v", got)
	}
	if err := p.Err(); err != nil {
		t.Errorf("Err: %v", err)
	}
}

func TestStopCutsOffAtItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plain{run: func(ctx context.Context, ready func()) error {
			ready()
			<-daemon.Drain(ctx).Done()
			return context.Cause(daemon.Drain(ctx))
		}}
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-p.Started()
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := p.Stop(ctx); !errors.Is(err, daemon.ErrCutOff) {
			t.Errorf("Stop: %v", err)
		}
		if took := time.Since(begun); took != 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestStopGivesUpOnTheStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		p := &plain{run: func(_ context.Context, ready func()) error {
			ready()
			<-free
			return nil
		}}
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.Stop(ctx); !errors.Is(err, daemon.ErrStuck) {
			t.Errorf("Stop: %v", err)
		}
		close(free)
		<-p.Done()
	})
}

func TestFailureEndsTheService(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, run := range map[string]func(p *plain) func(context.Context, func()) error{
		"run": func(*plain) func(context.Context, func()) error {
			return func(context.Context, func()) error { return boom }
		},
		"beside": func(p *plain) func(context.Context, func()) error {
			return func(ctx context.Context, ready func()) error {
				ready()
				if err := p.Go(func(context.Context) error { return boom }); err != nil {
					return err
				}
				<-ctx.Done()
				if !errors.Is(context.Cause(ctx), boom) {
					t.Errorf("cause %v", context.Cause(ctx))
				}
				return ctx.Err()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &plain{}
			p.run = run(p)
			if err := p.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-p.Done()
			if !errors.Is(p.Err(), boom) || !errors.Is(p.Stop(t.Context()), boom) {
				t.Errorf("Err %v", p.Err())
			}
			if err := p.Go(func(context.Context) error { return nil }); !errors.Is(err, daemon.ErrNotRunning) {
				t.Errorf("Go after the end: %v", err)
			}
		})
	}
}

func TestNilRunLastsUntilStop(t *testing.T) {
	t.Parallel()
	var b daemon.Base
	if err := b.Start(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	<-b.Started()
	if err := b.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

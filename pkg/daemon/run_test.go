package daemon_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// diary notes what happened, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// actor is a service that writes its diary. It takes startup to become ready and drain to finish, fails with
// fail after life, with last at the end of draining, and with refuse at once.
type actor struct {
	daemon.Base
	d                    *diary
	name                 string
	startup, drain, life time.Duration
	refuse, fail, last   error
}

func (a *actor) Start(ctx context.Context) error {
	if a.refuse != nil {
		return a.refuse
	}
	a.d.note("start " + a.name)
	return a.Base.Start(ctx, a.run)
}

func (a *actor) run(ctx context.Context, ready func()) error {
	defer a.d.note("end " + a.name)
	if !pause(ctx, a.startup) {
		return ctx.Err()
	}
	ready()
	a.d.note("ready " + a.name)
	if a.life > 0 && pause(ctx, a.life) {
		return a.fail
	}
	<-ctx.Done()
	a.d.note("drain " + a.name)
	if !pause(daemon.Drain(ctx), a.drain) {
		a.d.note("cut off " + a.name)
	}
	return a.last
}

// pause waits, and reports whether nothing ended ctx meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// stage is a Run under test: its time is the bubble's, its signals and service manager are ours.
type stage struct {
	d       diary
	signals chan os.Signal
	done    chan error
	health  daemon.Health
	begun   time.Time
}

func perform(ctx context.Context, opts daemon.Options, actors ...*actor) *stage {
	s := &stage{signals: make(chan os.Signal, 3), done: make(chan error, 1), begun: time.Now()}
	opts.Signals, opts.Health = s.signals, &s.health
	opts.Notify = func(state string) error {
		s.d.note(state)
		return nil
	}
	var named []daemon.Named
	for _, a := range actors {
		a.d = &s.d
		named = append(named, daemon.Named{Name: a.name, Service: a})
	}
	go func() { s.done <- daemon.Run(ctx, slog.New(slog.DiscardHandler), opts, named...) }()
	return s
}

func TestRunStopsInReverse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{Ready: func() {}},
			&actor{name: "bus", startup: time.Second}, &actor{name: "gate", startup: time.Second, drain: 2 * time.Second})
		<-time.After(time.Minute) // the bubble's, not ours
		if got := s.health.Ready(t.Context()); !got.OK {
			t.Errorf("not ready: %+v", got)
		}
		s.signals <- syscall.SIGTERM
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		s.d.want(t, "start bus", "ready bus", "start gate", "ready gate", "READY=1",
			"STOPPING=1", "drain gate", "end gate", "drain bus", "end bus")
		if took := time.Since(s.begun); took != time.Minute+2*time.Second {
			t.Errorf("it took %v", took)
		}
		if got := s.health.Ready(t.Context()); got.OK || got.Stage != daemon.StageStopping {
			t.Errorf("still ready: %+v", got)
		}
	})
}

func TestRunUnwindsAFailedStart(t *testing.T) {
	t.Parallel()
	boom := errors.New("port in use")
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{},
			&actor{name: "bus"}, &actor{name: "gate", refuse: boom}, &actor{name: "cells"})
		if err := <-s.done; !errors.Is(err, boom) || !strings.HasPrefix(err.Error(), "start gate: ") {
			t.Errorf("got %v", err)
		}
		s.d.want(t, "start bus", "ready bus", "STOPPING=1", "drain bus", "end bus")
	})
}

func TestRunStopsWhileStarting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{},
			&actor{name: "bus"}, &actor{name: "gate", startup: time.Hour}, &actor{name: "cells"})
		<-time.After(time.Second)
		s.signals <- os.Interrupt
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		s.d.want(t, "start bus", "ready bus", "start gate", "STOPPING=1", "end gate", "drain bus", "end bus")
	})
}

func TestRunEndsWithAFailedService(t *testing.T) {
	t.Parallel()
	boom := errors.New("disk full")
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{},
			&actor{name: "bus"}, &actor{name: "gate", life: time.Minute, fail: boom})
		err := <-s.done
		if !errors.Is(err, boom) || strings.Count(err.Error(), "disk full") != 1 {
			t.Errorf("got %v", err)
		}
		s.d.want(t, "start bus", "ready bus", "start gate", "ready gate", "READY=1",
			"end gate", "STOPPING=1", "drain bus", "end bus")
	})
}

// A service that fails to finish what it has to is told of, whoever asked to stop, and only once.
func TestRunTellsWhatFailsWhileStopping(t *testing.T) {
	t.Parallel()
	full, deaf := errors.New("disk full"), errors.New("the bus does not answer")
	for _, c := range []struct {
		name  string
		other *actor
		want  string
	}{
		{"asked", &actor{name: "cells"}, "stop gate: the bus does not answer"},
		{
			"another ended", &actor{name: "cells", life: time.Minute, fail: full},
			"cells ended: disk full\nstop gate: the bus does not answer",
		},
		{"two fail", &actor{name: "cells", last: full}, "stop cells: disk full\nstop gate: the bus does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := perform(t.Context(), daemon.Options{}, &actor{name: "bus"},
					&actor{name: "gate", drain: time.Second, last: deaf}, c.other)
				<-time.After(time.Hour)
				if c.other.life == 0 {
					s.signals <- os.Interrupt
				}
				err := <-s.done
				if err == nil || err.Error() != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		})
	}
}

// Two that fail before anybody looks are both told of, though only one is the reason to stop.
func TestRunTellsOfBothThatEnd(t *testing.T) {
	t.Parallel()
	full, deaf := errors.New("disk full"), errors.New("the bus does not answer")
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{Ready: func() { <-time.After(time.Hour) }},
			&actor{name: "gate", life: time.Minute, fail: full}, &actor{name: "cells", life: time.Minute, fail: deaf})
		err := <-s.done
		if !errors.Is(err, full) || !errors.Is(err, deaf) || strings.Count(err.Error(), "\n") != 1 {
			t.Errorf("got %v", err)
		}
	})
}

func TestRunEndsWhenAllHaveDoneTheirWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{},
			&actor{name: "one", life: time.Minute}, &actor{name: "two", life: 2 * time.Minute})
		if err := <-s.done; err != nil || time.Since(s.begun) != 2*time.Minute {
			t.Errorf("got %v after %v", err, time.Since(s.begun))
		}
	})
}

func TestRunCutsOffAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := perform(ctx, daemon.Options{Drain: 3 * time.Second},
			&actor{name: "bus", drain: time.Second}, &actor{name: "gate", drain: time.Hour})
		<-time.After(time.Minute)
		cancel() // the caller's context asks to stop as a signal does
		err := <-s.done
		if !errors.Is(err, daemon.ErrCutOff) || !strings.Contains(err.Error(), "stop gate: ") || !strings.Contains(err.Error(), "within 3s") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(s.begun); took != time.Minute+3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestRunHurriesAtTheSecondSignal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{Drain: time.Hour}, &actor{name: "gate", drain: 30 * time.Minute})
		<-time.After(time.Minute)
		s.signals <- os.Interrupt
		<-time.After(time.Second)
		s.signals <- os.Interrupt
		err := <-s.done
		if !errors.Is(err, daemon.ErrCutOff) || !strings.Contains(err.Error(), "hurried by interrupt") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(s.begun); took != time.Minute+time.Second {
			t.Errorf("it took %v", took)
		}
		s.d.want(t, "start gate", "ready gate", "READY=1", "STOPPING=1", "drain gate", "cut off gate", "end gate")
	})
}

// One wish that arrives twice, as from a terminal and from a parent, does not hurry.
func TestRunTakesAnEchoForTheSameWish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{Drain: time.Hour}, &actor{name: "gate", drain: time.Minute})
		<-time.After(time.Minute)
		s.signals <- os.Interrupt
		<-time.After(100 * time.Millisecond)
		s.signals <- os.Interrupt
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		s.d.want(t, "start gate", "ready gate", "READY=1", "STOPPING=1", "drain gate", "end gate")
	})
}

func TestRunBeatsWhileAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t.Context(), daemon.Options{Beat: 10 * time.Second}, &actor{name: "gate"})
		sick := make(chan error, 1)
		<-time.After(25 * time.Second)
		s.health.Vital("loop", func(context.Context) error {
			select {
			case err := <-sick:
				return err
			default:
				return nil
			}
		})
		sick <- errors.New("stuck")
		<-time.After(10 * time.Second) // this beat is not sent
		s.signals <- os.Interrupt
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		s.d.want(t, "start gate", "ready gate", "READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1", "drain gate", "end gate")
	})
}

// TestRunHearsRealSignals: without Options.Signals those of the process count.
func TestRunHearsRealSignals(t *testing.T) {
	a := &actor{name: "gate", d: &diary{}}
	done := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		done <- daemon.Run(t.Context(), slog.New(slog.DiscardHandler), daemon.Options{
			Notify: func(string) error { return nil }, Ready: func() { close(ready) },
		}, daemon.Named{Name: "gate", Service: a})
	}()
	<-ready
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRunOfNothing(t *testing.T) {
	t.Parallel()
	err := daemon.Run(t.Context(), slog.New(slog.DiscardHandler), daemon.Options{Notify: func(string) error { return errors.New("no") }})
	if err != nil {
		t.Error(err)
	}
}

package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// grace is how long Stop waits for a service that was cut off.
const grace = 5 * time.Second

// Base is the start and stop of a service, to be embedded. The zero Base is ready.
type Base struct {
	mu   sync.Mutex
	life *life
}

// life is one start and everything until its end.
type life struct {
	soft, hard context.Context
	stop, kill context.CancelCauseFunc
	started    chan struct{}
	done       chan struct{}
	begun      bool
	ready      bool
	running    int // goroutines; guarded by Base.mu
	err        error
}

type drainKey struct{}

// Drain returns the context for finishing what a service has begun. ctx is the context of the service's run
// function: that one ends when Stop is called, Drain's when Stop's own context ends. For any other context
// it is ctx itself.
func Drain(ctx context.Context) context.Context {
	if hard, ok := ctx.Value(drainKey{}).(context.Context); ok {
		return hard
	}
	return ctx
}

// Start runs run in the background and returns. run calls ready when the service is ready, and returns when
// its context has ended; an error it returns for another reason ends the service, seen by Done and Err. A nil
// run is ready at once and lasts until Stop: for services made of Go alone. When ctx ends, so does the
// service, undrained.
func (b *Base) Start(ctx context.Context, run func(ctx context.Context, ready func()) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.current()
	if l.begun && !l.ended() {
		return ErrRunning
	}
	if l.begun {
		l = newLife()
		b.life = l
	}
	l.begun = true
	l.hard, l.kill = context.WithCancelCause(ctx)
	soft, stop := context.WithCancelCause(l.hard)
	l.soft, l.stop = context.WithValue(soft, drainKey{}, l.hard), stop
	ready := func() { b.ready(l) }
	if run == nil {
		run = func(ctx context.Context, ready func()) error {
			ready()
			<-ctx.Done()
			return nil
		}
	}
	b.spawn(l, true, func(ctx context.Context) error { return run(ctx, ready) })
	return nil
}

// Go runs fn beside the service's run function. It belongs to the service: its context ends when the service
// is asked to stop or its run function has returned, Stop waits for it, and an error it returns ends the
// service.
func (b *Base) Go(fn func(ctx context.Context) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.current()
	if !l.begun || l.ended() {
		return ErrNotRunning
	}
	b.spawn(l, false, fn)
	return nil
}

// Started is closed when the service has said that it is ready. After a Stop it is a new one.
func (b *Base) Started() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.current().started
}

// Done is closed when the service has ended. It belongs to the latest Start, or the next one before any.
func (b *Base) Done() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.current().done
}

// Err returns why the service ended, or nil when it runs, or ended well.
func (b *Base) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.current(); l.ended() {
		return l.err
	}
	return nil
}

// Stop asks the service to drain and waits for its end. When ctx ends first, what is left is cut off, and
// the error wraps ErrCutOff; when even that is not heeded within five seconds, ErrStuck. Otherwise it returns
// what the service ended with. Without a Start before it, it returns nil.
func (b *Base) Stop(ctx context.Context) error {
	b.mu.Lock()
	l := b.current()
	begun := l.begun
	b.mu.Unlock()
	if !begun {
		return nil
	}
	l.stop(ErrStop)
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		if l.ended() {
			return l.err
		}
	}
	l.kill(fmt.Errorf("%w: %w", ErrCutOff, context.Cause(ctx)))
	limit := time.NewTimer(grace)
	defer limit.Stop()
	select {
	case <-l.done:
		return errors.Join(fmt.Errorf("%w: %w", ErrCutOff, context.Cause(ctx)), l.err)
	case <-limit.C:
		return ErrStuck
	}
}

// current returns the life of now, or the coming one. The caller holds the lock.
func (b *Base) current() *life {
	if b.life == nil {
		b.life = newLife()
	}
	return b.life
}

func newLife() *life {
	return &life{started: make(chan struct{}), done: make(chan struct{})}
}

func (l *life) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

func (b *Base) ready(l *life) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !l.ready {
		l.ready = true
		close(l.started)
	}
}

// spawn runs fn as a part of the life; what was started with Go does not outlive the main part. The caller
// holds the lock.
func (b *Base) spawn(l *life, main bool, fn func(ctx context.Context) error) {
	l.running++
	go func() {
		err := fn(l.soft)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.left(l, err)
		if main {
			l.stop(ErrStop)
		}
	}()
}

// left notes that one goroutine of the life has ended; the last one ends the life.
func (b *Base) left(l *life, err error) {
	if err != nil && !stopped(l, err) {
		if l.err == nil {
			l.err = err
		}
		l.stop(err)
	}
	if l.running--; l.running > 0 {
		return
	}
	l.stop(ErrStop)
	l.kill(ErrStop)
	close(l.done)
}

// stopped reports whether err only says that the service was asked to stop.
func stopped(l *life, err error) bool {
	return l.soft.Err() != nil && (errors.Is(err, ErrStop) || errors.Is(err, ErrCutOff) || errors.Is(err, context.Canceled))
}

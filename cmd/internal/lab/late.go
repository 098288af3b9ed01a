package lab

import (
	"context"
	"errors"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Late is a service that is made when it is started, because it needs a bus
// that may not be there yet: a daemon that waits for one answers for its health
// meanwhile. Make may take as long as it likes, until its context ends.
type Late struct {
	daemon.Base
	Make func(ctx context.Context) (daemon.Service, error)
}

// Start makes the service and starts it, in the background.
func (l *Late) Start(ctx context.Context) error { return l.Base.Start(ctx, l.run) }

func (l *Late) run(ctx context.Context, ready func()) error {
	s, err := l.Make(ctx)
	if err != nil || ctx.Err() != nil {
		return stopped(ctx, err)
	}
	if err := s.Start(daemon.Drain(ctx)); err != nil {
		return err
	}
	var done <-chan struct{}
	if f, ok := s.(daemon.Finisher); ok {
		done = f.Done()
	}
	select {
	case <-s.Started():
		ready()
		select {
		case <-ctx.Done():
		case <-done:
		}
	case <-ctx.Done():
	case <-done:
	}
	return s.Stop(daemon.Drain(ctx))
}

// stopped drops an error that only says that it was asked to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

var (
	_ daemon.Service  = (*Late)(nil)
	_ daemon.Finisher = (*Late)(nil)
)

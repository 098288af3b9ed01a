package daemon

import (
	"context"
	"errors"
)

// Service is a part of a process with a life of its own.
type Service interface {
	// Start begins and returns; an error means that nothing runs. ctx is for the service's whole life.
	Start(ctx context.Context) error
	// Started is closed when the service is ready for work.
	Started() <-chan struct{}
	// Stop drains, cuts off what is left when ctx ends, and returns when nothing runs any more.
	Stop(ctx context.Context) error
}

// Finisher is a Service that can end by itself, as Base does. Err is nil until Done is closed, and when the
// service ended well.
type Finisher interface {
	Done() <-chan struct{}
	Err() error
}

var (
	// ErrStop is the cause of a service's context when it ended because of Stop.
	ErrStop = errors.New("the service is being stopped")
	// ErrRunning is returned by Start of a service that runs already.
	ErrRunning = errors.New("the service runs already")
	// ErrNotRunning is returned by Go of a service that does not run.
	ErrNotRunning = errors.New("the service does not run")
	// ErrCutOff is what Stop returns when its context ended before the service had drained.
	ErrCutOff = errors.New("cut off before it had finished")
	// ErrStuck is what Stop returns when the service did not even heed being cut off.
	ErrStuck = errors.New("it does not stop")
)

package lab

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
)

// quietly is a service that does nothing, as long as it is let.
type quietly struct{ daemon.Base }

func (q *quietly) Start(ctx context.Context) error { return q.Base.Start(ctx, nil) }

func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &quietly{}
		l := &Late{Make: func(ctx context.Context) (daemon.Service, error) {
			select {
			case <-time.After(time.Minute):
				return inner, nil
			case <-ctx.Done():
				return nil, errors.New("nobody came")
			}
		}}
		if err := l.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case <-l.Started():
			t.Error("ready before it is there")
		case <-time.After(59 * time.Second):
		}
		<-l.Started()
		select {
		case <-inner.Started():
		default:
			t.Error("ready before what it stands for")
		}
		if err := l.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		<-inner.Done()
		// Asked to stop while it waits.
		if err := l.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if err := l.Stop(t.Context()); err != nil {
			t.Errorf("asked to stop, it says %v", err)
		}
	})
}

func TestLateFails(t *testing.T) {
	want := errors.New("no such login")
	l := &Late{Make: func(context.Context) (daemon.Service, error) { return nil, want }}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-l.Done()
	if !errors.Is(l.Err(), want) {
		t.Errorf("it ended with %v", l.Err())
	}
}

func TestLateStress(t *testing.T) {
	if testing.Short() {
		t.Skip("five hundred starts")
	}
	daemontest.Stress(t, func() daemon.Service {
		return &Late{Make: func(context.Context) (daemon.Service, error) { return &quietly{}, nil }}
	})
}

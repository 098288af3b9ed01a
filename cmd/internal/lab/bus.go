package lab

import (
	"context"
	"errors"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// serviceName is what gate core is called in discovery.
const serviceName = "nimmer-gate"

// coreBus gives gate core the verbs it asks for over a connection.
type coreBus struct {
	*bus.Conn
	version string
}

// CoreBus adapts a connection to gate core.
func CoreBus(conn *bus.Conn, version string) gatecore.Bus { return coreBus{conn, version} }

func (b coreBus) Follow(ctx context.Context, stream, durable, filter string, h func(context.Context, wave.Message) error) error {
	return b.Conn.Follow(ctx, stream, durable, filter, bus.FollowFrom{}, h)
}

func (b coreBus) Last(ctx context.Context, stream, subject string) (wave.Message, bool, error) {
	m, err := b.LastMsg(ctx, stream, subject)
	if errors.Is(err, bus.ErrNotFound) {
		return wave.Message{}, false, nil
	}
	return m, err == nil, err
}

func (b coreBus) Batch(ctx context.Context, msgs []wave.Message, expect uint64) (uint64, bool, error) {
	last, err := b.StoreBatch(ctx, msgs, int64(expect))
	if errors.Is(err, bus.ErrFenced) {
		return 0, true, nil
	}
	return last, false, err
}

func (b coreBus) Announce(ctx context.Context, env, owner string, endpoints []gatecore.Endpoint, stats func(string) any) (wave.Stopper, error) {
	s := bus.Service{
		Name: serviceName, Version: b.version, Description: "gate core: the gates of one environment",
		Metadata: map[string]string{"environment": env, "owner": owner}, Stats: stats,
	}
	for _, e := range endpoints {
		s.Endpoints = append(s.Endpoints, bus.Endpoint{Name: e.Name, Subject: e.Subject, Handle: e.Handle})
	}
	return b.AddService(ctx, s)
}

func (b coreBus) Others(ctx context.Context, env string) ([]string, error) {
	services, err := b.Services(ctx, serviceName, bus.GatherOptions{Wait: 300 * time.Millisecond, Quiet: 100 * time.Millisecond})
	var owners []string
	for _, s := range services {
		if s.Metadata["environment"] == env {
			owners = append(owners, s.Metadata["owner"])
		}
	}
	return owners, err
}

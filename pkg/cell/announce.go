package cell

import (
	"context"
	"log/slog"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Announcer is a bus with service discovery; *bus.Conn is one. On a bus without
// it cells and nerves work the same, and nobody finds them by asking.
type Announcer interface {
	AddService(ctx context.Context, s bus.Service) (wave.Stopper, error)
}

// announce makes a cell or nerve known to discovery, with its version. That
// somebody cannot be found is no reason not to work: it goes to the log.
func (c Config) announce(ctx context.Context, service, about string, more map[string]string) wave.Stopper {
	a, ok := c.Bus.(Announcer)
	if !ok {
		return nobody{}
	}
	about = wave.Cut(about, 256)
	meta := map[string]string{"environment": c.Env, "name": c.Name, "source": c.Source, "host": c.Host}
	for k, v := range more {
		meta[k] = v
	}
	s, err := a.AddService(ctx, bus.Service{Name: service, Version: c.Version, Description: about, Metadata: meta})
	if err != nil {
		if ctx.Err() == nil {
			c.Logger.Warn("not announced", slog.String(daemon.KeyService, service), slog.Any(daemon.KeyErr, err))
		}
		return nobody{}
	}
	return s
}

// nobody is the announcement that was not made.
type nobody struct{}

func (nobody) Stop() error { return nil }

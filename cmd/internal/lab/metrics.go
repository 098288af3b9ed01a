package lab

import (
	"context"
	"fmt"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/metric/prom"
)

// Observe lets every part of the lab tell its metrics, and its health.
func (l *Lab) Observe(r *prom.Registry, h *daemon.Health) {
	r.Add("bus server", l.server)
	for user, conn := range l.logins.all() {
		r.Add("bus of "+user, bus.Metrics(conn, l.Env, strings.TrimPrefix(user, l.Env+"_")))
	}
	h.Check("bus", func(context.Context) error {
		for user, conn := range l.logins.all() {
			if _, err := conn.Connected(); err != nil {
				return fmt.Errorf("%s: %w", user, err)
			}
		}
		return nil
	})
	ObserveServices(r, h, l.Services)
}

// ObserveBus lets a connection tell its metrics, and decide whether the process is ready. name is the account
// it goes into.
func ObserveBus(r *prom.Registry, h *daemon.Health, conn *bus.Conn, env, name string) {
	r.Add("bus "+name, bus.Metrics(conn, env, name))
	h.Check("bus "+name, func(context.Context) error {
		_, err := conn.Connected()
		return err
	})
}

// ObserveServices lets the services that count something tell it.
func ObserveServices(r *prom.Registry, h *daemon.Health, services []daemon.Named) {
	for _, s := range services {
		if source, ok := s.Service.(metric.Source); ok {
			r.Add(s.Name, source)
		}
		if core, ok := s.Service.(*gatecore.Core); ok {
			h.Check("gate core", func(context.Context) error { return core.Storing() })
		}
	}
}

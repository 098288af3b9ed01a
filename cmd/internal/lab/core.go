package lab

import (
	"log/slog"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/gatecore"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Core builds gate core for one environment, with both gardens over the given
// connections.
func Core(t *topology.Topology, env string, virtual, real *bus.Conn, version string, logger *slog.Logger) (*gatecore.Core, error) {
	view := t.In(env)
	costs := map[string]float64{}
	for _, m := range view.Minds {
		costs[m.Name] = m.Cost
	}
	return gatecore.New(gatecore.Config{
		Env: env, Host: HostName(), Gates: view.Gates, Events: view.Events,
		Attention: t.Lab.Attention, Clock: view.Environment.Clock, Trace: view.Environment.Trace,
		MindCost: costs, Virtual: CoreBus(virtual, version), Real: CoreBus(real, version), Logger: logger,
	})
}

package embedded

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// Metrics tells what prometheus-nats-exporter would tell of this server, under the same names. Consumers
// without a durable name are left out: whoever looks at a stream makes one, and their names never repeat.
func (s *Server) Metrics(_ context.Context, to metric.Sink) error {
	v, err := s.srv.Varz(nil)
	if err != nil {
		return fmt.Errorf("read bus server %s: %w", s.srv.Name(), err)
	}
	tellServer(v, to)
	leafs, err := s.srv.Leafz(nil)
	if err != nil {
		return fmt.Errorf("read leaf nodes of bus server %s: %w", s.srv.Name(), err)
	}
	tellLeafs(v.ID, leafs, to)
	if v.JetStream.Config == nil {
		return nil
	}
	js, err := s.srv.Jsz(&server.JSzOptions{Accounts: true, Streams: true, Consumer: true, Config: true, RaftGroups: true})
	if err != nil {
		return fmt.Errorf("read streams of bus server %s: %w", s.srv.Name(), err)
	}
	tellJetStream(v, js, to)
	return nil
}

func tellServer(v *server.Varz, to metric.Sink) {
	values := []struct {
		def   *metric.Def
		value float64
	}{
		{metric.ServerStart, float64(v.Start.UnixMilli())},
		{metric.ServerMem, float64(v.Mem)},
		{metric.ServerCPU, v.CPU},
		{metric.ServerCores, float64(v.Cores)},
		{metric.ServerConnections, float64(v.Connections)},
		{metric.ServerTotal, float64(v.TotalConnections)},
		{metric.ServerRoutes, float64(v.Routes)},
		{metric.ServerLeafs, float64(v.Leafs)},
		{metric.ServerRemotes, float64(v.Remotes)},
		{metric.ServerInMsgs, float64(v.InMsgs)},
		{metric.ServerOutMsgs, float64(v.OutMsgs)},
		{metric.ServerInBytes, float64(v.InBytes)},
		{metric.ServerOutBytes, float64(v.OutBytes)},
		{metric.ServerSlow, float64(v.SlowConsumers)},
		{metric.ServerSubscriptions, float64(v.Subscriptions)},
	}
	if stats, config := v.JetStream.Stats, v.JetStream.Config; stats != nil && config != nil {
		values = append(values, []struct {
			def   *metric.Def
			value float64
		}{
			{metric.ServerMemoryUsed, float64(stats.Memory)},
			{metric.ServerStorageUsed, float64(stats.Store)},
			{metric.ServerMemoryMax, float64(config.MaxMemory)},
			{metric.ServerStorageMax, float64(config.MaxStore)},
			{metric.ServerAPITotal, float64(stats.API.Total)},
			{metric.ServerAPIErrors, float64(stats.API.Errors)},
		}...)
	}
	for _, x := range values {
		to.Tell(x.def, x.value, v.ID)
	}
}

func tellLeafs(id string, leafs *server.Leafz, to metric.Sink) {
	to.Tell(metric.LeafCount, float64(leafs.NumLeafs), id)
	for _, l := range leafs.Leafs {
		labels := []string{id, l.Account, l.Account, l.IP, strconv.Itoa(l.Port), l.Name}
		to.Tell(metric.LeafInfo, 1, labels...)
		if rtt, err := time.ParseDuration(l.RTT); err == nil {
			to.Tell(metric.LeafRTT, rtt.Seconds(), labels...)
		}
		to.Tell(metric.LeafInMsgs, float64(l.InMsgs), labels...)
		to.Tell(metric.LeafOutMsgs, float64(l.OutMsgs), labels...)
		to.Tell(metric.LeafInBytes, float64(l.InBytes), labels...)
		to.Tell(metric.LeafOutBytes, float64(l.OutBytes), labels...)
		to.Tell(metric.LeafSubs, float64(l.NumSubs), labels...)
	}
}

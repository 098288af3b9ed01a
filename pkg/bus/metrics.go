package bus

import (
	"context"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// Metrics tells the connection's counters: environment is the one it serves, name the account it goes into.
func Metrics(c *Conn, environment, name string) metric.Source {
	return metric.Func(func(_ context.Context, to metric.Sink) error {
		s := c.Stats()
		for _, x := range []struct {
			def   *metric.Def
			value float64
		}{
			{metric.BusConnected, metric.Bool(s.Connected)},
			{metric.BusDisconnects, float64(s.Disconnects)},
			{metric.BusReconnects, float64(s.Reconnects)},
			{metric.BusSlow, float64(s.SlowConsumers)},
			{metric.BusDropped, float64(s.Dropped)},
			{metric.BusDenied, float64(s.Denied)},
			{metric.BusErrors, float64(s.Errors)},
			{metric.BusReceived, float64(s.InMsgs)},
			{metric.BusSent, float64(s.OutMsgs)},
			{metric.BusReceivedBytes, float64(s.InBytes)},
			{metric.BusSentBytes, float64(s.OutBytes)},
			{metric.BusSubscriptions, float64(s.Subscriptions)},
			{metric.BusPending, float64(s.Pending)},
		} {
			to.Tell(x.def, x.value, environment, name)
		}
		return nil
	})
}

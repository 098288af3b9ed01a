package bus

import "sync/atomic"

// counters are what the Conn counts itself; the rest comes from the client.
type counters struct {
	disconnects, reconnects, slow, denied, errors, dropped atomic.Uint64
}

// Stats is what happened on a Conn since it was made.
type Stats struct {
	// Connected is true while every connection is up.
	Connected bool `json:"connected"`
	// Server is the URL of the server in use.
	Server string `json:"server,omitempty"`
	// Disconnects and Reconnects count connections lost and restored.
	Disconnects uint64 `json:"disconnects"`
	Reconnects  uint64 `json:"reconnects"`
	// SlowConsumers counts how often a subscription began to drop, Dropped how
	// many messages were dropped.
	SlowConsumers uint64 `json:"slow_consumers"`
	Dropped       uint64 `json:"dropped"`
	// Denied counts refused publishes and subscriptions.
	Denied uint64 `json:"denied"`
	// Errors counts other errors the server or the client reported.
	Errors uint64 `json:"errors"`
	// Messages and bytes over all connections.
	InMsgs   uint64 `json:"in_msgs"`
	OutMsgs  uint64 `json:"out_msgs"`
	InBytes  uint64 `json:"in_bytes"`
	OutBytes uint64 `json:"out_bytes"`
	// Subscriptions is how many are open, Pending how many messages wait in them.
	Subscriptions int    `json:"subscriptions"`
	Pending       uint64 `json:"pending"`
}

// Stats reads the counters.
func (c *Conn) Stats() Stats {
	s := Stats{
		Disconnects:   c.count.disconnects.Load(),
		Reconnects:    c.count.reconnects.Load(),
		SlowConsumers: c.count.slow.Load(),
		Denied:        c.count.denied.Load(),
		Errors:        c.count.errors.Load(),
		Dropped:       c.count.dropped.Load(),
	}
	server, err := c.Connected()
	s.Connected, s.Server = err == nil, server
	for _, l := range c.lines() {
		n := l.nc.Stats()
		s.InMsgs += n.InMsgs
		s.OutMsgs += n.OutMsgs
		s.InBytes += n.InBytes
		s.OutBytes += n.OutBytes
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Subscriptions = len(c.subs)
	for sub := range c.subs {
		s.Dropped += sub.dropped()
		if n, _, err := sub.sub.Pending(); err == nil && n > 0 {
			s.Pending += uint64(n)
		}
	}
	return s
}

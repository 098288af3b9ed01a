package bus

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/jsm.go/api"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// Level is how bad a finding is.
type Level string

// The levels. Bad means that the lab cannot work as declared.
const (
	OK   Level = "ok"
	Note Level = "note"
	Bad  Level = "bad"
)

// Finding is the outcome of one check.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// CheckOptions says what a bus is checked against.
type CheckOptions struct {
	// Streams and Buckets are what the account of the Conn should have. Without
	// any they are not checked.
	Streams  []topology.Stream
	Buckets  []topology.Bucket
	Durables []accounts.Durable
}

// The bounds a check judges by.
const (
	slowRoundTrip = 100 * time.Millisecond
	noticedSkew   = time.Second
	tooMuchSkew   = 5 * time.Second // waves further ahead are refused
	wantedPayload = 576 << 10       // the largest message of ours with its headers
	soonExpired   = 7 * 24 * time.Hour
)

// Check connects as o says and examines the bus. A bus that cannot be reached
// is one finding.
func Check(ctx context.Context, o Options, want CheckOptions) []Finding {
	c, err := Connect(ctx, o)
	if err != nil {
		return []Finding{{"bus", Bad, err.Error(), daemon.Hint(err)}}
	}
	defer c.Close()
	return c.Check(ctx, want)
}

// Check examines the bus this Conn is connected to: the server and the way to
// it, the login, the clocks, JetStream with its limits, and the streams.
func (c *Conn) Check(ctx context.Context, want CheckOptions) []Finding {
	out := []Finding{c.checkServer(), c.checkRoundTrip(), c.checkPayload()}
	out = append(out, c.checkLogin(ctx)...)
	mgr, err := c.manager(ctx, "")
	if err != nil {
		return append(out, Finding{"jetstream", Bad, err.Error(), daemon.Hint(err)})
	}
	account, err := mgr.JetStreamAccountInfo()
	if err != nil {
		err = c.manageError("ask", "JetStream", err)
		return append(out, Finding{"jetstream", Bad, err.Error(), daemon.Hint(err)})
	}
	out = append(out, checkLevel(account, c.control.nc.ConnectedServerVersion()))
	out = append(out, checkLimits(account)...)
	if len(want.Streams)+len(want.Buckets) > 0 {
		out = append(out, c.checkStreams(ctx, want)...)
	}
	return out
}

func (c *Conn) checkServer() Finding {
	nc := c.control.nc
	return Finding{"bus", OK, fmt.Sprintf("%s, server %q version %s (found by %s)",
		nc.ConnectedUrlRedacted(), nc.ConnectedServerName(), nc.ConnectedServerVersion(), c.target.From), ""}
}

func (c *Conn) checkRoundTrip() Finding {
	best := time.Duration(-1)
	for range 5 {
		d, err := c.control.nc.RTT()
		if err != nil {
			return Finding{"round trip", Bad, "the server does not answer: " + err.Error(), "is it overloaded, or the network broken?"}
		}
		if best < 0 || d < best {
			best = d
		}
	}
	if best > slowRoundTrip {
		return Finding{"round trip", Note, fmt.Sprintf("%s is far for reflexes", best.Round(time.Millisecond)), "put a leaf node beside the cells"}
	}
	return Finding{"round trip", OK, best.Round(time.Microsecond).String(), ""}
}

func (c *Conn) checkPayload() Finding {
	if n := c.control.nc.MaxPayload(); n < wantedPayload {
		return Finding{
			"message size", Bad, fmt.Sprintf("the server takes at most %d bytes", n),
			fmt.Sprintf("set max_payload to %d or more in its configuration", 1<<20),
		}
	}
	return Finding{"message size", OK, fmt.Sprintf("up to %d bytes", c.control.nc.MaxPayload()), ""}
}

// checkClock compares the server's time with ours in the middle of the
// exchange; half its length is how wrong that can be.
func checkClock(server, began time.Time, took time.Duration) Finding {
	skew := server.Sub(began.Add(took / 2))
	ahead := "ahead of"
	if skew < 0 {
		skew, ahead = -skew, "behind"
	}
	skew = max(skew-took/2, 0)
	text := fmt.Sprintf("the server's clock is %s %s ours", skew.Round(time.Millisecond), ahead)
	const remedy = "keep both clocks right with NTP (timedatectl set-ntp true)"
	switch {
	case skew > tooMuchSkew:
		return Finding{"clock", Bad, text + ": waves would be refused", remedy}
	case skew > noticedSkew:
		return Finding{"clock", Note, text, remedy}
	}
	return Finding{"clock", OK, "agrees with the server's", ""}
}

// checkLevel judges what the JetStream server can do. Its API level counts,
// not the version of the server we are connected to, which may be a leaf.
func checkLevel(a *api.JetStreamAccountStats, version string) Finding {
	switch {
	case a.API.Level < 2:
		return Finding{
			"jetstream", Bad, fmt.Sprintf("API level %d has no atomic batches, gate core cannot keep its journal", a.API.Level),
			"upgrade nats-server to 2.15 or newer",
		}
	case !atLeast(version, 2, 15):
		return Finding{
			"jetstream", Note, fmt.Sprintf("API level %d, but server %s has known faults in atomic batches", a.API.Level, version),
			"upgrade nats-server to 2.15 or newer",
		}
	}
	return Finding{"jetstream", OK, fmt.Sprintf("API level %d with atomic batches", a.API.Level), ""}
}

// checkLimits compares what the account uses with what it may use.
func checkLimits(a *api.JetStreamAccountStats) []Finding {
	limits := []struct {
		name      string
		used, max int64
	}{
		{"storage", int64(max(a.Store, a.ReservedStore)), a.Limits.MaxStore},
		{"memory", int64(max(a.Memory, a.ReservedMemory)), a.Limits.MaxMemory},
		{"streams", int64(a.Streams), int64(a.Limits.MaxStreams)},
		{"consumers", int64(a.Consumers), int64(a.Limits.MaxConsumers)},
	}
	var out []Finding
	for _, l := range limits {
		if l.max <= 0 || l.used*5 < l.max*4 {
			continue
		}
		level := Note
		if l.used >= l.max {
			level = Bad
		}
		out = append(out, Finding{
			"limits", level, fmt.Sprintf("%s: %d of %d used or reserved", l.name, l.used, l.max),
			"raise the account's JetStream limits, or bound streams with max_age and max_bytes",
		})
	}
	if len(out) == 0 {
		out = []Finding{{"limits", OK, fmt.Sprintf("%d streams, %d consumers, %d MiB stored", a.Streams, a.Consumers, a.Store>>20), ""}}
	}
	return out
}

func (c *Conn) checkStreams(ctx context.Context, want CheckOptions) []Finding {
	p, err := c.Plan(ctx, want.Streams, want.Buckets, want.Durables...)
	if err != nil {
		return []Finding{{"streams", Bad, err.Error(), daemon.Hint(err)}}
	}
	return p.Findings()
}

// Findings says what is wrong with what a bus keeps.
func (p Plan) Findings() []Finding {
	var out []Finding
	for _, ch := range p.Changes {
		what := ch.Kind + " " + ch.Name
		switch ch.Action {
		case ActionCreate:
			out = append(out, Finding{"streams", Bad, what + " is missing", "run `nimmer bus apply`"})
		case ActionUpdate:
			out = append(out, Finding{"streams", Note, what + " differs: " + fieldList(ch.Fields), "run `nimmer bus apply`"})
		case ActionBlocked, ActionUnreachable:
			out = append(out, Finding{"streams", Bad, what + ": " + ch.Reason, ch.Remedy})
		case ActionExtra:
			out = append(out, Finding{"streams", Note, what + ": " + ch.Reason, ch.Remedy})
		case ActionSame:
		}
	}
	if len(out) == 0 {
		out = []Finding{{"streams", OK, fmt.Sprintf("all %d streams, buckets and readers are as declared", len(p.Changes)), ""}}
	}
	return out
}

func fieldList(fields []FieldChange) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, ", ")
}

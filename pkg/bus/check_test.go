package bus

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jsm.go/api"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// levels maps each check to its worst level.
func levels(findings []Finding) map[string]Level {
	out := map[string]Level{}
	for _, f := range findings {
		if out[f.Check] != Bad {
			out[f.Check] = f.Level
		}
	}
	return out
}

func TestCheckHealthy(t *testing.T) {
	_, c := lab(t)
	streams, buckets := declared(t, "dev")
	mustApply(t, c, streams, buckets)
	findings := c.Check(t.Context(), CheckOptions{Streams: streams, Buckets: buckets})
	for _, f := range findings {
		t.Logf("%-5s %-12s %s", f.Level, f.Check, f.Text)
		if f.Level != OK || f.Remedy != "" {
			t.Errorf("%+v", f)
		}
	}
	if got := levels(findings); len(got) != 8 {
		t.Errorf("checks: %v", got)
	}
}

func TestCheckFindsFaults(t *testing.T) {
	_, c := lab(t)
	streams, buckets := declared(t, "dev")
	mustApply(t, c, streams[1:], buckets)
	streams[1].MaxBytes = 1 << 20
	mustApply(t, c, []topology.Stream{{Name: "DEV_OLD", Environment: "dev", Subjects: []string{"dev.old"}}}, nil)
	findings := c.Check(t.Context(), CheckOptions{Streams: streams, Buckets: buckets})
	text := ""
	for _, f := range findings {
		if f.Check == "streams" {
			text += string(f.Level) + " " + f.Text + "; " + f.Remedy + "\n"
		}
	}
	for _, want := range []string{"bad stream DEV_JOURNAL is missing; run `nimmer bus apply`", "note stream DEV_SNAPSHOTS differs: max_bytes: unlimited -> 1048576", "note stream DEV_OLD: it is no longer declared"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
}

func TestCheckUnreachable(t *testing.T) {
	got := Check(t.Context(), Options{Server: "nats://" + closedPort(t)}, CheckOptions{})
	if len(got) != 1 || got[0].Level != Bad || !strings.Contains(got[0].Remedy, "nimmer up") {
		t.Errorf("got %+v", got)
	}
}

func TestCheckPoorServer(t *testing.T) {
	url := startServer(t, embedded.Options{ConfigFile: configFile(t, "listen: 127.0.0.1:-1\nmax_payload: 65536\n"), StoreDir: "none"}).ClientURL()
	got := levels(Check(t.Context(), Options{Server: url}, CheckOptions{}))
	if got["jetstream"] != Bad || got["message size"] != Bad || got["bus"] != OK || got["clock"] != OK {
		t.Errorf("got %v", got)
	}
}

func TestCheckClock(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		server time.Duration
		took   time.Duration
		want   Level
	}{
		{0, 0, OK},
		{900 * time.Millisecond, 0, OK},
		{1500 * time.Millisecond, 0, Note},
		{-1500 * time.Millisecond, 0, Note},
		{1500 * time.Millisecond, 2 * time.Second, OK}, // the exchange itself may explain it
		{6 * time.Second, 0, Bad},
		{-time.Hour, 0, Bad},
	} {
		if got := checkClock(now.Add(tc.server), now, tc.took); got.Level != tc.want {
			t.Errorf("%s: got %+v, want %s", tc.server, got, tc.want)
		}
	}
}

func TestCheckLimits(t *testing.T) {
	a := &api.JetStreamAccountStats{}
	a.Store, a.Limits.MaxStore = 85, 100
	a.Streams, a.Limits.MaxStreams = 10, 10
	a.Memory, a.Limits.MaxMemory = 10, -1
	got := checkLimits(a)
	if len(got) != 2 || got[0].Level != Note || got[1].Level != Bad {
		t.Errorf("got %+v", got)
	}
	for level, version := range map[Level]string{OK: "2.15.2", Note: "2.12.1"} {
		a.API.Level = 2
		if got := checkLevel(a, version); got.Level != level {
			t.Errorf("%s: %+v", version, got)
		}
	}
	a.API.Level = 1
	if got := checkLevel(a, "2.11.0"); got.Level != Bad {
		t.Errorf("got %+v", got)
	}
}

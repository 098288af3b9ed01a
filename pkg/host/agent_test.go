package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// ear is a bus and a bucket that remember.
type ear struct {
	t      *testing.T
	mu     sync.Mutex
	beats  []wave.HostBeat
	at     []time.Time
	on     map[string]int
	kept   map[string]string
	broken error
}

func newEar(t *testing.T) *ear {
	return &ear{t: t, on: map[string]int{}, kept: map[string]string{}}
}

func (e *ear) Publish(_ context.Context, m wave.Message) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != nil {
		return e.broken
	}
	b, err := wave.Decode[wave.HostBeat](m.Data)
	if err != nil {
		e.t.Errorf("%s: %v", m.Data, err)
	}
	e.beats, e.at = append(e.beats, b), append(e.at, time.Now())
	e.on[m.Subject]++
	return nil
}

func (e *ear) Put(_ context.Context, key string, value []byte) (uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept[key] = string(value)
	return 1, e.broken
}

func (e *ear) breakWith(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.broken = err
}

func (e *ear) count() int { return len(e.heard().beats) }

// heard is a copy of what was heard so far.
func (e *ear) heard() (out struct {
	beats []wave.HostBeat
	at    []time.Time
	on    map[string]int
	kept  map[string]string
},
) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out.beats, out.at, out.on, out.kept = slices.Clone(e.beats), slices.Clone(e.at), maps.Clone(e.on), maps.Clone(e.kept)
	return out
}

// plain makes the files of a Linux machine below a folder of the test.
func plain(t *testing.T, n nix) Machine {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the system is asked, not files")
	}
	for name, text := range map[string]string{
		"proc/sys/kernel/random/boot_id": "b00t\n", "proc/loadavg": "0.1 0.2 0.3 1/2 3\n",
		"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 500 kB\n", "proc/sys/kernel/osrelease": "6.1\n", "etc/os-release": "ID=test\n",
	} {
		file := filepath.Join(n.root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return n.machine()
}

func TestAgentBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, bus := newNix(t), newEar(t)
		a, err := New(Config{Host: "the_host", Machine: plain(t, n), Places: []Place{{Env: "dev", Bus: bus, Keeper: bus}, {Env: "prod", Bus: bus}},
			Expect: Expect{Certificates: []string{"/nats.crt"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(n.root, "nats.crt"), certificate(t, time.Unix(4e9, 0)), 0o600); err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, a)
		synctest.Wait()
		if on := bus.heard().on; on["dev.infra.hosts.the-host.heartbeat"] != 1 || on["prod.infra.hosts.the-host.heartbeat"] != 1 {
			t.Fatalf("not said at once, in both: %v", on)
		}
		<-time.After(60*time.Second - time.Millisecond)
		synctest.Wait()
		if got := bus.count(); got != 2*7 {
			t.Errorf("%d beats in a minute, want the first and six", got)
		}
		heard := bus.heard()
		for i := 4; i < len(heard.at); i += 2 {
			if apart := heard.at[i].Sub(heard.at[i-2]); apart != Every {
				t.Errorf("beat %d came %s after the one before", i/2, apart)
			}
		}
		if !strings.Contains(heard.kept["the-host"], `"boot_id":"b00t"`) {
			t.Errorf("kept: %v", heard.kept)
		}
		metrictest.Collect(t, a).Want(t, metrictest.Told{
			"nimmer_host_heartbeats_total{dev,the-host}": 7, "nimmer_host_heartbeats_total{prod,the-host}": 7,
			"nimmer_host_failed_units{the-host}": 0, "nimmer_host_info{the-host,test, kernel 6.1,0}": 1, "nimmer_host_drift{the-host}": 0,
			"nimmer_certificate_expiry_timestamp_seconds{the-host,/nats.crt}": 4e9,
		})
	})
}

// TestAgentSaysChangesAtOnce: another system, and units that fail.
func TestAgentSaysChangesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, bus := newNix(t), newEar(t)
		m := plain(t, n)
		if err := os.MkdirAll(filepath.Join(n.root, "run/systemd/system"), 0o755); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		failed := `[]`
		m.Run = func(context.Context, string, ...string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if failed == "" {
				return nil, errors.New("systemctl is gone")
			}
			return []byte(failed), nil
		}
		a, err := New(Config{Host: "h", Machine: m, Places: []Place{{Env: "dev", Bus: bus}}})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, a)
		synctest.Wait()
		within := func(what string, change func(), want func(wave.HostBeat) bool) {
			t.Helper()
			before := bus.count()
			change()
			<-time.After(watchEvery + time.Millisecond)
			synctest.Wait()
			beats := bus.heard().beats
			if got := len(beats); got == before || !want(beats[got-1]) {
				t.Errorf("%s: %d beats, the last is %+v", what, got-before, beats[got-1])
			}
		}
		within("switched", func() {
			n.link("nix/var/nix/profiles/system", "system-3-link")
			n.link("nix/var/nix/profiles/system-3-link", store("c"))
			n.link("run/booted-system", store("b"))
			n.link("run/current-system", store("c"))
		}, func(b wave.HostBeat) bool {
			return b.Generation == 3 && b.System == store("c") && b.Booted == store("b") && b.Next == ""
		})
		within("failed", func() {
			mu.Lock()
			defer mu.Unlock()
			failed = `[{"unit":"vllm.service","active":"failed"}]`
		}, func(b wave.HostBeat) bool { return len(b.FailedUnits) == 1 })
		mu.Lock()
		failed = ""
		mu.Unlock()
		before := bus.count()
		<-time.After(3 * watchEvery)
		if got := bus.count(); got > before+1 {
			t.Errorf("a systemctl that fails made %d beats", got-before)
		}
	})
}

// TestAgentWithoutABus: it goes on, and says once that it is not heard.
func TestAgentWithoutABus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		bus := newEar(t)
		bus.breakWith(errors.New("nobody is there"))
		a, err := New(Config{Host: "h", Machine: plain(t, newNix(t)), Places: []Place{{Env: "dev", Bus: bus, Keeper: bus}}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, a)
		<-time.After(time.Minute)
		bus.breakWith(nil)
		<-time.After(time.Minute)
		if err := a.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		text := log.String()
		for _, want := range []string{`msg="heartbeat is not said in dev"`, `msg="heartbeat is not kept in dev"`, `msg="over: heartbeat is not said in dev"`, `msg="over: heartbeat is not kept in dev"`} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s is not there once:\n%s", want, text)
			}
		}
	})
}

func TestAgentStartsAndStops(t *testing.T) {
	if testing.Short() {
		t.Skip("five hundred starts")
	}
	m, bus := plain(t, newNix(t)), newEar(t)
	daemontest.Stress(t, func() daemon.Service {
		a, err := New(Config{Host: "h", Machine: m, Places: []Place{{Env: "dev", Bus: bus}}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
}

// TestTurns: the hosts of a large lab do not all speak in the same moment.
func TestTurns(t *testing.T) {
	var seconds [10]int
	for i := range 1000 {
		a, err := New(Config{Host: fmt.Sprintf("worker-%d", i), Places: []Place{{Env: "dev", Bus: newEar(t)}}, Now: func() time.Time { return time.Unix(1000, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		wait := a.untilTurn()
		if wait < Every/20 || wait >= Every+Every/20 {
			t.Fatalf("its turn is in %s", wait)
		}
		seconds[int(wait/time.Second)%10]++
	}
	for s, n := range seconds {
		if n < 50 || n > 150 {
			t.Errorf("second %d has %d of 1000 hosts", s, n)
		}
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	bus := newEar(t)
	for want, cfg := range map[string]Config{
		"token":               {Host: "no host!", Places: []Place{{Env: "dev", Bus: bus}}},
		"no environment":      {Host: "h"},
		"no bus is given":     {Host: "h", Places: []Place{{Env: "dev"}}},
		`environment "d e v"`: {Host: "h", Places: []Place{{Env: "d e v", Bus: bus}}},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

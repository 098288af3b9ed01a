package bus

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// declared is everything the bus has in these environments.
func declared(t testing.TB, environments ...string) (streams []topology.Stream, buckets []topology.Bucket) {
	t.Helper()
	lab := &topology.Topology{Lab: topology.Lab{Environments: environments}}
	for _, env := range environments {
		s, b, err := topology.StreamPlan(lab, env)
		if err != nil {
			t.Fatal(err)
		}
		streams, buckets = append(streams, s...), append(buckets, b...)
	}
	return streams, buckets
}

// summary is "action name" per change that is not "same".
func summary(p Plan) []string {
	var out []string
	for _, c := range p.Changes {
		if c.Action != ActionSame {
			out = append(out, string(c.Action)+" "+c.Name)
		}
	}
	return out
}

// Every stream and bucket of three environments is made in one real server,
// and a second time there is nothing to do.
func TestApplyThreeEnvironments(t *testing.T) {
	_, c := lab(t)
	streams, buckets := declared(t, "dev", "staging", "prod")
	want := len(streams) + len(buckets)
	if len(streams) < 33 || len(buckets) < 12 {
		t.Fatalf("the declaration has %d streams and %d buckets", len(streams), len(buckets))
	}
	p, err := c.Plan(t.Context(), streams, buckets)
	if err != nil || p.Count(ActionCreate) != want || p.Empty() {
		t.Fatalf("plan: %v, %v", summary(p), err)
	}
	began := time.Now()
	if p = mustApply(t, c, streams, buckets); p.Count(ActionCreate) != want {
		t.Fatalf("apply: %v", summary(p))
	}
	t.Logf("%d streams and buckets in %s", want, time.Since(began))
	began = time.Now()
	p = mustApply(t, c, streams, buckets)
	t.Logf("nothing to do in %s", time.Since(began))
	if !p.Empty() || p.Count(ActionSame) != want {
		t.Fatalf("second apply: %v %+v", summary(p), p.Changes[0])
	}
	// One environment alone does not see the others as extra.
	streams, buckets = declared(t, "dev")
	if p, err = c.Plan(t.Context(), streams, buckets); err != nil || len(summary(p)) != 0 {
		t.Errorf("plan of one environment: %v, %v", summary(p), err)
	}
}

func TestPlanFindsDrift(t *testing.T) {
	_, c := lab(t)
	old := []topology.Stream{
		{Name: "DEV_A", Environment: "dev", Subjects: []string{"dev.a.>"}, Direct: true, MaxAge: topology.Duration(time.Hour)},
		{Name: "DEV_B", Environment: "dev", Subjects: []string{"dev.b.>"}, Direct: true},
		{Name: "DEV_C", Environment: "dev", Subjects: []string{"dev.c.>"}, Direct: true},
	}
	mustApply(t, c, old, []topology.Bucket{{Name: "DEV_old", Environment: "dev"}})
	store(t, c, "dev.b.x", 0, 3)
	want := []topology.Stream{
		{Name: "DEV_A", Environment: "dev", Subjects: []string{"dev.a.>", "dev.aa.*"}, Direct: true, Atomic: true, MaxAge: topology.Duration(2 * time.Hour), MaxBytes: 1 << 20},
		{Name: "DEV_B", Environment: "dev", Subjects: []string{"dev.b.>"}, Direct: true, Work: true},
		{Name: "DEV_D", Environment: "dev", Subjects: []string{"dev.d.>"}, Direct: true},
	}
	p, err := c.Plan(t.Context(), want, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"blocked DEV_B", "create DEV_D", "update DEV_A", "extra DEV_C", "extra old"}, edit(summary(p))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if b := p.Changes[0]; b.Messages != 3 || b.Bytes == 0 || !strings.Contains(b.Reason, "retention is limits and cannot become") || !strings.Contains(b.Remedy, "nats stream backup DEV_B") {
		t.Errorf("blocked: %+v", b)
	}
	if diff := cmp.Diff([]FieldChange{
		{"subjects", "dev.a.>", "dev.a.>, dev.aa.*"},
		{"max_age", "1h0m0s", "2h0m0s"},
		{"max_bytes", "unlimited", "1048576"},
		{"atomic_batches", "false", "true"},
	}, p.Changes[2].Fields); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// Applying does what can be done and names what cannot.
	_, err = c.Apply(t.Context(), want, nil)
	if err == nil || !strings.Contains(err.Error(), "stream DEV_B") || !strings.Contains(daemon.Hint(err), "backup DEV_B") {
		t.Errorf("apply: %v", err)
	}
	want[1].Work = false
	if p = mustApply(t, c, want, nil); !p.Empty() || p.Count(ActionExtra) != 2 {
		t.Errorf("after apply: %v", summary(p))
	}
	if m, err := c.LastMsg(t.Context(), "DEV_B", ">"); err != nil || m.Seq != 3 {
		t.Errorf("messages were lost: %+v, %v", m, err)
	}
}

// edit shortens the names of buckets.
func edit(list []string) []string {
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "DEV_old", "old")
	}
	return list
}

// What somebody set by hand and no declaration speaks about stays.
func TestApplyKeepsWhatIsNotDeclared(t *testing.T) {
	_, c := lab(t)
	s := topology.Stream{Name: "DEV_A", Environment: "dev", Subjects: []string{"dev.a.>"}, Direct: true}
	mustApply(t, c, []topology.Stream{s}, nil)
	js := c.control.js
	stream, err := js.Stream(t.Context(), "DEV_A")
	if err != nil {
		t.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	cfg.MaxMsgSize, cfg.Metadata["note"] = 1000, "by hand"
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	s.MaxAge = topology.Duration(time.Hour)
	if p := mustApply(t, c, []topology.Stream{s}, nil); len(p.Changes[0].Fields) != 1 {
		t.Errorf("changes %+v", p.Changes[0].Fields)
	}
	if stream, err = js.Stream(t.Context(), "DEV_A"); err != nil {
		t.Fatal(err)
	}
	if cfg := stream.CachedInfo().Config; cfg.MaxMsgSize != 1000 || cfg.Metadata["note"] != "by hand" || cfg.MaxAge != time.Hour {
		t.Errorf("now %+v", cfg)
	}
}

func TestApplyErrors(t *testing.T) {
	s := startServer(t, embedded.Options{MaxStore: 1 << 20})
	c := connect(t, Options{Server: s.ClientURL()})
	for hint, s := range map[string]topology.Stream{
		"raise jetstream { store }": {Name: "DEV_BIG", Subjects: []string{"dev.big"}, MaxBytes: 1 << 30},
		"replicas = 1":              {Name: "DEV_THREE", Subjects: []string{"dev.three"}, Replicas: 3},
	} {
		_, err := c.Apply(t.Context(), []topology.Stream{s}, nil)
		if err == nil || !strings.Contains(daemon.Hint(err), hint) {
			t.Errorf("%s: got %v (%s)", s.Name, err, daemon.Hint(err))
		}
	}
	a := topology.Stream{Name: "DEV_A", Environment: "dev", Subjects: []string{"dev.x.>"}}
	b := topology.Stream{Name: "DEV_B", Environment: "dev", Subjects: []string{"dev.x.y"}}
	mustApply(t, c, []topology.Stream{a}, nil)
	if _, err := c.Apply(t.Context(), []topology.Stream{a, b}, nil); err == nil || !strings.Contains(daemon.Hint(err), "another stream captures") {
		t.Errorf("overlap: %v", err)
	}
	far := topology.Stream{Name: "DEV_FAR", Environment: "dev", Subjects: []string{"dev.far"}, Domain: "robot"}
	p, err := c.Apply(t.Context(), []topology.Stream{a, far}, nil)
	if err == nil || !strings.Contains(daemon.Hint(err), "robot") || p.Count(ActionUnreachable) != 1 {
		t.Errorf("leaf that is not there: %v, %v", err, summary(p))
	}
}

func TestApplyWithoutJetStream(t *testing.T) {
	c := connect(t, Options{Server: plainServer(t)})
	streams, buckets := declared(t, "dev")
	_, err := c.Apply(t.Context(), streams, buckets)
	if !errors.Is(err, ErrNoJetStream) || !strings.Contains(daemon.Hint(err), "JetStream") {
		t.Errorf("got %v", err)
	}
	if err := c.Read(t.Context(), "DEV_LOG", ReadOptions{}, nil); !errors.Is(err, ErrNoJetStream) {
		t.Errorf("read: %v", err)
	}
}

// plainServer is a server without JetStream.
func plainServer(t *testing.T) string {
	return startServer(t, embedded.Options{ConfigFile: configFile(t, "listen: 127.0.0.1:-1\n"), StoreDir: "none"}).ClientURL()
}

// BenchmarkLabStart measures what a lab waits for before its first wave: the
// server, the connection and the streams of one environment.
func BenchmarkLabStart(b *testing.B) {
	streams, buckets := declared(b, "dev")
	for _, again := range []bool{false, true} {
		b.Run(fmt.Sprintf("again=%t", again), func(b *testing.B) {
			dir := b.TempDir()
			for b.Loop() {
				if !again {
					dir = b.TempDir()
				}
				s, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: dir})
				if err != nil {
					b.Fatal(err)
				}
				c, err := Connect(b.Context(), Options{InProcess: s})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Apply(b.Context(), streams, buckets); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				c.Close()
				if err := s.Stop(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

package prom_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/metric/prom"
)

func scrape(t *testing.T, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in:\n%s", line, text)
		}
	}
}

func TestRegistryTellsWhatSourcesTell(t *testing.T) {
	t.Parallel()
	r := prom.New("nimmer-test", "1.2", nil)
	var took metric.Meter
	took.Observe(20 * time.Millisecond)
	r.Add("gates", metric.Func(func(_ context.Context, to metric.Sink) error {
		to.Tell(metric.GateValue, 0.5, "dev", "pressure", "virtual")
		to.Tell(metric.CoreRejects, 3, "dev")
		to.TellSizes(metric.CoreStores, took.Sizes(), "dev")
		return nil
	}))
	text := scrape(t, r.Handler())
	has(t, text,
		"# HELP nimmer_gate_value The gate's value, -1 (closed) to 1 (open).",
		"# TYPE nimmer_gate_value gauge",
		`nimmer_gate_value{environment="dev",garden="virtual",gate="pressure"} 0.5`,
		"# TYPE nimmer_core_rejects_total counter",
		`nimmer_core_rejects_total{environment="dev"} 3`,
		`nimmer_core_store_seconds_bucket{environment="dev",le="0.025"} 1`,
		`nimmer_core_store_seconds_count{environment="dev"} 1`,
		`nimmer_metrics_failures_total{part="gates"} 0`,
	)
	if !strings.Contains(text, `nimmer_build_info{goversion="go`) || !strings.Contains(text, "go_goroutines ") {
		t.Errorf("nothing about the process:\n%s", text)
	}
}

// TestOneBadPartSilencesNobody: a part that fails, and one that tells with the wrong labels, are counted and
// logged; the others are heard.
func TestOneBadPartSilencesNobody(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := prom.New("nimmer-test", "", slog.New(slog.NewTextHandler(&log, nil)))
	r.Add("broken", metric.Func(func(context.Context, metric.Sink) error { return errors.New("the loop is stuck") }))
	r.Add("clumsy", metric.Func(func(_ context.Context, to metric.Sink) error {
		to.Tell(metric.GateValue, 1, "one label too few")
		return nil
	}))
	r.Add("well", metric.Func(func(_ context.Context, to metric.Sink) error {
		to.Tell(metric.Ready, 1)
		return nil
	}))
	h := r.Handler()
	scrape(t, h)
	text := scrape(t, h)
	has(t, text, "nimmer_ready 1", `nimmer_metrics_failures_total{part="broken"} 2`, `nimmer_metrics_failures_total{part="well"} 0`)
	if strings.Contains(text, "nimmer_gate_value") {
		t.Errorf("a value without its labels was told:\n%s", text)
	}
	if n := strings.Count(log.String(), "the loop is stuck"); n != 1 {
		t.Errorf("said %d times that a part fails, want once: %s", n, log.String())
	}
	if !strings.Contains(log.String(), "inconsistent label") {
		t.Errorf("nothing about the wrong labels: %s", log.String())
	}
}

// TestTwoRegistries: nothing is global.
func TestTwoRegistries(t *testing.T) {
	t.Parallel()
	a, b := prom.New("a", "", nil), prom.New("b", "", nil)
	a.Add("x", metric.Func(func(_ context.Context, to metric.Sink) error { to.Tell(metric.Ready, 1); return nil }))
	if text := scrape(t, b.Handler()); strings.Contains(text, "nimmer_ready") || !strings.Contains(text, `process="b"`) {
		t.Errorf("b tells what a tells:\n%s", text)
	}
}

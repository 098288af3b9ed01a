package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// checkLimit is how long a check may take before it counts as failed.
const checkLimit = 2 * time.Second

// Stage is where a process is in its life.
type Stage string

// The stages, in order.
const (
	StageStarting Stage = "starting"
	StageReady    Stage = "ready"
	StageStopping Stage = "stopping"
)

// Health answers whether a process is alive (/healthz: its vital checks pass) and ready (/readyz: it has
// started, is not stopping, and all checks pass). 200 means yes, 503 no; the body says why in JSON. The zero
// Health is ready to use.
type Health struct {
	mu     sync.Mutex
	stage  Stage
	checks []check
}

type check struct {
	name  string
	vital bool
	fn    func(ctx context.Context) error
}

// Check adds a check that decides whether the process is ready, like its connection to the bus.
func (h *Health) Check(name string, fn func(ctx context.Context) error) { h.add(name, false, fn) }

// Vital adds a check that decides whether the process is alive at all: one that fails here should be
// restarted.
func (h *Health) Vital(name string, fn func(ctx context.Context) error) { h.add(name, true, fn) }

func (h *Health) add(name string, vital bool, fn func(ctx context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks = append(h.checks, check{name: name, vital: vital, fn: fn})
}

// Set says where the process is. Run does it for the Health it is given.
func (h *Health) Set(s Stage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stage = s
}

// HealthReport is the body of an answer.
type HealthReport struct {
	FormatVersion int           `json:"format_version"`
	OK            bool          `json:"ok"`
	Stage         Stage         `json:"stage"`
	Checks        []CheckReport `json:"checks"`
}

// CheckReport is one check's result.
type CheckReport struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// Alive runs the vital checks.
func (h *Health) Alive(ctx context.Context) HealthReport { return h.report(ctx, true) }

// Ready runs all checks.
func (h *Health) Ready(ctx context.Context) HealthReport { return h.report(ctx, false) }

func (h *Health) report(ctx context.Context, vitalOnly bool) HealthReport {
	h.mu.Lock()
	stage := h.stage
	checks := append([]check(nil), h.checks...)
	h.mu.Unlock()
	if stage == "" {
		stage = StageStarting
	}
	r := HealthReport{FormatVersion: 1, OK: vitalOnly || stage == StageReady, Stage: stage, Checks: []CheckReport{}}
	var wg sync.WaitGroup
	results := make([]CheckReport, len(checks))
	for i, c := range checks {
		if vitalOnly && !c.vital {
			continue
		}
		wg.Go(func() { results[i] = c.run(ctx) })
	}
	wg.Wait()
	for _, c := range results {
		if c.Name == "" {
			continue
		}
		r.OK = r.OK && c.OK
		r.Checks = append(r.Checks, c)
	}
	return r
}

func (c check) run(ctx context.Context) CheckReport {
	ctx, cancel := context.WithTimeoutCause(ctx, checkLimit, fmt.Errorf("no answer within %v", checkLimit))
	defer cancel()
	err := c.fn(ctx)
	if err == nil {
		return CheckReport{Name: c.name, OK: true}
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return CheckReport{Name: c.name, Error: err.Error(), Hint: Hint(err)}
}

// ServeHTTP answers GET and HEAD of /healthz and /readyz.
func (h *Health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	var report HealthReport
	switch r.URL.Path {
	case "/healthz":
		report = h.Alive(r.Context())
	case "/readyz":
		report = h.Ready(r.Context())
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !report.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	body, err := json.Marshal(report)
	if err != nil {
		return
	}
	_, _ = w.Write(append(body, '\n')) // who asked has gone
}

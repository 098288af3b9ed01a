// Package prom exposes what a process tells about itself in Prometheus' formats. It is the only place that
// knows the Prometheus client.
package prom

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// patience is how long a part may take to tell its metrics: less than a scrape's usual limit, so that the
// other parts are heard.
const patience = 2 * time.Second

// Registry holds the sources of one process. There is no global one.
type Registry struct {
	registry *prometheus.Registry
	logger   *slog.Logger
}

// New makes the registry of a process, with what the Go runtime and the operating system tell about it.
func New(process, version string, logger *slog.Logger) *Registry {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	r := &Registry{registry: prometheus.NewPedanticRegistry(), logger: logger}
	r.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.Add("build", metric.Func(func(_ context.Context, to metric.Sink) error {
		to.Tell(metric.BuildInfo, 1, process, cmp.Or(version, "unknown"), runtime.Version())
		return nil
	}))
	return r
}

// Add lets a part of the process tell its metrics, under a name for errors. It may be added while others are
// asked.
func (r *Registry) Add(part string, s metric.Source) {
	r.registry.MustRegister(&collector{part: part, source: s, logger: r.logger})
}

// Handler answers scrapes. What one part cannot tell does not keep the others from being heard.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.registry, promhttp.HandlerOpts{
		ErrorLog: complaints{r.logger}, ErrorHandling: promhttp.ContinueOnError,
		EnableOpenMetrics: true, MaxRequestsInFlight: 8,
	})
}

// complaints hands what goes wrong in a scrape to the logger.
type complaints struct{ logger *slog.Logger }

// Println implements promhttp.Logger.
func (c complaints) Println(v ...any) { c.logger.Warn("metrics: " + fmt.Sprint(v...)) }

// collector is one source in the client's form. It describes nothing beforehand: what a source tells depends
// on what is declared.
type collector struct {
	part     string
	source   metric.Source
	logger   *slog.Logger
	failures atomic.Uint64
	failing  atomic.Bool
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, fmt.Errorf("no answer within %s", patience))
	defer cancel()
	to := sink{out}
	err := c.source.Metrics(ctx, to)
	if err != nil {
		c.failures.Add(1)
	}
	if was := c.failing.Swap(err != nil); err != nil && !was {
		c.logger.Warn("part tells no metrics", "part", c.part, "err", err)
	}
	to.Tell(metric.Telling, float64(c.failures.Load()), c.part)
}

// sink turns what is told into the client's metrics.
type sink struct{ out chan<- prometheus.Metric }

// Tell implements metric.Sink.
func (s sink) Tell(d *metric.Def, value float64, labels ...string) {
	kind := prometheus.GaugeValue
	if d.Kind == metric.Counter {
		kind = prometheus.CounterValue
	}
	m, err := prometheus.NewConstMetric(desc(d), kind, value, labels...)
	s.send(d, m, err)
}

// TellSizes implements metric.Sink.
func (s sink) TellSizes(d *metric.Def, h metric.Sizes, labels ...string) {
	m, err := prometheus.NewConstHistogram(desc(d), h.Count, h.Sum, h.Buckets, labels...)
	s.send(d, m, err)
}

func (s sink) send(d *metric.Def, m prometheus.Metric, err error) {
	if err != nil {
		m = prometheus.NewInvalidMetric(desc(d), err)
	}
	s.out <- m
}

func desc(d *metric.Def) *prometheus.Desc {
	return prometheus.NewDesc(d.Name, d.Help, d.Labels, nil)
}

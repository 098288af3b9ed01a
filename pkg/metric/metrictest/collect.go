// Package metrictest reads what a source tells, for tests.
package metrictest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

// Told is what a source told: by name and labels, as `nimmer_gate_value{dev,pressure,virtual}`. Of a histogram
// it is the count.
type Told map[string]float64

// Collect asks a source. Labels that do not fit their declaration, a value that is told twice and a metric
// that is not declared fail the test.
func Collect(t testing.TB, s metric.Source) Told {
	t.Helper()
	c := &collector{t: t, told: Told{}}
	if err := s.Metrics(t.Context(), c); err != nil {
		t.Errorf("tell metrics: %v", err)
	}
	return c.told
}

type collector struct {
	t    testing.TB
	mu   sync.Mutex
	told Told
}

// Tell implements metric.Sink.
func (c *collector) Tell(d *metric.Def, value float64, labels ...string) { c.note(d, value, labels) }

// TellSizes implements metric.Sink.
func (c *collector) TellSizes(d *metric.Def, h metric.Sizes, labels ...string) {
	c.note(d, float64(h.Count), labels)
}

func (c *collector) note(d *metric.Def, value float64, labels []string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	key := d.Name
	if len(labels) > 0 {
		key += "{" + strings.Join(labels, ",") + "}"
	}
	if metric.Find(d.Name) != d {
		c.t.Errorf("%s is not declared", key)
	}
	if len(labels) != len(d.Labels) {
		c.t.Errorf("%s has the labels %v", key, d.Labels)
	}
	if _, twice := c.told[key]; twice {
		c.t.Errorf("%s is told twice", key)
	}
	c.told[key] = value
}

// Want says which of the values are others than wanted.
func (told Told) Want(t testing.TB, want Told) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got, ok := told[key]; !ok || got != want[key] {
			t.Errorf("%s is %v (told: %v), want %v", key, got, ok, want[key])
		}
	}
}

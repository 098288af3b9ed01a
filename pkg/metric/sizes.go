package metric

import (
	"sync"
	"time"
)

// Sizes is a histogram as it stood at one moment.
type Sizes struct {
	Count uint64
	Sum   float64
	// Buckets hold how many were at most so large.
	Buckets map[float64]uint64
}

// Seconds are the bounds for durations: from a millisecond to two minutes.
var Seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}

// Meter measures sizes. The zero Meter measures in Seconds; several goroutines may use it.
type Meter struct {
	mu     sync.Mutex
	counts [17]uint64 // one for each bound, and the rest
	count  uint64
	sum    float64
}

// Observe notes one duration.
func (m *Meter) Observe(d time.Duration) {
	seconds := d.Seconds()
	i := 0
	for i < len(Seconds) && seconds > Seconds[i] {
		i++
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[i]++
	m.count++
	m.sum += seconds
}

// Sizes returns what was measured so far.
func (m *Meter) Sizes() Sizes {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Sizes{Count: m.count, Sum: m.sum, Buckets: make(map[float64]uint64, len(Seconds))}
	var below uint64
	for i, bound := range Seconds {
		below += m.counts[i]
		s.Buckets[bound] = below
	}
	return s
}

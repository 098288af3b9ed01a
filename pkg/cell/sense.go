package cell

import (
	"cmp"
	"context"
	"math"
	"os"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/common"
)

// Regions of the sensor cells: the resource that is short.
const (
	RegionProcessor = "processor"
	RegionMemory    = "memory"
	RegionDisk      = "disk"
	RegionNetwork   = "network"
	RegionHeat      = "heat"
	RegionEnergy    = "energy"
)

// MaxPressure is the most confidence a sensor ever has (0.95): no measurement is
// the whole truth.
const MaxPressure = 0.95

// Reading is what a sensor saw.
type Reading struct {
	Region     string  // the resource it is about
	Confidence float64 // 0..MaxPressure: how strongly that resource is under pressure
	Content    any     // the figures, as a struct with JSON tags that carry the units
}

// Sensor measures one thing. Read is called by one goroutine at a time; the
// first reading has no past to compare with and says so by leaving rates out.
type Sensor interface {
	Read(ctx context.Context, now time.Time) (Reading, error)
}

// Machine says where a sensor looks. The zero value is this machine.
type Machine struct {
	Proc string // root of procfs [/proc]
	Sys  string // root of sysfs [/sys]
	Disk string // the file system whose fullness is told [/]
	Self int    // process that is never named as the cause [this one]
}

func (m Machine) proc() string { return cmp.Or(m.Proc, "/proc") }
func (m Machine) sys() string  { return cmp.Or(m.Sys, "/sys") }
func (m Machine) disk() string { return cmp.Or(m.Disk, "/") }

// self is the process that is never named as the cause.
func (m Machine) self() int {
	if m.Self != 0 {
		return m.Self
	}
	return os.Getpid()
}

// context tells gopsutil which roots to read.
func (m Machine) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, common.EnvKey, common.EnvMap{
		common.HostProcEnvKey: m.proc(), common.HostSysEnvKey: m.sys(),
	})
}

// ramp rises from 0 at low to 1 at high.
func ramp(x, low, high float64) float64 {
	if math.IsNaN(x) || x <= low {
		return 0
	}
	return min(1, (x-low)/(high-low))
}

// strain turns the share of a resource that was in use into confidence: nearly
// all of it for two seconds, or about half of it for three. Less, or shorter, is
// ordinary life: a page that loads, a program that starts. One busy program on
// a machine of two processors (half in use) reads 0.56, all processors busy 0.95.
func strain(s *sustained) float64 {
	return max(MaxPressure*ramp(s.over(2*time.Second), 0.85, 0.97), 0.7*ramp(s.over(3*time.Second), 0.30, 0.55))
}

// sustained remembers how much of something was in use lately, so that a level
// counts only when it lasted.
type sustained struct{ spans []span }

type span struct {
	d     time.Duration
	level float64
}

const (
	longest    = 4 * time.Second        // what is remembered
	groupSpan  = 900 * time.Millisecond // shorter spans are averaged together
	shortTimer = 0.9                    // a timer that is a little early still counts
)

// add notes the mean level over the last d.
func (s *sustained) add(d time.Duration, level float64) {
	if d <= 0 || math.IsNaN(level) {
		return
	}
	s.spans = append(s.spans, span{d, min(max(level, 0), 1)})
	total := time.Duration(0)
	for i, one := range slices.Backward(s.spans) {
		if total += one.d; total > longest {
			s.spans = s.spans[i:]
			return
		}
	}
}

// over is the lowest level of the pieces of about a second that make up the
// last d; 0 when less than d was seen.
func (s *sustained) over(d time.Duration) float64 {
	lowest, total := 1.0, time.Duration(0)
	group, weighted := time.Duration(0), 0.0
	for _, one := range slices.Backward(s.spans) {
		group += one.d
		weighted += one.level * float64(one.d)
		if group < groupSpan {
			continue
		}
		total += group
		lowest = min(lowest, weighted/float64(group))
		group, weighted = 0, 0
		if float64(total) >= shortTimer*float64(d) {
			return lowest
		}
	}
	return 0
}

// round keeps figures readable: four decimals.
func round(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*1e4) / 1e4
}

// rate is the growth of a counter per second; a counter that went back (a
// device that came anew) gives 0.
func rate(now, before uint64, d time.Duration) float64 {
	if now < before || d <= 0 {
		return 0
	}
	return round(float64(now-before) / d.Seconds())
}

// sticky keeps the region of the sensors that look at several resources from
// changing while nothing much differs: another one takes over when its
// confidence is more than 0.1 above.
type sticky struct{ region string }

func (s *sticky) choose(first string, confidence map[string]float64) string {
	if s.region == "" {
		s.region = first
	}
	for _, r := range []string{RegionProcessor, RegionMemory, RegionDisk} {
		if confidence[r] > confidence[s.region]+0.1 {
			s.region = r
		}
	}
	return s.region
}

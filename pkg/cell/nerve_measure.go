package cell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// criterion is a figure that shows a pressure: from what value on it begins to,
// and what it must reach to prove it.
type criterion struct {
	figure     string
	begins, at float64
	value      func(map[string]Reading) (float64, bool)
}

// criteria are what proves that a resource is short, one figure is enough.
// Where a sensor says something only after a while (strain), the plain figure of
// the measured time counts here.
var criteria = map[string][]criterion{
	RegionProcessor: {
		{"busy_share", 0.10, 0.45, pick("cpu", func(f CPUFigures) *float64 { return f.BusyShare })},
		{"processor_stall_share", 0.10, 0.45, pick("load", func(f LoadFigures) *float64 { return f.ProcessorStallShare })},
	},
	RegionMemory: {
		{"used_share", 0.70, 0.88, pick("memory", func(f MemoryFigures) *float64 { return &f.UsedShare })},
		{"memory_stall_share", 0, 0.05, pick("load", func(f LoadFigures) *float64 { return f.MemoryStallShare })},
	},
	RegionDisk: {
		{"busy_share", 0.20, 0.60, pick("disk", func(f DiskFigures) *float64 { return f.BusyShare })},
		{"disk_stall_share", 0.05, 0.25, pick("load", func(f LoadFigures) *float64 { return f.DiskStallShare })},
		{"file_system_used_share", 0.90, 0.95, pick("disk", func(f DiskFigures) *float64 { return &f.FileSystemUsedShare })},
	},
	RegionNetwork: {
		{"used_share", 0.30, 0.70, pick("network", func(f NetworkFigures) *float64 { return f.UsedShare })},
		{"dropped_packets_per_second", 0, 1, pick("network", func(f NetworkFigures) *float64 { return f.DroppedPacketsPerSecond })},
	},
	RegionHeat: {
		{"celsius_under_critical", -40, -20, pick("temperature", func(f HeatFigures) *float64 { return new(f.Celsius - f.CriticalCelsius) })},
	},
	RegionEnergy: {
		{"used_up_share", 0.5, 0.7, pick("battery", func(f BatteryFigures) *float64 {
			if !f.Discharging {
				return new(0.0)
			}
			return new(1 - f.ChargeShare)
		})},
	},
}

// pick reads one figure from the reading of one sensor.
func pick[F any](sensor string, figure func(F) *float64) func(map[string]Reading) (float64, bool) {
	return func(readings map[string]Reading) (float64, bool) {
		f, ok := readings[sensor].Content.(F)
		if !ok {
			return 0, false
		}
		v := figure(f)
		return valueOf(v), v != nil
	}
}

// usedFor says which sensors a region is measured with.
var usedFor = map[string][]string{
	RegionProcessor: {"cpu", "load"}, RegionMemory: {"memory", "load"}, RegionDisk: {"disk", "load"},
	RegionNetwork: {"network"}, RegionHeat: {"temperature"}, RegionEnergy: {"battery"},
}

// meter is the measuring hand of the real garden: sensors of its own, looked at
// when the gate opened and again at the end.
type meter struct {
	sensors  map[string]Sensor
	readings map[string]Reading
}

func newMeter(m Machine) *meter {
	out := &meter{sensors: map[string]Sensor{}, readings: map[string]Reading{}}
	for name, makeSensor := range sensorOf {
		out.sensors[name] = makeSensor(m)
	}
	return out
}

// look reads the sensors of a region; the error says why none can be.
func (m *meter) look(ctx context.Context, region string, now time.Time) error {
	names := usedFor[region]
	if len(names) == 0 {
		return fmt.Errorf("no sensor measures %q", region)
	}
	clear(m.readings)
	var errs []error
	for _, name := range names {
		r, err := m.sensors[name].Read(ctx, now)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		m.readings[name] = r
	}
	if len(m.readings) > 0 {
		return nil
	}
	return errors.Join(errs...)
}

// judgement is what was measured, held against what was claimed.
type judgement struct {
	Resource    string       `json:"resource"`
	Figure      string       `json:"figure"` // the one that shows most
	Measured    float64      `json:"measured"`
	AtLeast     float64      `json:"at_least"` // what proves the claim
	Outcome     wave.Verdict `json:"outcome"`
	Discrepancy float64      `json:"discrepancy"`
}

// partialFrom is how much of the way to the proof still counts as partly true.
const partialFrom = 0.3

// judge compares the figures of the latest look with the criteria.
func (m *meter) judge(region string) judgement {
	out, best := judgement{Resource: region, Outcome: wave.Failed, Discrepancy: 1}, -1.0
	for _, c := range criteria[region] {
		v, ok := c.value(m.readings)
		if !ok {
			continue
		}
		if way := (v - c.begins) / (c.at - c.begins); way > best {
			best = way
			out.Figure, out.Measured, out.AtLeast = c.figure, round(v), c.at
		}
	}
	switch {
	case best >= 1:
		out.Outcome, out.Discrepancy = wave.Confirmed, 0
	case best >= partialFrom:
		out.Outcome, out.Discrepancy = wave.Partial, round(1-best)
	}
	return out
}

func (j judgement) reason() string {
	return fmt.Sprintf("%s: %s was %.4g, expected at least %.4g", j.Outcome, j.Figure, j.Measured, j.AtLeast)
}

// outcome is the judgement as a teacher of the gate.
func (j judgement) outcome(gate, transition string, by wave.By, now time.Time) wave.Outcome {
	expected, _ := marshal(map[string]any{"resource": j.Resource, "figure": j.Figure, "at_least": j.AtLeast})
	actual, _ := marshal(map[string]any{j.Figure: j.Measured})
	return wave.Outcome{
		ID: wave.OutcomeID(transition, by, j.Outcome), Gate: gate, Transition: transition, Outcome: j.Outcome,
		Expected: expected, Actual: actual, Discrepancy: new(j.Discrepancy), By: by, Time: now,
	}
}

package cell

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// fakeMachine writes a simulated /proc and /sys.
type fakeMachine struct {
	t    *testing.T
	root string
}

func newFakeMachine(t *testing.T) fakeMachine {
	t.Helper()
	f := fakeMachine{t, t.TempDir()}
	f.write("proc/cpuinfo", "processor\t: 0\n\nprocessor\t: 1\n\n")
	return f
}

func (f fakeMachine) write(path, content string) {
	f.t.Helper()
	path = filepath.Join(f.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f fakeMachine) machine() Machine {
	return Machine{Proc: filepath.Join(f.root, "proc"), Sys: filepath.Join(f.root, "sys"), Disk: f.root, Self: 4242}
}

// steps reads a sensor once a second; before each reading change is called with
// the number of the step.
func steps(t *testing.T, s Sensor, n int, change func(step int)) []Reading {
	t.Helper()
	out := make([]Reading, n)
	for i := range out {
		change(i)
		r, err := s.Read(context.Background(), time.Unix(1_700_000_000+int64(i), 0))
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if r.Confidence < 0 || r.Confidence > MaxPressure || math.IsNaN(r.Confidence) {
			t.Fatalf("step %d: confidence %v", i, r.Confidence)
		}
		if _, err := json.Marshal(r.Content); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		out[i] = r
	}
	return out
}

func confidences(readings []Reading) []float64 {
	out := make([]float64, len(readings))
	for i, r := range readings {
		out[i] = round(r.Confidence)
	}
	return out
}

func TestSustained(t *testing.T) {
	second := func(levels ...float64) *sustained {
		s := &sustained{}
		for _, l := range levels {
			s.add(time.Second, l)
		}
		return s
	}
	tests := []struct {
		name string
		s    *sustained
		over time.Duration
		want float64
	}{
		{"nothing seen", second(), time.Second, 0},
		{"too little seen", second(1), 2 * time.Second, 0},
		{"a spike", second(0, 1, 0), 2 * time.Second, 0},
		{"lasting", second(0, 1, 1), 2 * time.Second, 1},
		{"the lowest counts", second(1, 0.5, 0.75), 3 * time.Second, 0.5},
		{"old ones do not", second(0, 0, 0, 1, 1, 1), 3 * time.Second, 1},
		{"clamped", second(7, 7, math.NaN()), 2 * time.Second, 1},
	}
	for _, tt := range tests {
		if got := tt.s.over(tt.over); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	fast := &sustained{}
	for i := range 20 { // ten a second, every second one idle
		fast.add(100*time.Millisecond, float64(i%2))
	}
	if got := fast.over(2 * time.Second); got < 0.4 || got > 0.6 {
		t.Errorf("fast samples: %v, want their mean", got)
	}
	slow := &sustained{}
	slow.add(5*time.Second, 0.8)
	slow.add(5*time.Second, 0.9)
	if got := slow.over(3 * time.Second); got != 0.9 {
		t.Errorf("slow samples: %v, want the last", got)
	}
}

func TestStrain(t *testing.T) {
	tests := []struct {
		name     string
		levels   []float64
		low, top float64
	}{
		{"idle", []float64{0.02, 0.1, 0.03, 0.05}, 0, 0},
		{"a quarter in use", []float64{0.25, 0.25, 0.25, 0.25}, 0, 0},
		{"one second of everything", []float64{0, 1, 0, 0}, 0, 0},
		{"a second and a half, at the worst place", []float64{0, 0.75, 0.75, 0}, 0, 0.2},
		{"one hog of two", []float64{0.5, 0.5, 0.5}, 0.5, 0.6},
		{"everything for two seconds", []float64{0.5, 1, 1}, 0.95, 0.95},
		{"everything", []float64{1, 1, 1, 1}, 0.95, 0.95},
	}
	for _, tt := range tests {
		s := &sustained{}
		for _, l := range tt.levels {
			s.add(time.Second, l)
		}
		if got := strain(s); got < tt.low || got > tt.top {
			t.Errorf("%s: %v, want %v..%v", tt.name, got, tt.low, tt.top)
		}
	}
}

func TestMemorySensor(t *testing.T) {
	f := newFakeMachine(t)
	meminfo := func(available string) {
		f.write("proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 1000 kB\nMemAvailable: "+available+" kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n")
	}
	got := steps(t, &memorySensor{machine: f.machine()}, 6, func(i int) {
		meminfo([]string{"900000", "20000", "900000", "20000", "20000", "10000"}[i])
	})
	want := []float64{0, 0, 0, 0, 0.95, 0.95}
	for i, c := range confidences(got) {
		if c != want[i] {
			t.Errorf("step %d: confidence %v, want %v", i, c, want[i])
		}
	}
	figures := got[5].Content.(MemoryFigures)
	if figures != (MemoryFigures{TotalBytes: 1_024_000_000, AvailableBytes: 10_240_000, UsedShare: 0.99, SwapTotalBytes: 102_400, SwapUsedBytes: 40_960}) {
		t.Errorf("figures %+v", figures)
	}
}

func TestSticky(t *testing.T) {
	var s sticky
	moves := []struct {
		confidence map[string]float64
		want       string
	}{
		{map[string]float64{}, RegionProcessor},
		{map[string]float64{RegionMemory: 0.1}, RegionProcessor},
		{map[string]float64{RegionMemory: 0.2}, RegionMemory},
		{map[string]float64{RegionMemory: 0.2, RegionProcessor: 0.25}, RegionMemory},
		{map[string]float64{RegionProcessor: 0.9, RegionDisk: 0.95}, RegionProcessor},
		{map[string]float64{}, RegionProcessor},
	}
	for i, m := range moves {
		if got := s.choose(RegionProcessor, m.confidence); got != m.want {
			t.Errorf("move %d: %s, want %s", i, got, m.want)
		}
	}
}

func TestParsePmset(t *testing.T) {
	got, err := parsePmset("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4522083)\t87%; discharging; 4:05 remaining present: true\n")
	if err != nil || got != (BatteryFigures{Battery: "InternalBattery-0", ChargeShare: 0.87, Discharging: true}) {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = parsePmset("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged; 0:00 remaining present: true\n")
	if err != nil || got.Discharging || got.ChargeShare != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err = parsePmset("Now drawing from 'AC Power'\n"); err == nil {
		t.Error("a machine without battery has one")
	}
}

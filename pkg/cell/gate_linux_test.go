package cell

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// playground is a simulated machine of two processors, its sensor cells, and the
// pressure gate with its defaults.
type playground struct {
	t       *testing.T
	fake    fakeMachine
	sensors map[string]Sensor
	kernel  *gate.Kernel
	effects gate.Effects
	now     time.Time
	cpu     [2]int      // ticks busy and idle
	hogs    map[int]int // ticks of each process
	stall   int         // microseconds
	opened  []string
	closed  []string
}

func newPlayground(t *testing.T) *playground {
	p := &playground{t: t, fake: newFakeMachine(t), sensors: map[string]Sensor{}, hogs: map[int]int{}, now: time.Unix(1_700_000_000, 0)}
	for _, name := range []string{"cpu", "memory", "disk", "network", "load", "process"} {
		p.sensors[name] = sensorOf[name](p.fake.machine())
	}
	p.fake.write("proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 1000 kB\nMemAvailable: 700000 kB\n")
	p.fake.write("proc/net/dev", "a\nb\n")
	p.fake.write("proc/diskstats", "254 0 vda 10 0 0 5 10 0 0 5 0 0 5\n")
	p.fake.write("proc/self/task/1/stat", "1 (cell) R 0")
	p.fake.write("proc/1/stat", stat(1, 0, "init", 1, 0, 1, 500))
	spec := gate.Defaults("pressure")
	p.kernel = gate.New(gate.Options{})
	if _, err := p.kernel.Add(spec); err != nil {
		t.Fatal(err)
	}
	return p
}

// second lets a second pass in which each process used so much of a processor,
// and everybody speaks at its end.
func (p *playground) second(use map[int]float64) {
	p.t.Helper()
	total, running := 0.0, 1 // the cell itself
	for pid, u := range use {
		total += u
		p.hogs[pid] += int(100 * u)
		p.fake.write(fmt.Sprintf("proc/%d/stat", pid), stat(pid, 1, fmt.Sprintf("p%d", pid), p.hogs[pid], 0, 1, 10))
		if u > 0.4 {
			running++
		}
	}
	busy := int(100 * min(2, total))
	p.cpu[0], p.cpu[1] = p.cpu[0]+busy, p.cpu[1]+200-busy
	p.stall += int(1e6 * min(1, max(0, total-1.5)/2))
	p.fake.write("proc/stat", procStat(p.cpu[0], p.cpu[1]))
	p.fake.write("proc/loadavg", fmt.Sprintf("0.10 0.10 0.10 %d/91 77\n", running))
	p.fake.write("proc/pressure/cpu", fmt.Sprintf("some avg10=0.00 total=%d\n", p.stall))
	p.now = p.now.Add(time.Second)
	for _, name := range []string{"cpu", "memory", "disk", "network", "load", "process"} {
		r, err := p.sensors[name].Read(context.Background(), p.now)
		if err != nil {
			p.t.Fatalf("%s: %v", name, err)
		}
		w := gate.Wave{Source: name + "-box", Confidence: r.Confidence, Valence: 1, Time: gate.At(p.now)}
		if err := w.Meaning.Set(p.kernel.Spec(0).Embedder, r.Region, nil, nil); err != nil {
			p.t.Fatal(err)
		}
		if err := p.kernel.Hear(0, &w, &p.effects); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, tr := range p.effects.Transitions {
		at := tr.Time.Std().Sub(time.Unix(1_700_000_000, 0)).String()
		if tr.To == gate.Open {
			p.opened = append(p.opened, at)
		} else {
			p.closed = append(p.closed, at)
		}
	}
	p.effects.Reset()
}

// calm plays ordinary life: small work, and now and then a short burst.
func (p *playground) calm(r *rand.Rand, seconds int) {
	for s := range seconds {
		use := map[int]float64{50: 0.2 * r.Float64(), 51: 0.1 * r.Float64()}
		switch s % 60 {
		case 20: // a program that starts and ends
			use[52] = 1
		case 40, 41: // a page that loads: not quite two seconds
			use[52], use[53] = 0.8, 0.6
		case 50, 51: // a program of a second and a half, over two looks
			use[54] = 0.75
		}
		p.second(use)
	}
}

func TestPressureGateStaysStableInOrdinaryLife(t *testing.T) {
	p := newPlayground(t)
	p.calm(rand.New(rand.NewPCG(1, 2)), 600)
	if len(p.opened) > 0 {
		t.Errorf("opened at %v", p.opened)
	}
}

func TestPressureGateOpensUnderLoad(t *testing.T) {
	tests := []struct {
		name   string
		use    map[int]float64
		within int // seconds that were loaded from beginning to end
	}{
		{"a hog on each processor", map[int]float64{60: 1, 61: 1}, 2},
		{"one hog on two processors", map[int]float64{60: 1}, 3},
		{"many small ones", map[int]float64{60: 0.45, 61: 0.45, 62: 0.45, 63: 0.45}, 3},
	}
	for _, tt := range tests {
		p := newPlayground(t)
		p.calm(rand.New(rand.NewPCG(3, 4)), 60)
		took := 0
		for ; took < 10 && len(p.opened) == 0; took++ {
			p.second(tt.use)
		}
		if len(p.opened) != 1 || took > tt.within {
			t.Errorf("%s: opened %v after %d s, want within %d", tt.name, p.opened, took, tt.within)
		}
		t.Logf("%s: open after %d whole seconds", tt.name, took)
		for range 60 {
			p.second(tt.use)
		}
		if len(p.closed) > 0 {
			t.Errorf("%s: it did not stay open: %v", tt.name, p.closed)
		}
		p.calm(rand.New(rand.NewPCG(5, 6)), 10)
		if len(p.closed) != 1 {
			t.Errorf("%s: not stable again after the load: %v", tt.name, p.closed)
		}
	}
}

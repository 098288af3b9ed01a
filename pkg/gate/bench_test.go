package gate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

// The load of the benchmark: every gate remembers seven sources. Five of them
// speak of one region, two of something else, each five times a second for ten
// seconds; then the gate hears nothing for five, and falls back to STABLE.
// Gates are visited in random order, so that nothing of one is in a cache when
// the next is heard.
const (
	speakers  = 7
	related   = 5
	talkFor   = 10 * 5 * speakers // waves
	silentFor = 5 * 5 * speakers
)

type load struct {
	names   []string
	sources [speakers]string
	regions []string
	order   []uint32
	step    gate.Time // between two visits
	next    int
	round   int
	now     gate.Time
}

func newLoad(gates int) *load {
	l := &load{step: gate.Time(1_000_000_000 / 5 / speakers / gates), now: gatetest.Epoch}
	for i := range gates {
		l.names = append(l.names, fmt.Sprintf("gate-%d", i))
		l.order = append(l.order, uint32(i))
	}
	for i := range l.sources {
		l.sources[i] = fmt.Sprintf("sensor-%d", i)
	}
	for i := range 100 {
		l.regions = append(l.regions, fmt.Sprintf("region-%d", i))
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(gates, func(i, j int) { l.order[i], l.order[j] = l.order[j], l.order[i] })
	return l
}

// visit says which gate hears whom about what next.
func (l *load) visit() (id uint32, source int, region int) {
	for {
		id = l.order[l.next]
		if l.next++; l.next == len(l.order) {
			l.next = 0
			l.round++
		}
		l.now += l.step
		turn := l.round + int(id)
		if turn%(talkFor+silentFor) >= talkFor {
			continue
		}
		source = turn % speakers
		if region = int(id) % 50; source >= related {
			region = 50 + source
		}
		return id, source, region
	}
}

func confidence(source int) float64 { return 0.4 + 0.05*float64(source) }

// usage is the processor time this process has used, which other processes on
// the machine disturb less than the clock.
func usage() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkKernel measures the kernel and, in the same run on the same waves, a
// plain version of the same rules: a mutex, a map of gates by name, slices of
// voices (the reference model). plain-ns/op and times say how they compare by
// the clock, cpu-times by processor time.
func BenchmarkKernel(b *testing.B) {
	for _, gates := range []int{1000, 100_000, 1_000_000} {
		var k *kernelBench // made once, though the harness calls several times
		var p *plainBench
		b.Run(fmt.Sprintf("gates=%d", gates), func(b *testing.B) {
			if k == nil {
				k, p = newKernelBench(b, gates), newPlainBench(gates)
				k.run(5 * gates * speakers)
				p.run(2 * gates * speakers)
			}
			runtime.GC()
			b.ReportAllocs()
			b.ResetTimer()
			before, crossed, start := usage(), k.crossings, time.Now()
			k.run(b.N)
			fast, fastCPU := time.Since(start), usage()-before
			b.StopTimer()
			b.ReportMetric(float64(k.crossings-crossed)/float64(b.N), "crossings/op")
			n := min(b.N, 3_000_000)
			before, start = usage(), time.Now()
			p.run(n)
			slow, slowCPU := time.Since(start), usage()-before
			b.ReportMetric(float64(slow.Nanoseconds())/float64(n), "plain-ns/op")
			b.ReportMetric(float64(slow)/float64(n)/(float64(fast)/float64(b.N)), "times")
			b.ReportMetric(float64(slowCPU)/float64(n)/(float64(fastCPU)/float64(b.N)), "cpu-times")
		})
	}
}

type kernelBench struct {
	*load
	b         *testing.B
	kernel    *gate.Kernel
	waves     []gate.Wave // by region
	fx        gate.Effects
	crossings int
}

func newKernelBench(b *testing.B, gates int) *kernelBench {
	k := &kernelBench{load: newLoad(gates), b: b, kernel: gate.New(gate.Options{})}
	for _, n := range k.names {
		if _, err := k.kernel.Add(gate.Defaults(n)); err != nil {
			b.Fatal(err)
		}
	}
	k.waves = make([]gate.Wave, len(k.regions))
	for i := range k.waves {
		k.waves[i].Meaning.SetRegion(k.regions[i])
		k.waves[i].Valence = 1
	}
	return k
}

func (k *kernelBench) run(n int) {
	for i := range n {
		id, source, region := k.visit()
		w := &k.waves[region]
		w.Source, w.Confidence, w.Time = k.sources[source], confidence(source), k.now
		if err := k.kernel.Hear(gate.ID(id), w, &k.fx); err != nil {
			k.b.Fatal(err)
		}
		if i%256 == 0 {
			k.kernel.Advance(k.now, &k.fx)
		}
		k.crossings += len(k.fx.Transitions)
		k.fx.Reset()
	}
}

type plainBench struct {
	*load
	mu    sync.Mutex
	model *gatetest.Model
	fx    gate.Effects
}

func newPlainBench(gates int) *plainBench {
	p := &plainBench{load: newLoad(gates), model: gatetest.NewModel()}
	for _, n := range p.names {
		p.model.Add(gate.Defaults(n))
	}
	return p
}

func (p *plainBench) run(n int) {
	for range n {
		id, source, region := p.visit()
		p.mu.Lock()
		_ = p.model.Hear(p.names[id], gatetest.Wave{Source: p.sources[source], Confidence: confidence(source),
			Valence: 1, Region: p.regions[region], Time: p.now}, &p.fx)
		p.mu.Unlock()
		p.fx.Reset()
	}
}

// BenchmarkCrossing is the dearest case: every second wave opens a gate, and
// silence closes the matter before the next.
func BenchmarkCrossing(b *testing.B) {
	k := one(b, gate.Options{}, nil)
	var fx gate.Effects
	w := gate.Wave{Confidence: .9, Valence: 1, Time: gatetest.Epoch, Meaning: gate.Label("x")}
	crossings := 0
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%2 == 0 {
			w.Time += 20e9
			k.Advance(w.Time, &fx)
		}
		w.Source = sources[n%2]
		if err := k.Hear(0, &w, &fx); err != nil {
			b.Fatal(err)
		}
		crossings += len(fx.Transitions)
		fx.Reset()
	}
	b.ReportMetric(float64(crossings)/float64(b.N), "crossings/op")
}

package gate_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// watch checks, on everything a kernel says about one gate, what must hold
// whatever it hears.
type watch struct {
	t     testing.TB
	k     *gate.Kernel
	id    gate.ID
	fx    gate.Effects
	state [2]gate.State
	seq   [2]uint64
	at    [2]gate.Time
	quiet uint32
}

func (w *watch) check(now gate.Time) {
	w.t.Helper()
	for i := range w.fx.Transitions {
		w.transition(&w.fx.Transitions[i])
	}
	for i := range w.fx.Correlations {
		w.correlation(&w.fx.Correlations[i])
	}
	for _, e := range w.fx.Escalations {
		if e.Tier < 3 || e.Seq != w.seq[gate.Virtual] || !(e.Amplitude >= 0 && e.Amplitude <= 1) {
			w.t.Fatalf("escalation %+v", e)
		}
	}
	for _, l := range w.fx.Leans {
		if !(math.Abs(l.Value) <= 1) || math.IsNaN(l.Slope) || math.IsInf(l.Slope, 0) {
			w.t.Fatalf("lean %+v", l)
		}
	}
	w.fx.Reset()
	for _, g := range []gate.Garden{gate.Virtual, gate.Real} {
		state, value := w.k.Value(w.id, g, now)
		if !(value >= -1 && value <= 1) {
			w.t.Fatalf("%v value %v", g, value)
		}
		if state != w.state[g] {
			w.t.Fatalf("%v is %v without a transition from %v", g, state, w.state[g])
		}
	}
}

func (w *watch) transition(x *gate.Transition) {
	g := x.Garden
	if x.Seq != w.seq[g]+1 {
		w.t.Fatalf("%v seq %d after %d", g, x.Seq, w.seq[g])
	}
	if x.From != w.state[g] || (x.From == gate.Stable) == (x.To == gate.Stable) {
		w.t.Fatalf("%v goes from %v to %v, it was %v", g, x.From, x.To, w.state[g])
	}
	if x.Time < w.at[g] {
		w.t.Fatalf("%v transition at %v after one at %v", g, x.Time, w.at[g])
	}
	for _, v := range []float64{x.Value, x.Correlation, x.Amplitude, x.Weight} {
		if !(v >= -1 && v <= 1) {
			w.t.Fatalf("number out of range in %+v", x)
		}
	}
	if x.To == gate.Open && g == gate.Virtual {
		w.opening(x)
	}
	if x.To == gate.Open && g == gate.Real && x.Cause != gate.FromVerified {
		w.t.Fatalf("real opened by %v", x.Cause)
	}
	w.seq[g], w.state[g], w.at[g] = x.Seq, x.To, x.Time
	if g == gate.Virtual {
		w.quiet = 0
	}
}

// opening must stand on two sources, unless it is a reflex.
func (w *watch) opening(x *gate.Transition) {
	sources := map[string]bool{}
	share := 0.0
	for _, s := range x.Triggers {
		sources[s.Source] = true
		share += s.Share
		if !(s.Share >= 0 && s.Share <= 1) || !(math.Abs(s.Agreement) <= 1) || s.Source == "" {
			w.t.Fatalf("trigger %+v", s)
		}
	}
	if math.Abs(share-1) > 1e-9 {
		w.t.Fatalf("shares sum to %v in %+v", share, x)
	}
	switch {
	case x.Cause == gate.ByReflex && len(sources) == 1:
	case x.Cause == gate.Evidence && len(sources) >= 2:
	default:
		w.t.Fatalf("%v opened with %d sources: %+v", x.Cause, len(sources), x)
	}
}

func (w *watch) correlation(c *gate.Correlation) {
	n := len(c.Signals)
	if n == 0 || len(c.Matrix) != n*n || c.Start > c.End || !(math.Abs(c.Aggregate) <= 1) {
		w.t.Fatalf("correlation %+v", c)
	}
	for i := range n {
		for j := range n {
			r := c.Matrix[i*n+j]
			if !(math.Abs(r) <= 1) || r != c.Matrix[j*n+i] || i == j && r != 1 {
				w.t.Fatalf("matrix %v", c.Matrix)
			}
		}
	}
	if c.Result == gate.StayedStable && c.Quiet == 0 || c.Result != gate.StayedStable && c.Quiet != 0 {
		w.t.Fatalf("correlation %v with quiet %d", c.Result, c.Quiet)
	}
}

// tape turns any bytes into records for one gate.
type tape struct {
	data []byte
	now  gate.Time
}

func (p *tape) byte() byte {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return b
}

func (p *tape) unit() float64 { return float64(p.byte()) / 255 }

func (p *tape) spec() gate.Spec {
	s := gate.Defaults("g")
	s.Window = min(time.Minute, time.Duration(1+int(p.byte())*int(p.byte()))*time.Millisecond)
	s.HalfLife = time.Duration(1+int(p.byte())*int(p.byte())) * time.Millisecond
	s.Refractory = time.Duration(p.byte()) * 10 * time.Millisecond
	s.Open, s.Close = (1+p.unit()*255)/256, -(1+p.unit()*255)/256
	s.Release = (1 + p.unit()*250) / 256 * math.Min(s.Open, -s.Close)
	s.Similarity = (1 + p.unit()*255) / 256
	s.Neighbours = 2 + int(p.byte())%(gate.MaxNeighbours-1)
	s.Weight, s.Reflex, s.ReflexConfidence, s.Handover = p.unit(), p.unit(), p.unit(), p.unit()
	s.Chance = p.byte()%4 != 0
	s.Tier = int(p.byte()) % 6
	s.Memory = 1024 + 16*int(p.byte())
	s.Embedder = gate.Embedder(p.byte() % 2)
	return s
}

var contents = []string{
	`{"a":1}`, `{"a":-1e308,"b":1e999}`, `{"a":true}`, `{"a":false,"t":"some longer text with spaces"}`, `[1,2,3,4,5,6,7,8,9]`,
	`"word"`, `"two words"`, `{"a":{"b":{"c":[null,0]}}}`, `null`, `{`, `{"a":1,"a":2}`, `{"x":0.0000001,"y":"z"}`, `[]`,
}

// wave makes one from the tape; often a legal one.
func (p *tape) wave(w *gate.Wave, e gate.Embedder) {
	kind := p.byte()
	w.Source = fmt.Sprint("s", p.byte()%9)
	w.Confidence, w.Valence, w.Cost = p.unit(), 1, 0
	if kind&8 != 0 {
		w.Valence = 2*p.unit() - 1
	}
	if kind&16 != 0 {
		w.Cost = float64(p.byte())
	}
	if kind == 255 {
		w.Confidence = math.NaN()
	}
	if kind == 254 {
		w.Valence = math.Inf(1)
	}
	w.Time = p.now
	if kind&32 != 0 {
		w.Time -= gate.Time(p.byte()) * 10e6
	}
	region := fmt.Sprint("r", p.byte()%5)
	switch kind & 7 {
	case 5:
		_ = w.Meaning.SetContent(e, []byte(contents[int(p.byte())%len(contents)]))
	case 6, 7:
		v := make([]float32, 1+p.byte()%3)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32([]byte{p.byte(), p.byte(), p.byte(), p.byte()}))
		}
		_ = w.Meaning.SetEmbedding(v)
	default:
		w.Meaning.SetRegion(region)
	}
}

// play drives a kernel with the tape and checks it after every record.
func play(t testing.TB, data []byte) {
	p := &tape{data: data, now: 1_800_000_000e9}
	s := p.spec()
	options := gate.Options{QuietWindows: true, LeanEvery: 50 * time.Millisecond}
	w := &watch{t: t, k: gate.New(options)}
	id, err := w.k.Add(s)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	w.id = id
	var wave gate.Wave
	for len(p.data) > 0 {
		op := p.byte()
		p.now += gate.Time(op>>3) * gate.Time(op>>3) * 2e6
		switch op & 7 {
		case 0:
			w.k.Advance(p.now, &w.fx)
		case 1:
			g := gate.Garden(p.byte() % 2)
			_, _ = w.k.Outcome(id, &gate.Outcome{ID: fmt.Sprint(len(p.data)), Garden: g, Seq: w.seq[g] - uint64(p.byte()%4),
				Kind: gate.OutcomeKind(p.byte() % 4), Discrepancy: p.unit() * 1.2, Time: p.now})
		case 2:
			_ = w.k.Verified(id, gate.Verified{Seq: w.seq[0], Amplitude: p.unit() * 1.1, Time: p.now}, &w.fx)
		case 3:
			if p.byte()%8 == 0 {
				_ = w.k.Force(id, gate.Garden(p.byte()%2), "tape", p.now, &w.fx)
			}
			if p.byte()%8 == 0 {
				again(t, w, options, s)
			}
		default:
			p.wave(&wave, s.Embedder)
			before := w.k.AppendSnapshot(nil)
			if err := w.k.Hear(id, &wave, &w.fx); err != nil && (!bytes.Equal(before, w.k.AppendSnapshot(nil)) || !w.fx.Empty()) {
				t.Fatalf("a refused wave (%v) changed the gate", err)
			}
		}
		w.check(p.now)
	}
}

// again replaces the kernel by one restored from its snapshot.
func again(t testing.TB, w *watch, o gate.Options, s gate.Spec) {
	saved := w.k.AppendSnapshot(nil)
	next := gate.New(o)
	if _, err := next.Add(s); err != nil {
		t.Fatal(err)
	}
	if err := next.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved, next.AppendSnapshot(nil)) {
		t.Fatal("a restored kernel gives another snapshot")
	}
	w.k = next
}

func TestHoldsOnRandomRecords(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		data := make([]byte, 600+r.IntN(3000))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		play(t, data)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzRecords(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 12))
	for range 8 {
		data := make([]byte, 400)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { play(t, data) })
}

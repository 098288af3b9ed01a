package gate_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

var waves = flag.Int("gate.waves", 300_000, "random waves on which kernel and reference are compared (or NIMMER_GATE_WAVES)")

func wavesWanted() int {
	if n, err := strconv.Atoi(os.Getenv("NIMMER_GATE_WAVES")); err == nil {
		return n
	}
	return *waves
}

// TestEqualsReference drives kernel and reference model with the same random
// records: waves of every kind of meaning, early and late, outcomes, handovers,
// forced closings, silences, and now and then a restart from a snapshot.
func TestEqualsReference(t *testing.T) {
	const perCase = 2500
	var heard, left, transitions, records, restarts int
	for seed := uint64(1); heard+left < wavesWanted(); seed++ {
		c := newCase(t, seed)
		c.run(perCase)
		heard, left = heard+c.heard, left+c.left
		transitions, records, restarts = transitions+c.transitions, records+c.records, restarts+c.restarts
	}
	t.Logf("%d waves heard, %d left out (%.4f %%), %d transitions, %d correlation records, %d restarts",
		heard, left, 100*float64(left)/float64(heard+left), transitions, records, restarts)
	if float64(left) > 0.001*float64(heard+left) {
		t.Errorf("left out %d of %d waves, more than 0.1 %%", left, heard+left)
	}
}

// pair is one random case: a spec, a crowd, and both machines.
type pair struct {
	t      *testing.T
	r      *rand.Rand
	seed   uint64
	spec   gate.Spec
	model  *gatetest.Model
	kernel *gate.Kernel
	id     gate.ID
	wave   gate.Wave
	a, b   gate.Effects // model's, kernel's
	now    gate.Time
	opened []gate.Transition
	crowd  crowd
	step   int

	heard, left, transitions, records, restarts int
}

type crowd struct {
	sources, topics, kinds int
	gap                    float64 // mean ms between waves
	late                   float64 // share of waves that arrive late
	deny, cost             float64
	teach, right           float64
	confidence             func() float64
}

func newCase(t *testing.T, seed uint64) *pair {
	c := &pair{t: t, r: rand.New(rand.NewPCG(seed, 0x6e696d)), seed: seed, model: gatetest.NewModel(), now: gatetest.Epoch}
	r := c.r
	s := gate.Defaults("g")
	s.Tier = r.IntN(6)
	s.Window = time.Duration(200+r.IntN(4000)) * time.Millisecond
	s.HalfLife = time.Duration(100+r.IntN(4000)) * time.Millisecond
	s.Refractory = time.Duration(r.IntN(1500)) * time.Millisecond
	s.Open, s.Close = 0.3+0.6*r.Float64(), -0.3-0.6*r.Float64()
	s.Release = (0.2 + 0.7*r.Float64()) * math.Min(s.Open, -s.Close)
	s.Similarity = 0.2 + 0.6*r.Float64()
	s.Neighbours = 2 + r.IntN(7)
	s.Weight = r.Float64()
	s.Chance = r.IntN(8) != 0
	s.Memory = 1024 << r.IntN(3)
	if r.IntN(3) == 0 {
		d := gate.Defaults("g")
		d.Weight = s.Weight
		s = d
	}
	many := 0
	if r.IntN(6) == 0 { // a big crowd, all remembered
		s.Neighbours, many = 16+r.IntN(49), 40
	}
	c.spec = s
	c.crowd = crowd{
		sources: 2 + r.IntN(10+many), topics: 1 + r.IntN(6), kinds: 1 + r.IntN(5),
		gap: math.Exp(math.Log(5) + r.Float64()*math.Log(300)), late: 0.1 * float64(r.IntN(3)),
		deny: 0.15 * float64(r.IntN(4)), cost: float64(r.IntN(2)),
		teach: 0.5 * r.Float64(), right: r.Float64(),
		confidence: []func() float64{r.Float64, func() float64 { return 0.5 + r.Float64()/2 }, func() float64 { return 0.8 }}[r.IntN(3)],
	}
	c.model.QuietWindows = true
	c.model.Add(s)
	c.restart(nil)
	return c
}

func (c *pair) restart(snapshot []byte) {
	c.kernel = gate.New(gate.Options{QuietWindows: true})
	id, err := c.kernel.Add(c.spec)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.id = id; snapshot != nil {
		if err := c.kernel.Restore(snapshot); err != nil {
			c.t.Fatalf("seed %d: restore: %v", c.seed, err)
		}
		c.restarts++
	}
}

func (c *pair) run(n int) {
	for c.step = range n {
		r := c.r
		c.now += gate.Time(r.ExpFloat64() * c.crowd.gap * 1e6)
		if r.IntN(300) == 0 {
			c.now += gate.Time(r.Float64() * 30e9)
		}
		switch x := r.IntN(1000); {
		case x < 2:
			g := gate.Garden(r.IntN(2))
			c.model.Force("g", g, "overdrawn", c.now, &c.a)
			c.must(c.kernel.Force(c.id, g, "overdrawn", c.now, &c.b))
		case x < 40:
			c.model.Advance("g", c.now, &c.a)
			c.kernel.Advance(c.now, &c.b)
		case x < 43:
			c.restart(c.kernel.AppendSnapshot(nil))
		}
		c.hear(c.make())
		c.compare()
		c.follow()
	}
}

func (c *pair) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("seed %d step %d: %v", c.seed, c.step, err)
	}
}

func (c *pair) hear(w gatetest.Wave) {
	if c.model.Near("g", w) {
		c.left++
		return
	}
	c.heard++
	c.must(w.Digest(c.spec.Embedder, &c.wave))
	want := c.model.Hear("g", w, &c.a)
	if err := c.kernel.Hear(c.id, &c.wave, &c.b); err != want {
		c.t.Fatalf("seed %d step %d: kernel says %v, reference %v", c.seed, c.step, err, want)
	}
}

// compare checks everything that came out since the last wave.
func (c *pair) compare() {
	at := max(c.now, gatetest.Epoch)
	wantState, want := c.model.Value("g", at)
	state, value := c.kernel.Value(c.id, gate.Virtual, at)
	if state != wantState || !(math.Abs(value-want) < gatetest.Tolerance) {
		c.fail("value", fmt.Sprint(wantState, want), fmt.Sprint(state, value))
	}
	a, b := &c.a, &c.b
	byGarden := func(a, b gate.Transition) int { return int(a.Garden) - int(b.Garden) } // each has its own order
	slices.SortStableFunc(a.Transitions, byGarden)
	slices.SortStableFunc(b.Transitions, byGarden)
	same(c, "transitions", a.Transitions, b.Transitions, sameTransition)
	same(c, "correlations", a.Correlations, b.Correlations, sameCorrelation)
	same(c, "escalations", a.Escalations, b.Escalations, func(c *pair, a, b gate.Escalation) {
		if a.Seq != b.Seq || a.Tier != b.Tier || !near(a.Amplitude, b.Amplitude) || a.Region != "" && a.Region != b.Region {
			c.fail("escalation", a, b)
		}
	})
	same(c, "handovers", a.Handovers, b.Handovers, func(c *pair, a, b gate.Handover) {
		if a.Seq != b.Seq || !near(a.Amplitude, b.Amplitude) || a.Time != b.Time {
			c.fail("handover", a, b)
		}
	})
	c.transitions, c.records = c.transitions+len(a.Transitions), c.records+len(a.Correlations)
}

func same[T any](c *pair, what string, want, got []T, each func(*pair, T, T)) {
	if len(want) != len(got) {
		c.fail(what, want, got)
	}
	for i := range want {
		each(c, want[i], got[i])
	}
}

func (c *pair) fail(what string, want, got any) {
	c.t.Helper()
	c.t.Fatalf("seed %d step %d: %s differ\nspec %+v\nreference %+v\nkernel    %+v\nmodel: %v", c.seed, c.step, what, c.spec, want, got, c.model)
}

func near(a, b float64) bool { return math.Abs(a-b) < gatetest.Tolerance }

func nearTime(a, b gate.Time) bool { return a.Sub(b).Abs() < 10*time.Microsecond }

func sameTransition(c *pair, a, b gate.Transition) {
	ok := a.Gate == b.Gate && a.Garden == b.Garden && a.Seq == b.Seq && a.From == b.From && a.To == b.To &&
		a.Cause == b.Cause && a.Reason == b.Reason && a.Tier == b.Tier && a.Of == b.Of && nearTime(a.Time, b.Time) &&
		near(a.Value, b.Value) && near(a.Correlation, b.Correlation) && near(a.Amplitude, b.Amplitude) &&
		near(a.Weight, b.Weight) && math.Abs(a.Cost-b.Cost) <= 1e-6*(1+a.Cost)
	if !ok {
		c.fail("transition", a, b)
	}
	if a.Garden == gate.Virtual { // the real side's are what was kept of the virtual one's
		sameSignals(c, a.Triggers, b.Triggers)
	}
}

func sameSignals(c *pair, want, got []gate.Signal) {
	order := func(xs []gate.Signal) []gate.Signal {
		return slices.SortedFunc(slices.Values(xs), func(a, b gate.Signal) int { return strings.Compare(a.Source, b.Source) })
	}
	want, got = order(want), order(got)
	if len(want) != len(got) {
		c.fail("signals", want, got)
	}
	for i, a := range want {
		b := got[i]
		if a.Source != b.Source || a.Region != b.Region || a.Confidence != b.Confidence || a.Time != b.Time || a.Cost != b.Cost ||
			a.Valence != b.Valence || !near(a.Agreement, b.Agreement) || !near(a.Weight, b.Weight) || !near(a.Share, b.Share) {
			c.fail("signal", a, b)
		}
	}
}

func sameCorrelation(c *pair, a, b gate.Correlation) {
	if a.Seq != b.Seq || a.Quiet != b.Quiet || a.Result != b.Result || a.Start != b.Start || a.End != b.End ||
		!near(a.Aggregate, b.Aggregate) || len(a.Matrix) != len(b.Matrix) {
		c.fail("correlation", a, b)
	}
	sameSignals(c, a.Signals, b.Signals)
}

// follow lets the world answer: the real garden acts, outcomes come back.
func (c *pair) follow() {
	for _, h := range c.a.Handovers {
		v := gate.Verified{Seq: h.Seq, Amplitude: h.Amplitude, Time: c.now}
		c.model.Verified("g", v, &c.a)
		c.must(c.kernel.Verified(c.id, v, &c.b))
	}
	for _, x := range c.a.Transitions {
		if x.To != gate.Stable && x.Cause != gate.Forced {
			c.opened = append(c.opened, x)
		}
	}
	c.a.Reset()
	c.b.Reset()
	if len(c.opened) == 0 || c.r.Float64() > c.crowd.teach {
		return
	}
	x := c.opened[0]
	c.opened = c.opened[1:]
	o := gate.Outcome{ID: fmt.Sprint(x.Garden, x.Seq), Garden: x.Garden, Seq: x.Seq, Time: c.now}
	switch {
	case c.r.IntN(5) == 0:
		o.Kind, o.Discrepancy = gate.Partial, c.r.Float64()
	case c.r.Float64() > c.crowd.right:
		o.Kind = gate.Failed
	}
	c.model.Outcome("g", o)
	_, err := c.kernel.Outcome(c.id, &o)
	c.must(err)
}

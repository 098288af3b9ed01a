package gatetest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nimmerverse/nimmer/pkg/gate"
)

// Maker gives a fresh machine that holds the one gate s.
type Maker func(s gate.Spec) Subject

// Reference makes the model with some rules replaced.
func Reference(rules Rules) Maker {
	return func(s gate.Spec) Subject {
		m := NewModel()
		m.Rules = rules
		m.Add(s)
		return m
	}
}

// TheKernel makes the kernel.
func TheKernel(s gate.Spec) Subject {
	k := NewKernel()
	k.Add(s)
	return k
}

func normal() gate.Spec { return gate.Defaults("g") }

func without(chance bool) gate.Spec {
	s := gate.Defaults("g")
	s.Chance = chance
	return s
}

// Crowd is one noise scene: rate is waves a second in total.
type Crowd struct {
	Sources, Regions int
	Rate             float64
}

// Crowds are the noise scenes in which a gate has to stay STABLE.
func Crowds() []Crowd {
	var all []Crowd
	for _, c := range []Crowd{{2, 2, 0}, {10, 5, 0}, {20, 20, 0}} {
		for _, rate := range []float64{1, 10, 100} {
			all = append(all, Crowd{c.Sources, c.Regions, rate})
		}
	}
	return all
}

// MeasureNoise gives openings a minute and the share of time OPEN in the
// minutes five to ten, averaged over seeds.
func MeasureNoise(mk Maker, chance bool, c Crowd, seeds int) (perMinute, open float64) {
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		t := Run(mk(without(chance)), "g", Noise(r, c.Sources, c.Regions, c.Rate, 600), 300e3, 600e3)
		perMinute += float64(t.Openings) / 5 / float64(seeds)
		open += float64(t.OpenFor) / 300e9 / float64(seeds)
	}
	return perMinute, open
}

// MeasureDetection counts how many planted agreements opened the gate within
// their second, from the fifth minute on.
func MeasureDetection(mk Maker, chance bool, rate float64, seeds int) (found, of int) {
	for seed := range seeds {
		ws, plants := Planted(rand.New(rand.NewPCG(uint64(seed), 9)), rate, 2400, 20)
		s := mk(without(chance))
		var fx gate.Effects
		for _, w := range ws {
			must(s.Hear("g", w, &fx))
		}
		next := 0
		for _, p := range plants {
			if p.At < 300e3 {
				continue
			}
			of++
			for next < len(fx.Transitions) && fx.Transitions[next].Time < Ms(p.At) {
				next++
			}
			for i := next; i < len(fx.Transitions) && fx.Transitions[i].Time <= Ms(p.At+1000); i++ {
				if fx.Transitions[i].To == gate.Open {
					found++
					break
				}
			}
		}
	}
	return found, of
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("scene refused: %v", err))
	}
}

// MeasureDissent gives transitions a minute, the most in any of ten: five for,
// one against, 0.8 each, 10 Hz each, regular.
func MeasureDissent(mk Maker) float64 {
	var voices []Voice
	for k := range 6 {
		v := Voice{Source: fmt.Sprint("s", k), Confidence: .8, Region: "x", Valence: 1, Hz: 10, Phase: float64(k) / 6}
		if k == 5 {
			v.Valence = -1
		}
		voices = append(voices, v)
	}
	ws := Regular(600, voices...)
	worst := 0
	for minute := range 10 {
		from := float64(minute) * 60e3
		worst = max(worst, Run(mk(normal()), "g", ws, from, from+60e3).Transitions)
	}
	return float64(worst)
}

// MeasureWorld counts states that were not heard: sources follow one state
// that changes every 30 s for an hour; the first ten minutes do not count.
// states is how many states the world goes through in turn.
func MeasureWorld(mk Maker, sources, states int, hz float64, seeds int) (unheard, of int) {
	for seed := range seeds {
		s := mk(normal())
		var fx gate.Effects
		heard := map[int]bool{}
		for _, w := range World(rand.New(rand.NewPCG(uint64(seed), 3)), sources, states, hz, 3600) {
			must(s.Hear("g", w, &fx))
			fx.Reset()
			k := int((w.Time - Epoch) / 30e9)
			if heard[k] || w.Region != fmt.Sprint("state ", k%states) {
				continue
			}
			if state, _ := s.Value("g", w.Time); state == gate.Open && s.Evidence("g") >= normal().Open {
				heard[k] = true
			}
		}
		for k := 20; k < 120; k++ {
			of++
			if !heard[k] {
				unheard++
			}
		}
	}
	return unheard, of
}

// MeasureRate gives the spread of the value when a constant scene of sources
// is sampled at 5 to 50 waves a second each, read after every wave.
func MeasureRate(mk Maker, sources int, confidence float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, hz := range []float64{5, 10, 20, 50} {
		var voices []Voice
		for k := range sources {
			voices = append(voices, Voice{Source: fmt.Sprint("s", k), Confidence: confidence, Region: "x",
				Valence: 1, Hz: hz, Phase: float64(k) / float64(sources)})
		}
		s := mk(normal())
		var fx gate.Effects
		for _, w := range Regular(30, voices...) {
			must(s.Hear("g", w, &fx))
			fx.Reset()
			if w.Time > Ms(5000) {
				_, v := s.Value("g", w.Time)
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	return high - low
}

// pupil is a gate that opened once, and is taught about that opening.
type pupil struct {
	Subject
	n   int
	now gate.Time
}

func newPupil(mk Maker) *pupil {
	p := &pupil{Subject: mk(normal()), now: Ms(1000)}
	var fx gate.Effects
	must(p.Hear("g", Say("A", .9, "x", 0), &fx))
	must(p.Hear("g", Say("B", .9, "x", 100), &fx))
	return p
}

func (p *pupil) learn(right bool) (weight float64, reflex bool) {
	p.n++
	p.now += 1e9
	o := gate.Outcome{ID: fmt.Sprint(p.n), Seq: 1, Time: p.now}
	if !right {
		o.Kind = gate.Failed
	}
	p.Outcome("g", o)
	return p.Weight("g", p.now)
}

// MeasureSteps gives after how many confirmations in a row the weight passes
// 0.3, 0.6 and 0.8.
func MeasureSteps(mk Maker) (steps [3]int) {
	p := newPupil(mk)
	for n := 1; n < 100 && steps[2] == 0; n++ {
		w, _ := p.learn(true)
		for i, bound := range []float64{0.3, 0.6, 0.8} {
			if steps[i] == 0 && w > bound {
				steps[i] = n
			}
		}
	}
	return steps
}

// MeasureTrust gives the share of outcomes after which the gate may act by
// reflex, and how often that changes in a thousand, when it is right this often.
func MeasureTrust(mk Maker, right float64, outcomes int) (reflex, flips float64) {
	p := newPupil(mk)
	r := rand.New(rand.NewPCG(5, 5))
	before := false
	for n := range outcomes + 1000 {
		_, now := p.learn(r.Float64() < right)
		if n >= 1000 {
			if now {
				reflex++
			}
			if now != before {
				flips++
			}
		}
		before = now
	}
	return reflex / float64(outcomes), flips * 1000 / float64(outcomes)
}

// MeasureBreak gives the mean number of outcomes after which a gate that was
// right this often loses the reflex when it is right half the time.
func MeasureBreak(mk Maker, right float64, times int) float64 {
	r := rand.New(rand.NewPCG(6, 6))
	total := 0
	for range times {
		p := newPupil(mk)
		trusted := false
		for n := 0; n < 300 || !trusted; n++ {
			_, trusted = p.learn(r.Float64() < right)
		}
		for trusted {
			_, trusted = p.learn(r.IntN(2) == 0)
			total++
		}
	}
	return float64(total) / float64(times)
}

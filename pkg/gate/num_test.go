package gate

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

func TestExp2AndLn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		x := -60 * r.Float64()
		if got, want := exp2(x), math.Exp2(x); math.Abs(got-want) > 2e-15*want {
			t.Fatalf("exp2(%v) = %v, want %v", x, got, want)
		}
		x = math.Exp(40*r.Float64() - 20)
		if got, want := ln(x), math.Log(x); math.Abs(got-want) > 4e-16*(1+math.Abs(want)) {
			t.Fatalf("ln(%v) = %v, want %v", x, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 1, 1: 2, -1: 0.5, -1000: 0x1p-1000, -1001: 0, math.Inf(-1): 0, 2000: 0x1p1000} {
		if got := exp2(x); got != want {
			t.Errorf("exp2(%v) = %v, want %v", x, got, want)
		}
	}
	if got := exp2(math.NaN()); got != 0 {
		t.Errorf("exp2(NaN) = %v", got)
	}
	for _, x := range []float64{0, -1, 0x1p-1060, 0x1p-1022} {
		if got := ln(x); math.Abs(got-math.Log(0x1p-1022)) > 1e-9 {
			t.Errorf("ln(%v) = %v", x, got)
		}
	}
	if got := ln(1); math.Abs(got) > 1e-17 {
		t.Errorf("ln(1) = %v", got)
	}
}

// A gate that has learned nothing costs two cache lines and its voices, and
// what it learns costs no more than Room counts.
func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(core{}); n != 128 {
		t.Errorf("a core has %d bytes, want 128: two cache lines", n)
	}
	if n := unsafe.Sizeof(voice{}); n != 48 {
		t.Errorf("a voice has %d bytes, want 48", n)
	}
	for name, c := range map[string][2]uintptr{
		"change":  {unsafe.Sizeof(change{}), changeCost},
		"recent":  {unsafe.Sizeof(recent{}), recentCost},
		"source":  {unsafe.Sizeof(sourceEntry{}), sourceCost},
		"pattern": {unsafe.Sizeof(patternEntry{}), patternCost},
	} {
		if c[0] > c[1] {
			t.Errorf("%s takes %d bytes, counted as %d", name, c[0], c[1])
		}
	}
	for memory := 1 << 10; memory <= 1<<20; memory += 511 {
		s := Defaults("g")
		s.Memory = memory
		r, n, p := s.Room()
		if sum := changesKept*changeCost + r*recentCost + n*sourceCost + p*patternCost; sum > memory {
			t.Fatalf("memory %d: %d recent, %d sources, %d patterns take %d", memory, r, n, p, sum)
		}
	}
}

func TestHeapKeepsItsOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var h heap
	due := map[uint32]Time{}
	for range 50_000 {
		node := uint32(r.IntN(300))
		switch r.IntN(3) {
		case 0:
			h.drop(node)
			delete(due, node)
		default:
			due[node] = Time(r.IntN(1000))
			h.set(node, due[node])
		}
		if len(h.items) != len(due) {
			t.Fatalf("%d filed, want %d", len(h.items), len(due))
		}
		for i, d := range h.items {
			if d.due != due[d.node] || int(h.place[d.node]) != i+1 {
				t.Fatalf("node %d is at %d with %d", d.node, i, d.due)
			}
			if i > 0 && d.before(h.items[(i-1)/4]) {
				t.Fatalf("%+v stands under %+v", d, h.items[(i-1)/4])
			}
		}
	}
}

func TestNamesAreSweptAndKept(t *testing.T) {
	k := New(Options{})
	if _, err := k.Add(Defaults("g")); err != nil {
		t.Fatal(err)
	}
	var fx Effects
	var w Wave
	for i := range 200_000 {
		name := "source-" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + string(rune('a'+i/17576))
		w = Wave{Source: name, Confidence: .5, Valence: 1, Time: Time(i + 1)}
		w.Meaning.SetRegion("about " + name)
		if err := k.Hear(0, &w, &fx); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(k.names.slots); n > 4096 {
		t.Errorf("table of %d names for one gate of seven voices", n)
	}
	for _, v := range k.voices(0, &k.cores[0]) {
		if k.names.text(v.source) == "" || k.names.text(v.key) == "" {
			t.Errorf("voice %+v lost its names", v)
		}
	}
}

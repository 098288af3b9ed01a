package gate_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/gate/gatetest"
)

func content(t testing.TB, e gate.Embedder, doc string) *gate.Meaning {
	t.Helper()
	m := new(gate.Meaning)
	if err := m.SetContent(e, []byte(doc)); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return m
}

func TestSignatureSimilarity(t *testing.T) {
	long := `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9}`
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{`{"cm":25}`, `{"cm":25}`, 1},
		{`{"cm":25}`, `{"cm":28}`, 1},
		{`{"cm":25}`, `{"cm":400}`, -1},
		{`{"cm":25}`, `{"cm":-25}`, -1},
		{`{"cm":1e999}`, `{"cm":1e300}`, 1},
		{`{"cm":25,"at":"left"}`, `{"cm":25,"at":"right"}`, 0.75},
		{`{"cm":25,"at":"left"}`, `{"cm":400,"at":"right"}`, 0}, // other things: no contradiction
		{`{"cm":25,"at":"left"}`, `{"cm":400,"at":"left"}`, -1},
		{`{"on":true}`, `{"on":false}`, -1},
		{`{"on":true}`, `{"on":1}`, 0}, // another kind is another leaf
		{`{"door":"open"}`, `{"door":"shut"}`, -1},
		{`{"say":"it is open now"}`, `{"say":"it is shut now"}`, 0},
		{`{"a":1,"b":null}`, `{"a":1}`, 1},
		{`{"a":1,"b":2}`, `{"a":1}`, 0.5},
		{`[1,2]`, `[2,1]`, 1.25 * (1 - (math.Log2(201) - math.Log2(101)))},
		{`{"a":{"b":1}}`, `{"b":1}`, 0},
		{long, long, 1},
		{long, `{"x":1}`, 0},
		{`"word"`, `"word"`, 1},
	} {
		got := content(t, gate.Signature, c.a).Sim(content(t, gate.Signature, c.b))
		if math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s and %s: %.6f, want %.6f", c.a, c.b, got, c.want)
		}
	}
}

func TestContentIsRefused(t *testing.T) {
	deep := strings.Repeat("[", 80) + "1" + strings.Repeat("]", 80)
	for _, doc := range []string{``, `{`, `{"a":1,"a":2}`, `{"a":1} 2`, "\"\xff\"", deep} {
		var m gate.Meaning
		if err := m.SetContent(gate.Signature, []byte(doc)); err == nil || errors.Is(err, gate.ErrMeaning) {
			t.Errorf("%.20q: %v, want a parse error", doc, err)
		}
	}
	for _, doc := range []string{`null`, `{}`, `[[],{"a":null}]`} {
		var m gate.Meaning
		if err := m.SetContent(gate.Signature, []byte(doc)); !errors.Is(err, gate.ErrMeaning) {
			t.Errorf("%s: %v, want %v", doc, err, gate.ErrMeaning)
		}
	}
	var m gate.Meaning
	if err := m.SetContent(gate.Lexical, []byte(`{"n":7}`)); !errors.Is(err, gate.ErrMeaning) {
		t.Errorf("lexical without text: %v", err)
	}
	if err := m.Set(gate.Signature, "", nil, nil); !errors.Is(err, gate.ErrMeaning) {
		t.Errorf("nothing: %v", err)
	}
}

func TestEmbeddings(t *testing.T) {
	set := func(v ...float32) *gate.Meaning {
		m := new(gate.Meaning)
		if err := m.SetEmbedding(v); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		a, b *gate.Meaning
		want float64
	}{
		{set(1, 2, 3, 4, 5), set(2, 4, 6, 8, 10), 1},
		{set(1, 0), set(0, 1), 0},
		{set(1, -1), set(-3, 3), -1},
		{set(0, 0), set(1, 1), 0},
		{set(1, 1), set(1, 1, 1), 0},
		{set(3e38, 3e38, 0), set(3e38, 3e38, 1e-45), 1},
		{set(1e-45), set(1e-45), 1},
	} {
		if got := c.a.Sim(c.b); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%.6f, want %.6f", got, c.want)
		}
	}
	var m gate.Meaning
	for _, bad := range [][]float32{nil, {float32(math.NaN())}, {float32(math.Inf(-1))}, make([]float32, gate.MaxDimension+1)} {
		if m.SetEmbedding(bad) == nil {
			t.Errorf("%d numbers accepted", len(bad))
		}
	}
}

func TestLexicalTellsTextsApart(t *testing.T) {
	same := [][2]string{
		{`"the pump in cellar two is making a loud noise"`, `{"text":"The pump in cellar two makes a loud noise."}`},
		{`"what is 15 + 27"`, `"What is 15 + 27?"`},
	}
	other := [][2]string{
		{`"the pump in cellar two is making a loud noise"`, `"invoice 4711 was paid on Tuesday"`},
		{`"what is 15 + 27"`, `"good morning everybody"`},
	}
	for _, p := range same {
		if s := content(t, gate.Lexical, p[0]).Sim(content(t, gate.Lexical, p[1])); s < 0.6 {
			t.Errorf("%s and %s: %.2f", p[0], p[1], s)
		}
	}
	for _, p := range other {
		if s := content(t, gate.Lexical, p[0]).Sim(content(t, gate.Lexical, p[1])); math.Abs(s) > 0.3 {
			t.Errorf("%s and %s: %.2f", p[0], p[1], s)
		}
	}
}

func TestMixedMeaningsAreUnrelated(t *testing.T) {
	a, b := gate.Label("x"), content(t, gate.Signature, `{"x":1}`)
	if a.Sim(b) != 0 || b.Sim(&a) != 0 {
		t.Error("a label and a signature are related")
	}
}

// What the kernel makes of two contents is what the reference makes of them.
func FuzzContent(f *testing.F) {
	for _, c := range contents {
		f.Add(c, contents[0])
	}
	f.Add(`{"a":1,"b":"x y","c":[true,{"d":0.5}]}`, `{"a":2,"b":"x y","c":[false,{"d":"0.5"}]}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		var x, y gate.Meaning
		if x.SetContent(gate.Signature, []byte(a)) != nil || y.SetContent(gate.Signature, []byte(b)) != nil {
			return
		}
		got := x.Sim(&y)
		if !(math.Abs(got) <= 1) || got != y.Sim(&x) {
			t.Fatalf("%q and %q: %v one way, %v the other", a, b, got, y.Sim(&x))
		}
		want, err := gatetest.Similarity(a, b)
		if err != nil {
			t.Fatalf("accepted %q and %q, the reference says %v", a, b, err)
		}
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("%q and %q: %v, the reference says %v", a, b, got, want)
		}
		var l gate.Meaning
		_ = l.SetContent(gate.Lexical, []byte(a))
		if s := l.Sim(&l); !(math.Abs(s) <= 1) {
			t.Fatalf("%q: lexical similarity to itself %v", a, s)
		}
	})
}

func TestContentAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("allocations are not counted under the race detector, which empties pools")
	}
	doc := []byte(`{"distance_cm":25,"direction":"front","ok":true,"note":"all is well here"}`)
	var m gate.Meaning
	if n := testing.AllocsPerRun(1000, func() {
		if err := m.SetContent(gate.Signature, doc); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations a content", n)
	}
}

// A large content and its copy with one leaf changed sample the same leaves.
func TestLargeContentsAreComparedOnTheSameLeaves(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var a, b strings.Builder
	a.WriteString(`{"0":0`)
	b.WriteString(`{"0":0`)
	for i := range 40 {
		key := `,"` + string(rune('a'+i%26)) + strings.Repeat("z", i/26) + `":`
		a.WriteString(key + "5")
		if b.WriteString(key); r.IntN(10) == 0 {
			b.WriteString("700")
		} else {
			b.WriteString("5")
		}
	}
	got := content(t, gate.Signature, a.String()+"}").Sim(content(t, gate.Signature, b.String()+"}"))
	if got < 0.3 {
		t.Errorf("similarity %.2f of contents of which nine leaves in ten are equal", got)
	}
}

package wave

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// exampleArgs returns legal arguments for a form, the same every time.
func exampleArgs(k Kind) []string {
	var args []string
	for _, p := range forms[k].parts {
		switch {
		case p.literal != "":
		case p.oneOf != nil:
			args = append(args, p.oneOf[0])
		case p.number:
			args = append(args, "255")
		default:
			args = append(args, "a-"+p.arg+"-1")
		}
	}
	return args
}

// TestSubjectsGolden lists every legal form: a change of the wire is seen in review.
func TestSubjectsGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, k := range Kinds() {
		sets := [][]string{exampleArgs(k)}
		if k == KindDeployCommand {
			sets = nil
			for _, c := range forms[k].parts[2].oneOf {
				sets = append(sets, []string{c})
			}
		}
		for _, args := range sets {
			s, err := New(k, "dev", args...)
			if err != nil {
				t.Fatal(err)
			}
			stars := slices.Repeat([]string{"*"}, len(args))
			filter, err := Filter(k, "dev", stars...)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%-22s %-42s %s\n", k, s, filter)
		}
	}
	golden(t, "testdata/subjects.txt", []byte(b.String()))
}

func TestSubjectParts(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		args := exampleArgs(k)
		s, err := New(k, "prod-2", args...)
		if err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		back, err := ParseSubject(s.String())
		if err != nil || back != s {
			t.Errorf("%s: parsed %+v, %v", s, back, err)
		}
		if s.Kind() != k || s.Env() != "prod-2" {
			t.Errorf("%s: kind %s env %s", s, s.Kind(), s.Env())
		}
		for i := range maxArgs + 1 {
			want := ""
			if i < len(args) {
				want = args[i]
			}
			if got := s.Arg(i); got != want {
				t.Errorf("%s: argument %d is %q, want %q", s, i, got, want)
			}
		}
	}
	var zero Subject
	if zero.Kind() != 0 || zero.String() != "" || zero.Env() != "" || zero.Name() != "" || zero.Arg(-1) != "" {
		t.Errorf("the zero subject is %+v", zero)
	}
}

func TestParseSubjectRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                       "token 1: it is empty",
		"dev":                                    "no such subject",
		"dev.":                                   "token 2: it is empty",
		"dev..nervous":                           "token 2: it is empty",
		"dev.nervous.cells.math":                 "no such subject",
		"dev.nervous.cells.math.wave.":           "token 6: it is empty",
		"dev.nervous.cells.math.wave.256":        `n "256": it must be a number 0..255`,
		"dev.nervous.cells.math.wave.007":        `n "007": it must be a number 0..255`,
		"dev.nervous.cells.math.wave.x":          "it must be a number 0..255",
		"dev.nervous.cells.Math.wave":            "token 4: 'M' is not allowed",
		"dev.nervous.cells.ma_th.wave":           "token 4: '_' is not allowed",
		"dev.nervous.cells.-math.wave":           "token 4: it begins with '-'",
		"dev.nervous.cells.*.wave":               "token 4: '*' is not allowed",
		"dev.nervous.>":                          "token 3: '>' is not allowed",
		"*.nervous.rejects":                      "token 1: '*' is not allowed",
		"dev.nervous.cells.real.request":         `cell "real": "real" is reserved there`,
		"dev.organs.eye.state.nyx":               `verb "state": "state" is reserved there`,
		"dev.cognitive.boundary.request":         `mind "boundary": "boundary" is reserved there`,
		"dev.infra.deploy.destroy":               `it must be one of deploy, update, scale, gpu-agent`,
		"dev.a.b.c.d.e.f.g.h":                    "too many tokens",
		"dev.nervous.rejects.more":               "no such subject",
		"dev.nervous.cells.m\u00e4th.wave":       "token 4:",
		"dev.nervous.cells.math.wave\n":          "token 5:",
		"dev." + strings.Repeat("a", 65) + ".b":  "it has 65 bytes, at most 64",
		"dev.work." + strings.Repeat("a", 10000): "bytes are too long",
	} {
		s, err := ParseSubject(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %q in it", in, err, want)
		}
		if s != (Subject{}) {
			t.Errorf("%.60q: a subject came with the error", in)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%.60q: the error has %d bytes", in, len(err.Error()))
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Kind
		env  string
		args []string
		want string
	}{
		{KindCellWave, "dev", nil, "takes 1 arguments, got 0"},
		{KindCellWave, "dev", []string{"a", "b"}, "takes 1 arguments, got 2"},
		{KindCellWave, "", []string{"a"}, `environment ""`},
		{KindCellWave, "Dev", []string{"a"}, `environment "Dev"`},
		{KindCellWave, "dev", []string{"a.b"}, `cell "a.b": '.' is not allowed`},
		{KindCellWave, "dev", []string{"*"}, `cell "*"`},
		{KindCellWaveN, "dev", []string{"a", "300"}, `n "300"`},
		{KindOrganVerb, "dev", []string{"eye", "state"}, "reserved"},
		{KindCognitiveRequestAs, "dev", []string{"boundary", "nyx"}, "reserved"},
		{0, "dev", nil, "no such kind"},
		{kindEnd, "dev", nil, "no such kind"},
	} {
		if _, err := New(c.kind, c.env, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: got %v, want %q in it", c.kind, c.args, err, c.want)
		}
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Kind
		env  string
		args []string
		want string // "!" and a part of the error
	}{
		{KindCellWaveN, "dev", []string{"*", "*"}, "dev.nervous.cells.*.wave.*"},
		{KindCellWaveN, "dev", []string{"math", "*"}, "dev.nervous.cells.math.wave.*"},
		{KindDeployCommand, "dev", []string{"*"}, "dev.infra.deploy.*"},
		{KindRejects, "dev", nil, "dev.nervous.rejects"},
		{KindRolloutEvent, "dev", []string{"r1", "*", "done"}, "dev.infra.rollouts.r1.*.done"},
		{KindCellWave, "*", []string{"*"}, "!environment"},
		{KindCellWave, "dev", []string{">"}, "!cell"},
		{KindOrganVerb, "dev", []string{"eye", "state"}, "!reserved"},
	} {
		got, err := Filter(c.kind, c.env, c.args...)
		if want, bad := strings.CutPrefix(c.want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: got %q, %v, want an error with %q", c, got, err, want)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%v: got %q, %v", c, got, err)
		}
	}
	if got, err := Everything("dev"); got != "dev.>" || err != nil {
		t.Errorf("Everything: %q, %v", got, err)
	}
	if _, err := Everything("*"); err == nil {
		t.Error("Everything took a wildcard")
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want, err string }{
		{"text_input", "text-input", ""},
		{"0", "0", ""},
		{"", "", "it is empty"},
		{"_a", "", "it begins with '-'"},
		{"Math", "", "'M' is not allowed"},
		{strings.Repeat("a", 64), strings.Repeat("a", 64), ""},
		{strings.Repeat("a", 65), "", "at most 64"},
	} {
		got, err := Token(c.name)
		if got != c.want || (err == nil) != (c.err == "") || (err != nil && !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: got %q, %v", c.name, got, err)
		}
	}
	for _, c := range []struct {
		kind Kind
		name string
		ok   bool
	}{
		{KindCellWave, "math", true},
		{KindCellWave, "real", false},
		{KindCellWaveN, "real", false},
		{KindCellRequest, "real", false},
		{KindCognitiveRequest, "boundary", false},
		{KindCognitiveHeartbeat, "nyx", true},
		{KindRejects, "x", false},
		{0, "x", false},
		{KindGateTransition, "real", true},
		{KindGateTransition, "Bad", false},
	} {
		if got, err := TokenFor(c.kind, c.name); (err == nil) != c.ok {
			t.Errorf("TokenFor(%s, %q) = %q, %v", c.kind, c.name, got, err)
		}
	}
}

// TestFormsAreDistinct: no text can be two kinds. Two forms of the same length must differ in a literal, or in
// a literal that the other one's argument may not be.
func TestFormsAreDistinct(t *testing.T) {
	t.Parallel()
	for a := Kind(1); a < kindEnd; a++ {
		for b := a + 1; b < kindEnd; b++ {
			if overlap(forms[a].parts, forms[b].parts) {
				t.Errorf("%s and %s can be the same text", forms[a].pattern, forms[b].pattern)
			}
		}
	}
}

func overlap(a, b []part) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		p, q := a[i], b[i]
		if p.literal != "" && q.literal != "" && p.literal != q.literal {
			return false
		}
		if p.literal != "" && q.literal == "" && q.refuse(p.literal) != "" {
			return false
		}
		if q.literal != "" && p.literal == "" && p.refuse(q.literal) != "" {
			return false
		}
	}
	return true
}

// TestRequestsAreNotCaptured: a subject that a stream keeps is never asked on.
func TestRequestsAreNotCaptured(t *testing.T) {
	t.Parallel()
	for _, f := range Forms() {
		if f.Reply && f.Stream != "" {
			t.Errorf("%s is answered and stored", f.Pattern)
		}
		for _, name := range f.Bodies {
			if !slices.Contains(SchemaNames(), name) {
				t.Errorf("%s has a body %q without a schema", f.Pattern, name)
			}
		}
	}
	if Kind(0).String() != "kind(0)" || kindEnd.String() != fmt.Sprintf("kind(%d)", kindEnd) {
		t.Error("kinds outside the table have a name")
	}
}

func TestSpreadOf(t *testing.T) {
	t.Parallel()
	// Fixed: cells in other languages compute the same, and shards are found by it.
	for name, want := range map[string]int{"": 197, "math": 112, "text": 43, "battery": 21} {
		if got := SpreadOf(name); got != want {
			t.Errorf("SpreadOf(%q) = %d, want %d", name, got, want)
		}
	}
	var count [256]int
	for i := range 25600 {
		count[SpreadOf(fmt.Sprintf("cell-%d", i))]++
	}
	for n, c := range count {
		if c < 50 || c > 160 {
			t.Errorf("%d of 25600 names fall on %d, about 100 should", c, n)
		}
	}
}

func FuzzParseSubject(f *testing.F) {
	for _, k := range Kinds() {
		s, err := New(k, "dev", exampleArgs(k)...)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.String())
	}
	f.Add("dev.nervous.cells.real.request")
	f.Add("a.b.c.d.e.f.g.h.i")
	f.Fuzz(func(t *testing.T, in string) {
		s, err := ParseSubject(in)
		if err != nil {
			return
		}
		if s.String() != in {
			t.Fatalf("%q came back as %q", in, s)
		}
		args := make([]string, 0, maxArgs)
		for i := range forms[s.Kind()].args {
			args = append(args, s.Arg(i))
		}
		again, err := New(s.Kind(), s.Env(), args...)
		if err != nil || again != s {
			t.Fatalf("%q made anew is %q, %v", in, again, err)
		}
	})
}

func BenchmarkParseSubject(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseSubject("dev.nervous.cells.battery.wave.17"); err != nil {
			b.Fatal(err)
		}
	}
}

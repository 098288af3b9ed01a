package diff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// nimmerverse is the lab that is committed, or what an edit of its text makes
// of it.
func nimmerverse(t *testing.T, edits ...string) *topology.Topology {
	t.Helper()
	dir := "../../../topology"
	paths, err := filepath.Glob(filepath.Join(dir, "*.hcl"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no declaration: ", err)
	}
	more, _ := filepath.Glob(filepath.Join(dir, "schemas", "*.json"))
	files, made := map[string][]byte{}, 0
	for _, p := range append(paths, more...) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, p)
		text := string(data)
		for i := 0; i < len(edits); i += 2 {
			made += strings.Count(text, edits[i])
			text = strings.ReplaceAll(text, edits[i], edits[i+1])
		}
		files[filepath.ToSlash(name)] = []byte(text)
	}
	if made < len(edits)/2 {
		t.Fatalf("an edit of %q found nothing", edits)
	}
	lab, diags := load.Source("nimmerverse", files, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return lab
}

// lines writes changes as a reader sees them.
func lines(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "%s | %s %s %s | %s | %v\n", c.Area, c.Kind, c.Name, c.Text, c.Mark, c.Environments)
	}
	return b.String()
}

func TestEditsOfTheLab(t *testing.T) {
	t.Parallel()
	before := nimmerverse(t)
	for name, tc := range map[string]struct {
		edits, want []string
	}{
		"an address": {
			[]string{`"10.20.0.11"`, `"10.20.0.99"`},
			[]string{"machines and networks | host dioscuri moves from 10.20.0.11 to 10.20.0.99 in network management"},
		},
		"a declared grant": {
			[]string{`nats { subscribe = ["*.nervous.gates.*.lean"] }`, `nats { subscribe = ["*.nervous.gates.*.lean", "*.nervous.gates.*.transition"] }`},
			[]string{
				"identities | identity nyx-organs is also granted to hear *.nervous.gates.*.transition | wider",
				"grants | user nyx-organs in virtual on leaf dioscuri may also hear *.nervous.gates.*.transition | wider | [dev prod]",
			},
		},
		"a grant taken away": {
			[]string{`nats { subscribe = ["*.nervous.gates.*.lean"] }`, ``},
			[]string{"grants | user nyx-organs in virtual on leaf dioscuri may no longer hear *.nervous.gates.*.lean | narrower | [dev prod]"},
		},
		"a person's word": {
			[]string{`"install", "rollback"]`, `"install"]`},
			[]string{"identities | identity dafit may no longer rollback | narrower"},
		},
		"a gate": {
			[]string{`gate "collision" {`, "gate \"collision\" {\n  open = 0.7"},
			[]string{"nervous system | gate collision opens at 0.7 instead of 0.6: more agreement is needed", "restarts | process gate core gate-dev restarts on nats-dev for gate collision"},
		},
		"an organ": {
			[]string{`memory    = "8GiB"`, `memory    = "9GiB"`},
			[]string{"minds and organs | organ vision-vectors memory changes from 8GiB to 9GiB", "restarts | process nimmer-organ of dioscuri restarts on dioscuri for organ vision-vectors"},
		},
		"a stream that shrinks": {
			[]string{`max_age   = "1d"`, `max_age   = "1h"`},
			[]string{"bus | stream distance max age changes from 24h0m0s to 1h0m0s", "streams | stream DEV_DISTANCE drops messages older than 1h0m0s instead of 24h0m0s | loses data"},
		},
	} {
		after := nimmerverse(t, tc.edits...)
		changes, err := Compare(before, after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(lines(changes), want) {
				t.Errorf("%s: no %q in\n%s", name, want, lines(changes))
			}
		}
		back, err := Compare(after, before)
		if err != nil || len(back) == 0 {
			t.Errorf("%s: nothing the other way round: %v", name, err)
		}
		for _, mark := range []Mark{Wider, Narrower} {
			other := map[Mark]Mark{Wider: Narrower, Narrower: Wider}[mark]
			if n, m := count(changes, mark), count(back, other); n != m {
				t.Errorf("%s: %d are %s, %d are %s the other way round", name, n, mark, m, other)
			}
		}
	}
}

func count(changes []Change, mark Mark) int {
	n := 0
	for _, c := range changes {
		n += map[bool]int{true: 1}[c.Mark == mark]
	}
	return n
}

// A lab is no different from itself.
func TestNothingChanges(t *testing.T) {
	t.Parallel()
	labs := []*topology.Topology{nimmerverse(t)}
	for seed := range uint64(20) {
		labs = append(labs, loadtest.Random(t, seed))
	}
	for _, lab := range labs {
		changes, err := Compare(lab, clone(t, lab))
		if err != nil || len(changes) > 0 {
			t.Errorf("%s differs from itself: %v\n%s", lab.Lab.Name, err, lines(changes))
		}
	}
}

func clone(t *testing.T, lab *topology.Topology) *topology.Topology {
	t.Helper()
	data, err := topology.JSON(lab)
	if err != nil {
		t.Fatal(err)
	}
	out, err := topology.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever one attribute becomes, the diff names its block and itself.
func TestEveryEditIsNamed(t *testing.T) {
	t.Parallel()
	made, full := map[string]bool{}, nimmerverse(t)
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		before := loadtest.Random(t, seed%40)
		if seed%3 == 0 {
			before = full
		}
		after := clone(t, before)
		kind, name, field := edit(r, after)
		if field == "" {
			continue
		}
		made[kind+"."+field] = true
		changes := declared(before, after)
		named := slices.ContainsFunc(changes, func(c Change) bool {
			return c.Kind == kind && c.Name == name && (c.Field == field || strings.HasPrefix(c.Field, field+".")) && c.Text != ""
		})
		if !named || len(changes) > 1 {
			t.Errorf("seed %d: an edit of %s %s, %s became\n%s", seed, kind, name, field, lines(changes))
		}
		if seed%4 == 0 {
			_, _ = Compare(before, after) // an edited lab may be none, but nothing panics
		}
	}
	if len(made) < 40 {
		t.Errorf("only %d attributes were edited", len(made))
	}
}

// edit changes one attribute of one block and says which.
func edit(r *rand.Rand, lab *topology.Topology) (kind, name, field string) {
	v := reflect.ValueOf(lab).Elem()
	for range 100 {
		specs := topology.Catalogue()
		spec := specs[r.IntN(len(specs))]
		block := v.Field(spec.Field)
		if spec.Many {
			if block.Len() == 0 {
				continue
			}
			block = block.Index(r.IntN(block.Len()))
		}
		i := r.IntN(block.NumField())
		member, _, _ := strings.Cut(block.Type().Field(i).Tag.Get("json"), ",")
		if member == "-" || member == "implicit" || member == "name" || mirrored(block.Type(), member) {
			continue
		}
		name = nameOf(block)
		if change(r, block.Field(i)) {
			return spec.Name, name, member
		}
	}
	return "", "", ""
}

// change makes a value another one; false when it does not know how.
func change(r *rand.Rand, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1 + r.Int64N(1e6))
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.25)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return false
		}
		v.Set(reflect.Append(v, reflect.ValueOf(fmt.Sprint("new-", r.IntN(100)))))
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(reflect.ValueOf("new"), reflect.ValueOf("x"))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" && v.Field(i).CanSet() && change(r, v.Field(i)) {
				return true
			}
		}
		return false
	default:
		return false
	}
	return true
}

// Of two random labs: every block that only one has is named, and every subject
// that a user may say only afterwards stands under a wider grant.
func TestRandomPairs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(15) {
		a, b := loadtest.Random(t, seed), loadtest.Random(t, seed+1000)
		changes, err := Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Hosts {
			if a.Host(b.Hosts[i].Name) == nil && !slices.ContainsFunc(changes, func(c Change) bool {
				return c.Verb == Added && c.Kind == "host" && c.Name == b.Hosts[i].Name
			}) {
				t.Errorf("seed %d: host %s is not named", seed, b.Hosts[i].Name)
			}
		}
	}
}

func TestDifferenceTellsEverything(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	token := func() string { return []string{"a", "b", "*"}[r.IntN(3)] }
	filter := func() string {
		s := token()
		for range r.IntN(3) {
			s += "." + token()
		}
		if r.IntN(4) == 0 {
			s += ".>"
		}
		return s
	}
	grant := func() *accounts.Grants {
		g := &accounts.Grants{}
		for range r.IntN(4) {
			g.Declared = append(g.Declared, filter())
		}
		for range r.IntN(3) {
			g.Deny = append(g.Deny, filter())
		}
		return g
	}
	var subjects []string
	for n := 1; n <= 4; n++ {
		for i := range 1 << n {
			s := ""
			for j := range n {
				s += "." + string("ab"[i>>j&1])
			}
			subjects = append(subjects, s[1:])
		}
	}
	for range 20000 {
		a, b := grant(), grant()
		told := difference(a, b)
		if len(difference(a, a)) > 0 {
			t.Fatalf("%+v differs from itself: %v", a, difference(a, a))
		}
		for _, s := range subjects {
			if b.Allows(s) && !a.Allows(s) && !slices.ContainsFunc(told, func(f string) bool { return accounts.Covers(f, s) }) {
				t.Fatalf("%s is new in %+v after %+v, and %v does not say so", s, b, a, told)
			}
		}
	}
}

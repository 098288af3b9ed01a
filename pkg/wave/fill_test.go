package wave

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// filler makes random valid messages by the rules in their tags.
type filler struct{ r *rand.Rand }

func newFiller(seed uint64) *filler { return &filler{r: rand.New(rand.NewPCG(seed, 1))} }

// message makes a body of a kind, as a value of its struct type.
func (f *filler) message(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	f.object(shapeOf(t), v)
	return f.repair(v)
}

func (f *filler) object(s *shape, v reflect.Value) {
	for i := range s.fields {
		fd := &s.fields[i]
		if fd.optional && f.r.IntN(2) == 0 {
			continue
		}
		f.value(fd, v.Field(fd.index))
	}
}

func (f *filler) value(fd *field, v reflect.Value) {
	r := &fd.rule
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(f.time()))
	case v.Type() == valueType && r.object:
		v.SetBytes([]byte(`{"a":[1,null,"x"]}`))
	case v.Type() == valueType:
		v.SetBytes([]byte([]string{`{"a":1}`, `[1,2]`, `"text \u00e9"`, `-1.5`, `true`}[f.r.IntN(5)]))
	case v.Type() == stateType:
		v.SetInt(int64(f.r.IntN(3) - 1))
	case v.Type() == lengthType:
		v.SetInt(f.r.Int64N(int64(time.Hour)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(fd, v.Elem())
	case v.Kind() == reflect.Slice:
		f.slice(fd, v)
	case v.Kind() == reflect.Struct:
		f.object(fd.elem, v)
	case v.Kind() == reflect.String:
		v.SetString(f.text(r))
	case v.Kind() == reflect.Bool:
		v.SetBool(f.r.IntN(2) == 0)
	default:
		f.number(r, v)
	}
}

func (f *filler) time() time.Time {
	return time.Date(1970+f.r.IntN(289), 1, 2, 3, 4, 5, f.r.IntN(1e9), time.UTC)
}

func (f *filler) slice(fd *field, v reflect.Value) {
	n := max(fd.rule.minLen, f.r.IntN(3))
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	inner := field{rule: fd.rule, elem: fd.elem}
	inner.rule.minLen, inner.rule.maxLen = 1, 20
	for i := range n {
		f.value(&inner, v.Index(i))
	}
}

func (f *filler) text(r *rule) string {
	switch {
	case r.oneOf != nil:
		return r.oneOf[f.r.IntN(len(r.oneOf))]
	case r.token:
		return fmt.Sprintf("tok-%d", f.r.IntN(100))
	case r.id:
		return fmt.Sprintf("id/%d", f.r.IntN(100))
	}
	pieces := []string{"a", "Z", " ", "\"", "\\", "\n", "\u00e4", "\u4e16", "\U0001F600"}
	most := r.maxLen
	if most == 0 {
		most = 20
	}
	text := ""
	for range 1 + f.r.IntN(12) {
		if p := pieces[f.r.IntN(len(pieces))]; len(text)+len(p) <= most {
			text += p
		}
	}
	return text + strings.Repeat("x", max(0, r.minLen-len(text)))
}

func (f *filler) number(r *rule, v reflect.Value) {
	lo, hi := -1000.0, 1000.0
	if r.lo != nil {
		lo = *r.lo
		hi = lo + 1000
	}
	if r.hi != nil {
		hi = *r.hi
	}
	n := lo + f.r.Float64()*(hi-lo)
	switch f.r.IntN(8) {
	case 0:
		n = lo
	case 1:
		n = hi
	}
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		v.SetFloat(n)
	case reflect.Uint64:
		v.SetUint(uint64(max(0, n)))
	default:
		v.SetInt(int64(n))
	}
}

// repair makes a random body keep the rules between its fields.
func (f *filler) repair(v reflect.Value) reflect.Value {
	switch m := v.Interface().(type) {
	case Wave:
		m.HasSeq = m.Seq != 0
		if m.Region == "" && m.Embedding == nil && m.Content == nil {
			m.Content = jsontext.Value(`{"distance_cm":25}`)
		}
		return reflect.ValueOf(m)
	case Transition:
		return reflect.ValueOf(repairTransition(m))
	case GateReport:
		for i := range m.Transitions {
			m.Transitions[i] = repairTransition(m.Transitions[i])
		}
		return reflect.ValueOf(m)
	case Correlation:
		m.Window.End = m.Window.Start.Add(time.Second)
		m.Matrix = nil
		for range m.Signals {
			m.Matrix = append(m.Matrix, make([]float64, len(m.Signals)))
		}
		return reflect.ValueOf(m)
	case Outcome:
		if m.Outcome == Partial && m.Discrepancy == nil {
			m.Discrepancy = new(float64)
		}
		return reflect.ValueOf(m)
	case CellResponse:
		if m.Error = ""; m.Result == nil {
			m.Error = "no"
		}
		return reflect.ValueOf(m)
	case CognitiveResponse:
		if m.Result != nil {
			m.Error = ""
		}
		return reflect.ValueOf(m)
	}
	return v
}

func repairTransition(m Transition) Transition {
	if m.From == m.To {
		m.From, m.To = Stable, Open
	}
	m.ID = TransitionID(m.Gate, m.Garden, m.Seq)
	return m
}

// decodeBody is Decode for a type known only at run time.
func decodeBody(t reflect.Type, data []byte) (any, error) {
	v := reflect.New(t)
	if t == waveType {
		w, err := ParseWave(data)
		return w, err
	}
	err := decode(data, v.Interface())
	return v.Elem().Interface(), err
}

// compiled returns every body's schema, compiled.
func compiled(t testing.TB) map[string]*Compiled {
	t.Helper()
	all := map[string]*Compiled{}
	for _, b := range bodies {
		doc, err := Schema(b.name)
		if err != nil {
			t.Fatal(err)
		}
		if all[b.name], err = CompileSchema(b.name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

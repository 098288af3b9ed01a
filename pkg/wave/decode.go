package wave

import (
	"bytes"
	"errors"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// validator is what every body of this package is.
type validator interface{ Validate() error }

// Decode reads one body: T is a message of this package. Unknown fields are ignored, defaults are filled,
// Validate is called; what breaks a rule is refused with a *Rule. A body is at most MaxMessage bytes.
func Decode[T any](data []byte) (T, error) {
	var v, none T
	if w, ok := any(&v).(*Wave); ok {
		parsed, err := ParseWave(data)
		*w = parsed
		return v, err
	}
	if _, ok := any(&v).(*GateQuery); ok && len(bytes.TrimSpace(data)) == 0 {
		return v, nil
	}
	if err := decode(data, &v); err != nil {
		return none, err
	}
	return v, nil
}

// decode reads data into the struct that ptr points to.
func decode(data []byte, ptr any) error {
	if len(data) > MaxMessage {
		return tooLarge(len(data), MaxMessage)
	}
	if kind := jsontext.Value(data).Kind(); kind != jsontext.KindBeginObject && jsontext.Value(data).IsValid() {
		return broken("", "the message is a JSON object, not "+kindWord(kind))
	}
	if err := json.Unmarshal(data, ptr); err != nil {
		return asRule(err)
	}
	rv := reflect.ValueOf(ptr).Elem()
	if rv.Kind() == reflect.Struct {
		p := presenceReader{dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
		if err := p.object(shapeOf(rv.Type()), rv, nil); err != nil {
			return err
		}
	}
	if v, ok := ptr.(validator); ok {
		return v.Validate()
	}
	return nil
}

// Encode writes one body: it validates, writes times in UTC, and free JSON as it is. A wave is written by
// Append.
func Encode(v any) ([]byte, error) {
	if w, ok := v.(Wave); ok {
		return w.Append(nil)
	}
	if v, ok := v.(validator); ok {
		if err := v.Validate(); err != nil {
			return nil, err
		}
	}
	return json.Marshal(v, inUTC, jsontext.PreserveRawStrings(true), json.Deterministic(true))
}

var inUTC = json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
	return enc.WriteToken(jsontext.String(t.UTC().Format(time.RFC3339Nano)))
}))

// presenceReader walks a body a second time, beside the struct it was read into: what is required must be
// there, null is nowhere, and what is absent gets its default.
type presenceReader struct{ dec *jsontext.Decoder }

// place is where the reader is; its text is only made for an error.
type place struct {
	up    *place
	field string
	index int // -1: not in an array
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	s := p.up.String()
	if p.index >= 0 {
		return s + "[" + itoa(p.index) + "]"
	}
	if s != "" {
		s += "."
	}
	return s + p.field
}

// object reads one object. What Unmarshal accepted is well-formed, so reading errors do not occur.
func (p *presenceReader) object(s *shape, rv reflect.Value, at *place) error {
	var given [64]bool
	if _, err := p.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	for p.dec.PeekKind() == jsontext.KindString {
		key, err := p.dec.ReadToken()
		if err != nil {
			return syntax(err)
		}
		i, known := s.byName[key.String()]
		if !known {
			if err := p.dec.SkipValue(); err != nil {
				return syntax(err)
			}
			continue
		}
		given[i] = true
		f := &s.fields[i]
		v, here := rv.Field(f.index), &place{up: at, field: f.name, index: -1}
		if err := p.value(f, v, here); err != nil {
			return err
		}
		if f.optional && v.IsZero() { // given, though Validate will take it for left out
			if err := checkValue(f, v, here); err != nil {
				return err
			}
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	for i := range s.fields {
		f := &s.fields[i]
		switch {
		case given[i]:
		case f.rule.required:
			return broken((&place{up: at, field: f.name, index: -1}).String(), "it is required")
		default:
			absent(f, rv.Field(f.index))
		}
	}
	return nil
}

// absent fills in what a field that was left out means; an object that was left out has its fields' defaults.
func absent(f *field, v reflect.Value) {
	f.setDefault(v)
	if f.elem == nil || v.Kind() != reflect.Struct || f.optional {
		return
	}
	for i := range f.elem.fields {
		absent(&f.elem.fields[i], v.Field(f.elem.fields[i].index))
	}
}

// value reads one field's value, of whatever depth.
func (p *presenceReader) value(f *field, v reflect.Value, at *place) error {
	kind := p.dec.PeekKind()
	switch {
	case kind == jsontext.KindNull:
		return wrongKind(at.String(), "", kind)
	case v.Type() == valueType:
	case kind == jsontext.KindBeginObject && f.elem != nil:
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		return p.object(f.elem, v, at)
	case kind == jsontext.KindBeginArray && v.Kind() == reflect.Slice:
		return p.array(f, v, at)
	}
	if err := p.dec.SkipValue(); err != nil {
		return syntax(err)
	}
	return nil
}

func (p *presenceReader) array(f *field, v reflect.Value, at *place) error {
	if _, err := p.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	for i := 0; p.dec.PeekKind() != jsontext.KindEndArray; i++ {
		if err := p.value(f, v.Index(i), &place{up: at, index: i}); err != nil {
			return err
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	return nil
}

// asRule makes a rule of what the JSON library says.
func asRule(err error) error {
	if r, ok := errors.AsType[*Rule](err); ok {
		return r
	}
	var sem *json.SemanticError
	if !errors.As(err, &sem) {
		return syntax(err)
	}
	at := pointerPath(sem.JSONPointer)
	switch want := goWord(sem.GoType); {
	case sem.GoType == timeType && sem.JSONKind == jsontext.KindString:
		return wrongTime(at)
	case sem.Err != nil && sem.JSONKind == jsontext.KindString && sem.GoType != nil && reflect.PointerTo(sem.GoType).Implements(textReading):
		return broken(at, sem.Err.Error())
	case sem.JSONKind == jsontext.KindNumber && want == wholeNumber:
		return broken(at, "it must be a whole number, written without fraction or exponent")
	case sem.JSONKind == jsontext.KindNumber && want == "a number":
		return broken(at, "the number is too large")
	default:
		return wrongKind(at, want, sem.JSONKind)
	}
}

const wholeNumber = "a whole number"

// goWord names for people what a Go type takes.
func goWord(t reflect.Type) string {
	switch {
	case t == nil:
		return "something else"
	case t == timeType, t == lengthType, t == stateType, t.Kind() == reflect.String:
		return "a string"
	case t.Kind() == reflect.Bool:
		return "a boolean"
	case t.Kind() == reflect.Float32, t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Slice:
		return "an array"
	case t.Kind() == reflect.Struct:
		return "an object"
	default:
		return wholeNumber
	}
}

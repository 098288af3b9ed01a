package gate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds how deep content may nest.
const maxDepth = 64

var errDeep = errors.New("nested deeper than " + strconv.Itoa(maxDepth))

// SetContent derives the meaning from JSON: at most seven leaves for
// Signature, hashed n-grams of its strings for Lexical. It fails on text that
// is not exactly one JSON value (names once each, valid UTF-8) and, with
// ErrMeaning, when there is nothing to compare; then the meaning is about
// nothing.
func (m *Meaning) SetContent(e Embedder, doc []byte) error {
	m.clear()
	if e == Lexical {
		m.beginGrams()
	}
	r := readers.Get().(*reader)
	err := r.read(m, e, doc)
	readers.Put(r)
	if err != nil {
		m.clear()
		return fmt.Errorf("parse content: %w", err)
	}
	if e == Lexical {
		err = m.endVector()
	} else if m.sig.n == 0 {
		err = ErrMeaning
	}
	if err != nil {
		m.clear()
		return err
	}
	if e == Signature {
		m.kind, m.key, m.pattern = signature, m.sig.digest(), m.sig.familiar()
	}
	return nil
}

var readers = sync.Pool{New: func() any {
	r := new(reader)
	r.d = jsontext.NewDecoder(&r.in)
	return r
}}

// reader walks the leaves of one JSON value.
type reader struct {
	d    *jsontext.Decoder
	in   bytes.Reader
	text []byte
	m    *Meaning
	e    Embedder
}

func (r *reader) read(m *Meaning, e Embedder, doc []byte) error {
	r.in.Reset(doc)
	r.d.Reset(&r.in)
	r.m, r.e = m, e
	defer func() { r.m = nil }()
	if err := r.value(pathRoot, 0); err != nil {
		return err
	}
	if _, err := r.d.ReadToken(); err == nil {
		return errors.New("more than one JSON value")
	} else if err != io.EOF {
		return err
	}
	return nil
}

func (r *reader) value(path uint64, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	switch r.d.PeekKind() {
	case '{', '[':
		return r.container(path, depth)
	}
	raw, err := r.d.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case '"':
		return r.words(path, raw)
	case '0':
		if r.e == Signature {
			r.m.sig.add(leaf{mix(path)&^3 | leafNumber, math.Float64bits(octave(raw))})
		}
	case 't', 'f':
		if r.e == Signature {
			r.m.sig.add(leaf{mix(path)&^3 | leafBoolean, uint64(raw[0])})
		}
	}
	return nil
}

func (r *reader) container(path uint64, depth int) error {
	open, err := r.d.ReadToken()
	if err != nil {
		return err
	}
	object := open.Kind() == '{'
	for i := 0; ; i++ {
		if kind := r.d.PeekKind(); kind == '}' || kind == ']' {
			_, err := r.d.ReadToken()
			return err
		}
		step := path
		if object {
			raw, err := r.d.ReadValue()
			if err != nil {
				return err
			}
			if r.text, err = jsontext.AppendUnquote(r.text[:0], raw); err != nil {
				return err
			}
			step = pathKey(path, r.text)
		} else {
			step = pathIndex(path, i)
		}
		if err := r.value(step, depth+1); err != nil {
			return err
		}
	}
}

// words takes a string: a leaf, or text for n-grams.
func (r *reader) words(path uint64, raw jsontext.Value) error {
	var err error
	if r.text, err = jsontext.AppendUnquote(r.text[:0], raw); err != nil {
		return err
	}
	// The view lives only until the next value is read.
	text := unsafe.String(unsafe.SliceData(r.text), len(r.text))
	if r.e == Lexical {
		r.m.addGrams(text)
		return nil
	}
	kind := leafShort
	if len(text) > 24 || strings.ContainsFunc(text, unicode.IsSpace) {
		kind = leafText
	}
	r.m.sig.add(leaf{mix(path)&^3 | kind, hashText(text)})
	return nil
}

// octave is the magnitude of a JSON number in octaves above a hundredth, with
// the number's sign. Beyond 1e300 it is capped.
func octave(raw []byte) float64 {
	x, _ := strconv.ParseFloat(unsafe.String(unsafe.SliceData(raw), len(raw)), 64)
	x = clamp(x, -1e300, 1e300)
	return math.Copysign(log2(1+math.Abs(x)/0.01), x)
}

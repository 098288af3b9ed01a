package wave

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseWave reads one wave. The error is a *Rule. Defaults are filled: valence 1, cost 0. Content is a part
// of data, not a copy; the rest is independent of it. Numbers beyond what they can hold are capped: cost at
// MaxNumber, embedding entries at the largest float32.
func ParseWave(data []byte) (Wave, error) {
	if len(data) > MaxWaveMessage {
		return Wave{}, tooLarge(len(data), MaxWaveMessage)
	}
	r := readers.Get().(*reader)
	w, err := r.wave(data)
	r.release()
	if err != nil {
		return Wave{}, err
	}
	return w, nil
}

func tooLarge(n, limit int) error {
	return broken("", fmt.Sprintf("the message has %d bytes, at most %d are allowed", n, limit))
}

// reader is what reading a wave needs and may be used again.
type reader struct {
	src     bytes.Buffer // handed to dec, which reads it in place
	dec     jsontext.Decoder
	text    []byte    // a string with its escapes undone
	numbers []float32 // an embedding of yet unknown length
	given   presence  // what the wave had
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// release forgets the data, so that the pool does not keep it alive.
func (r *reader) release() {
	r.src = bytes.Buffer{}
	r.dec.Reset(&r.src)
	readers.Put(r)
}

// presence says which fields a wave had; absent and zero differ.
type presence struct {
	confidence, valence, embedding, floats bool
}

func (r *reader) wave(data []byte) (Wave, error) {
	r.src = *bytes.NewBuffer(data)
	r.dec.Reset(&r.src)
	r.given = presence{}
	w := Wave{}
	if kind := r.dec.PeekKind(); kind != jsontext.KindBeginObject {
		if kind == jsontext.KindInvalid {
			_, err := r.dec.ReadToken()
			return w, syntax(err)
		}
		return w, broken("", "a wave is a JSON object, not "+kindWord(kind))
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return w, syntax(err)
	}
	for r.dec.PeekKind() == jsontext.KindString {
		key, err := r.readText("")
		if err != nil {
			return w, err
		}
		if err := r.field(&w, key); err != nil {
			return w, err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return w, syntax(err)
	}
	if err := atEnd(&r.dec); err != nil {
		return w, err
	}
	if !r.given.confidence {
		return w, broken("confidence", "it is required")
	}
	if !r.given.valence {
		w.Valence = 1
	}
	return w, w.check()
}

// field reads the value of one key. key is only valid until the next read.
func (r *reader) field(w *Wave, key []byte) (err error) {
	switch string(key) {
	case "source":
		w.Source, err = r.readString("source", MaxSource)
	case "confidence":
		w.Confidence, err = r.readNumber("confidence")
		r.given.confidence = true
	case "region":
		w.Region, err = r.readString("region", MaxRegion)
	case "embedding":
		w.Embedding, err = r.readEmbedding()
	case "embedding_f32":
		w.Embedding, err = r.readFloats()
	case "content":
		w.Content, err = r.readContent()
	case "valence":
		w.Valence, err = r.readNumber("valence")
		r.given.valence = true
	case "cost":
		w.Cost, err = r.readNumber("cost")
	case "seq":
		w.Seq, err = r.readCount("seq")
		w.HasSeq = true
	case "time":
		w.Time, err = r.readTime("time")
	default:
		if err := r.dec.SkipValue(); err != nil {
			return syntax(err)
		}
	}
	return err
}

// want checks the kind of the next value.
func (r *reader) want(field string, kind jsontext.Kind) error {
	switch got := r.dec.PeekKind(); got {
	case kind:
		return nil
	case jsontext.KindInvalid:
		_, err := r.dec.ReadToken()
		return syntax(err)
	default:
		return wrongKind(field, kindWord(kind), got)
	}
}

// readText reads a string's bytes, escapes undone. They are valid until the next read.
func (r *reader) readText(field string) ([]byte, error) {
	if err := r.want(field, jsontext.KindString); err != nil {
		return nil, err
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, syntax(err)
	}
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner, nil
	}
	if r.text, err = jsontext.AppendUnquote(r.text[:0], raw); err != nil {
		return nil, syntax(err)
	}
	return r.text, nil
}

func (r *reader) readString(field string, limit int) (string, error) {
	text, err := r.readText(field)
	if err != nil {
		return "", err
	}
	if len(text) == 0 || len(text) > limit {
		return "", wrongLength(field, len(text), 1, limit, "bytes")
	}
	return string(text), nil
}

// readNumber reads a number; one that a float64 cannot hold is capped.
func (r *reader) readNumber(field string) (float64, error) {
	if err := r.want(field, jsontext.KindNumber); err != nil {
		return 0, err
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return 0, syntax(err)
	}
	f, _ := tok.Float() // the only error is a range error, and its value an infinity
	return min(max(f, -MaxNumber), MaxNumber), nil
}

func (r *reader) readCount(field string) (uint64, error) {
	if err := r.want(field, jsontext.KindNumber); err != nil {
		return 0, err
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return 0, syntax(err)
	}
	n, err := tok.Uint()
	if err != nil {
		return 0, broken(field, "it must be a whole number 0..18446744073709551615, written without fraction or exponent")
	}
	return n, nil
}

func (r *reader) readTime(field string) (time.Time, error) {
	text, err := r.readText(field)
	if err != nil {
		return time.Time{}, err
	}
	var t time.Time
	if !timeShape(text) || t.UnmarshalText(text) != nil || !timeInRange(t) {
		return time.Time{}, wrongTime(field)
	}
	return t.UTC(), nil
}

// readContent reads a value as it is; it stays a part of the message.
func (r *reader) readContent() (jsontext.Value, error) {
	if r.dec.PeekKind() == jsontext.KindNull {
		return nil, wrongKind("content", "JSON", jsontext.KindNull)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, syntax(err)
	}
	return slices.Clip(raw), nil
}

func (r *reader) readEmbedding() ([]float32, error) {
	r.given.embedding = true
	if r.given.floats {
		return nil, bothEmbeddings()
	}
	if err := r.want("embedding", jsontext.KindBeginArray); err != nil {
		return nil, err
	}
	r.numbers = r.numbers[:0]
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntax(err)
	}
	for r.dec.PeekKind() != jsontext.KindEndArray {
		f, err := r.readNumber("embedding")
		if err != nil {
			return nil, err
		}
		if len(r.numbers) == MaxDimensions {
			return nil, wrongLength("embedding", MaxDimensions+1, 1, MaxDimensions, "numbers")
		}
		r.numbers = append(r.numbers, float32(min(max(f, -math.MaxFloat32), math.MaxFloat32)))
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, syntax(err)
	}
	if len(r.numbers) == 0 {
		return nil, wrongLength("embedding", 0, 1, MaxDimensions, "numbers")
	}
	return append([]float32(nil), r.numbers...), nil
}

// readFloats reads an embedding packed as base64 of little-endian float32.
func (r *reader) readFloats() ([]float32, error) {
	const field = "embedding_f32"
	r.given.floats = true
	if r.given.embedding {
		return nil, bothEmbeddings()
	}
	text, err := r.readText(field)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") || len(raw)%4 != 0 {
		return nil, broken(field, "it must be standard base64, with padding, of little-endian 32-bit floats")
	}
	if n := len(raw) / 4; n == 0 || n > MaxDimensions {
		return nil, wrongLength(field, n, 1, MaxDimensions, "numbers")
	}
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		if f := float64(out[i]); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, broken(fmt.Sprintf("%s[%d]", field, i), "it must be finite")
		}
	}
	return out, nil
}

func bothEmbeddings() error {
	return broken("embedding_f32", "it says the same as embedding: give one of them")
}

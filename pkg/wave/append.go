package wave

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// readable is the longest embedding that is written as numbers; a longer one goes as embedding_f32, which
// takes half the bytes.
const readable = 16

// Append writes the wave as one line of JSON, without a newline, to the end of dst. A wave that breaks a
// rule is not written; the error is a *Rule and dst is returned as it was.
func (w Wave) Append(dst []byte) ([]byte, error) {
	if err := w.Validate(); err != nil {
		return dst, err
	}
	out, err := appendText(append(dst, `{"source":`...), "source", w.Source)
	if err != nil {
		return dst, err
	}
	out = appendNumber(append(out, `,"confidence":`...), w.Confidence)
	if w.Region != "" {
		if out, err = appendText(append(out, `,"region":`...), "region", w.Region); err != nil {
			return dst, err
		}
	}
	out = appendEmbedding(out, w.Embedding)
	if len(w.Content) > 0 {
		out = appendContent(append(out, `,"content":`...), w.Content)
	}
	if w.Valence != 1 {
		out = appendNumber(append(out, `,"valence":`...), w.Valence)
	}
	if w.Cost != 0 {
		out = appendNumber(append(out, `,"cost":`...), w.Cost)
	}
	if w.HasSeq {
		out = strconv.AppendUint(append(out, `,"seq":`...), w.Seq, 10)
	}
	if !w.Time.IsZero() {
		out = w.Time.UTC().AppendFormat(append(out, `,"time":"`...), time.RFC3339Nano)
		out = append(out, '"')
	}
	return append(out, '}'), nil
}

// MarshalJSON writes the wave as Append does.
func (w Wave) MarshalJSON() ([]byte, error) { return w.Append(nil) }

// UnmarshalJSON reads the wave as ParseWave does.
func (w *Wave) UnmarshalJSON(data []byte) (err error) {
	*w, err = ParseWave(bytes.Clone(data))
	return err
}

func appendText(dst []byte, field, s string) ([]byte, error) {
	out, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		return dst, broken(field, "it must be UTF-8")
	}
	return out, nil
}

func appendNumber(dst []byte, f float64) []byte {
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

func appendEmbedding(dst []byte, e []float32) []byte {
	switch {
	case len(e) == 0:
		return dst
	case len(e) > readable:
		raw := make([]byte, 0, 4*len(e))
		for _, f := range e {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
		}
		dst = base64.StdEncoding.AppendEncode(append(dst, `,"embedding_f32":"`...), raw)
		return append(dst, '"')
	}
	dst = append(dst, `,"embedding":[`...)
	for i, f := range e {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendFloat(dst, float64(f), 'g', -1, 32)
	}
	return append(dst, ']')
}

// appendContent writes valid JSON on one line, since a newline ends a wave of a frame.
func appendContent(dst []byte, v jsontext.Value) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return append(dst, bytes.TrimSpace(v)...)
	}
	line := v.Clone()
	if err := line.Compact(); err != nil {
		return append(dst, "null"...) // not reached: Validate has read it
	}
	return append(dst, line...)
}

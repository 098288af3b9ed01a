package wave

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

func TestParseWave(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 9, 30, 0, 250_000_000, time.UTC)
	for name, c := range map[string]struct {
		in   string
		want Wave
	}{
		"defaults": {
			`{"source":"math-1","confidence":0.7,"region":"arithmetic"}`,
			Wave{Source: "math-1", Confidence: 0.7, Region: "arithmetic", Valence: 1},
		},
		"zeros are values": {
			`{"source":"a","confidence":0,"region":"x","valence":0,"cost":0,"seq":0}`,
			Wave{Source: "a", Region: "x", HasSeq: true},
		},
		"everything": {
			` {"seq":17,"time":"2026-01-31T10:30:00.25+01:00","cost":0.1,"embedding":[1,-0.5,1e-3],
			   "content":{"a" : [1, null, "\u00e9"]},"valence":-1,"region":"x","confidence":1,"source":"a"} `,
			Wave{
				Source: "a", Confidence: 1, Region: "x", Embedding: []float32{1, -0.5, 1e-3},
				Content: jsontext.Value(`{"a" : [1, null, "\u00e9"]}`), Valence: -1, Cost: 0.1, Seq: 17, HasSeq: true, Time: at,
			},
		},
		"packed embedding": {
			`{"source":"a","confidence":1,"embedding_f32":"AACAPwAAAMA="}`,
			Wave{Source: "a", Confidence: 1, Embedding: []float32{1, -2}, Valence: 1},
		},
		"unknown fields": {
			`{"source":"a","Source":7,"confidence":1,"CONFIDENCE":"x","region":"x","more":{"deep":[{}]},"x":null}`,
			Wave{Source: "a", Confidence: 1, Region: "x", Valence: 1},
		},
		"escaped key and value": {
			`{"\u0073ource":"\u00e4\n","confidence":1,"region":"\ud83d\ude00"}`,
			Wave{Source: "ä\n", Confidence: 1, Region: "😀", Valence: 1},
		},
		"numbers beyond are capped": {
			`{"source":"a","confidence":1,"cost":1e999,"embedding":[1e300,-1e999]}`,
			Wave{Source: "a", Confidence: 1, Cost: MaxNumber, Valence: 1, Embedding: []float32{math.MaxFloat32, -math.MaxFloat32}},
		},
		"largest seq": {
			`{"source":"a","confidence":1,"region":"x","seq":18446744073709551615}`,
			Wave{Source: "a", Confidence: 1, Region: "x", Valence: 1, Seq: math.MaxUint64, HasSeq: true},
		},
		"content alone, any kind": {
			`{"source":"a","confidence":1,"content":false}`,
			Wave{Source: "a", Confidence: 1, Content: jsontext.Value("false"), Valence: 1},
		},
		"longest texts": {
			`{"source":"` + strings.Repeat("s", 128) + `","confidence":1,"region":"` + strings.Repeat("r", 256) + `"}`,
			Wave{Source: strings.Repeat("s", 128), Confidence: 1, Region: strings.Repeat("r", 256), Valence: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseWave([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseWaveRefuses(t *testing.T) {
	t.Parallel()
	schema := compiled(t)["wave"]
	about := `"region":"x"`
	for _, c := range []struct{ in, field, reason string }{
		{``, "", "it is not JSON: it ends too early"},
		{`   `, "", "it ends too early"},
		{`{`, "", "it ends too early"},
		{`{"source":"a`, "", "it ends too early"},
		{`[]`, "", "a wave is a JSON object, not an array"},
		{`null`, "", "not null"},
		{`"x"`, "", "not a string"},
		{`{"source":"a","confidence":1,` + about + `}{}`, "", "there is more after"},
		{`{"source":"a","confidence":1,` + about + `},`, "", "not JSON"},
		{`{"source":"a","confidence":1,` + about + `,}`, "", "not JSON"},
		{`{'source':'a'}`, "", "not JSON"},
		{`{"source":"a","confidence":NaN,` + about + `}`, "", "not JSON"},
		{`{"source":"a","confidence":Infinity,` + about + `}`, "", "not JSON"},
		{`{"source":"a","confidence":.5,` + about + `}`, "", "not JSON"},
		{"{\"source\":\"\xff\",\"confidence\":1," + about + `}`, "", "not JSON"},
		{`{"source":"\ud800","confidence":1,` + about + `}`, "", "not JSON"},
		{`{"source":"a","source":"a","confidence":1,` + about + `}`, "source", "given twice"},
		{`{"source":"a","confidence":1,` + about + `,"x":{"y":1,"y":2}}`, "x.y", "given twice"},
		{`{"source":"a","confidence":1,"content":{"y":1,"y":2}}`, "content.y", "given twice"},
		{`{"confidence":1,` + about + `}`, "source", "required"},
		{`{"source":"","confidence":1,` + about + `}`, "source", "1..128 bytes, has 0"},
		{`{"source":"` + strings.Repeat("s", 129) + `","confidence":1,` + about + `}`, "source", "1..128 bytes, has 129"},
		{`{"source":7,"confidence":1,` + about + `}`, "source", "must be a string, not a number"},
		{`{"source":"a",` + about + `}`, "confidence", "required"},
		{`{"source":"a","confidence":null,` + about + `}`, "confidence", "must not be null"},
		{`{"source":"a","confidence":"1",` + about + `}`, "confidence", "a number, not a string"},
		{`{"source":"a","confidence":1.0001,` + about + `}`, "confidence", "0..1, is 1.0001"},
		{`{"source":"a","confidence":-0.1,` + about + `}`, "confidence", "0..1"},
		{`{"source":"a","confidence":1e999,` + about + `}`, "confidence", "0..1"},
		{`{"source":"a","confidence":1}`, "", "about nothing"},
		{`{"source":"a","confidence":1,"region":""}`, "region", "1..256 bytes, has 0"},
		{`{"source":"a","confidence":1,"region":"` + strings.Repeat("r", 257) + `"}`, "region", "has 257"},
		{`{"source":"a","confidence":1,"content":null}`, "content", "must not be null"},
		{`{"source":"a","confidence":1,"embedding":[]}`, "embedding", "1..2048 numbers, has 0"},
		{`{"source":"a","confidence":1,"embedding":[1,"2"]}`, "embedding", "a number, not a string"},
		{`{"source":"a","confidence":1,"embedding":[1,[2]]}`, "embedding", "a number, not an array"},
		{`{"source":"a","confidence":1,"embedding":[` + strings.Repeat("1,", 2048) + `1]}`, "embedding", "1..2048 numbers"},
		{`{"source":"a","confidence":1,"embedding_f32":""}`, "embedding_f32", "1..2048 numbers, has 0"},
		{`{"source":"a","confidence":1,"embedding_f32":"AACAPw"}`, "embedding_f32", "standard base64"},
		{`{"source":"a","confidence":1,"embedding_f32":"AACA\nPw=="}`, "embedding_f32", "standard base64"},
		{`{"source":"a","confidence":1,"embedding_f32":"AACA_w=="}`, "embedding_f32", "standard base64"},
		{`{"source":"a","confidence":1,"embedding_f32":[1]}`, "embedding_f32", "a string, not an array"},
		{`{"source":"a","confidence":1,"embedding":[1],"embedding_f32":"AACAPw=="}`, "embedding_f32", "give one of them"},
		{`{"source":"a","confidence":1,"embedding_f32":"AACAPw==","embedding":[1]}`, "embedding_f32", "give one of them"},
		{`{"source":"a","confidence":1,` + about + `,"valence":1.5}`, "valence", "-1..1"},
		{`{"source":"a","confidence":1,` + about + `,"valence":true}`, "valence", "not a boolean"},
		{`{"source":"a","confidence":1,` + about + `,"cost":-1}`, "cost", "0 or more"},
		{`{"source":"a","confidence":1,` + about + `,"seq":-1}`, "seq", "whole number"},
		{`{"source":"a","confidence":1,` + about + `,"seq":1.5}`, "seq", "whole number"},
		{`{"source":"a","confidence":1,` + about + `,"seq":18446744073709551616}`, "seq", "whole number"},
		{`{"source":"a","confidence":1,` + about + `,"time":"yesterday"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":1769850000}`, "time", "a string, not a number"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31 09:30:00Z"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"1969-12-31T23:59:59Z"}`, "time", "from 1970"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T09:30:60Z"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T9:30:00Z"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T09:30:00,5Z"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T09:30:00.Z"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T09:30:00"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31T09:30:00+24:00"}`, "time", "RFC 3339"},
		{`{"source":"a","confidence":1,` + about + `,"time":"2026-01-31t09:30:00z"}`, "time", "RFC 3339"},
	} {
		_, err := ParseWave([]byte(c.in))
		var r *Rule
		if !errors.As(err, &r) {
			t.Errorf("%.80s: got %v, want a rule", c.in, err)
			continue
		}
		if r.Field != c.field || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%.80s: got field %q, reason %q, want %q, %q", c.in, r.Field, r.Reason, c.field, c.reason)
		}
		if err := schema.Validate([]byte(c.in)); err == nil {
			t.Errorf("%.80s: the schema accepts it", c.in)
		}
	}
	// What a schema cannot say: bytes, and what base64 holds.
	for _, in := range []string{
		`{"source":"` + strings.Repeat("ä", 65) + `","confidence":1,` + about + `}`,
		`{"source":"a","confidence":1,"embedding_f32":"AADAfw=="}`, // NaN
		`{"source":"a","confidence":1,"embedding_f32":"AACAPwA="}`, // five bytes
		`{"source":"a","confidence":1,` + about + `,"pad":"` + strings.Repeat("x", MaxWaveMessage) + `"}`,
	} {
		if _, err := ParseWave([]byte(in)); err == nil {
			t.Errorf("%.80s: it was accepted", in)
		}
	}
}

// TestParseWaveKeepsContent: content is a part of the message, and nothing else is.
func TestParseWaveKeepsContent(t *testing.T) {
	t.Parallel()
	data := []byte(`{"source":"src","confidence":1,"region":"reg","embedding":[1],"content":{"a":1}}`)
	w, err := ParseWave(data)
	if err != nil {
		t.Fatal(err)
	}
	if cap(w.Content) != len(w.Content) {
		t.Error("appending to the content would write into the message")
	}
	for i := range data {
		data[i] = '#'
	}
	if w.Source != "src" || w.Region != "reg" || w.Embedding[0] != 1 {
		t.Errorf("the wave changed with its message: %+v", w)
	}
	if string(w.Content) != "#######" {
		t.Errorf("the content is %s: a copy was made", w.Content)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	good := Wave{Source: "a", Confidence: 1, Region: "x", Valence: 1}
	for field, change := range map[string]func(w *Wave){
		"source":       func(w *Wave) { w.Source = "\xff" },
		"confidence":   func(w *Wave) { w.Confidence = math.NaN() },
		"valence":      func(w *Wave) { w.Valence = math.Inf(1) },
		"cost":         func(w *Wave) { w.Cost = math.Inf(1) },
		"content":      func(w *Wave) { w.Content = jsontext.Value("{") },
		"embedding[1]": func(w *Wave) { w.Embedding = []float32{1, float32(math.NaN())} },
		"time":         func(w *Wave) { w.Time = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC) },
		"region":       func(w *Wave) { w.Region = "\xff" },
	} {
		w := good
		change(&w)
		out, err := w.Append([]byte("before"))
		var r *Rule
		if !errors.As(err, &r) || r.Field != field || string(out) != "before" {
			t.Errorf("%s: got %q, %v", field, out, err)
		}
		if _, err := json.Marshal(w); err == nil {
			t.Errorf("%s: encoding/json wrote it", field)
		}
	}
}

// TestWaveThroughAnyLibrary: whoever marshals or unmarshals a wave gets the same rules and form.
func TestWaveThroughAnyLibrary(t *testing.T) {
	t.Parallel()
	in := Wave{Source: "a", Confidence: 0.5, Embedding: make([]float32, 40), Content: jsontext.Value("{\n \"a\": 1}"), Valence: 1}
	in.Embedding[7] = 0.25
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"embedding_f32":"`) || strings.Contains(string(data), "\n") {
		t.Errorf("written as %s", data)
	}
	var out Wave
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	in.Content = jsontext.Value(`{"a":1}`)
	if diff := cmp.Diff(in, out); diff != "" {
		t.Errorf("-in +out:\n%s", diff)
	}
	if err := json.Unmarshal([]byte(`{"source":"a"}`), &out); err == nil {
		t.Error("a wave without confidence was read")
	}
	if w, err := Decode[Wave](data); err != nil || w.Source != "a" {
		t.Errorf("Decode: %+v, %v", w, err)
	}
}

func FuzzParseWave(f *testing.F) {
	doc, err := Schema("wave")
	if err != nil {
		f.Fatal(err)
	}
	schema, err := CompileSchema("wave", doc)
	if err != nil {
		f.Fatal(err)
	}
	fill := newFiller(3)
	for range 20 {
		data, err := Encode(fill.message(waveType).Interface())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(benchWave))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := ParseWave(data)
		if err != nil {
			var r *Rule
			if !errors.As(err, &r) || r.Reason == "" || len(r.Error()) > 1024 {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if err := schema.Validate(data); err != nil {
			t.Fatalf("read, but against the schema: %v", err)
		}
		line, err := w.Append(nil)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := ParseWave(line)
		if err != nil {
			t.Fatalf("written as %s, but not read: %v", line, err)
		}
		w.Content, again.Content = canonical(t, w.Content), canonical(t, again.Content)
		if diff := cmp.Diff(w, again); diff != "" {
			t.Fatalf("-first +second:\n%s", diff)
		}
	})
}

func canonical(t *testing.T, v jsontext.Value) jsontext.Value {
	v = v.Clone()
	if len(v) > 0 {
		if err := v.Compact(); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

const benchWave = `{"source":"battery-1","confidence":0.82,"region":"energy","valence":1,` +
	`"content":{"charge_percent":37.5,"charging":false,"watts":-11.2,"cells":[3.71,3.70,3.72],"state":"discharging"},` +
	`"cost":0.1,"seq":4711,"time":"2026-01-31T09:30:00.123456Z"}`

func BenchmarkParseWave(b *testing.B) {
	data := []byte(benchWave)
	b.Run("wave", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := ParseWave(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		type plain struct { // without the methods of Wave
			Source     string          `json:"source"`
			Confidence *float64        `json:"confidence"`
			Region     string          `json:"region"`
			Embedding  []float32       `json:"embedding"`
			Content    json.RawMessage `json:"content"`
			Valence    *float64        `json:"valence"`
			Cost       float64         `json:"cost"`
			Seq        *uint64         `json:"seq"`
			Time       time.Time       `json:"time"`
		}
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var w plain
			if err := json.Unmarshal(data, &w); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAppendWave(b *testing.B) {
	w, err := ParseWave([]byte(benchWave))
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Append(buf[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

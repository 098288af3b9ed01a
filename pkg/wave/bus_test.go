package wave

import (
	"errors"
	"testing"
)

func TestSmoke(t *testing.T) {
	for _, in := range []string{
		`{"source":"a","confidence":0.5,"region":"x"}`,
		`{"source":"a","confidence":0.5,"region":"x","valence":0,"content":{"a":[1,{"b":null}]},"embedding":[1,2.5],"seq":0,"time":"2026-01-02T03:04:05.5+02:00"}`,
		`{"source":"a","confidence":2,"region":"x"}`,
		`{"source":"a","confidence":null,"region":"x"}`,
		`{"source":"a","source":"b","confidence":0.5,"region":"x"}`,
		`{"source":"a","confidence":0.5`,
		`{"source":"a","confidence":0.5}`,
		`{"source":"a","confidence":0.5,"region":"x"} {}`,
		``, `[1]`, `{"source":"a","confidence":0.5,"region":"x","embedding_f32":"AACAPw=="}`,
	} {
		w, err := ParseWave([]byte(in))
		t.Logf("%s\n -> %+v %v", in, w, err)
		var r *Rule
		if err != nil && !errors.As(err, &r) {
			t.Error("no rule")
		}
		if err == nil {
			out, err := w.Append(nil)
			t.Logf(" = %s %v", out, err)
		}
	}
	for _, in := range []string{
		`{"id":"math-virtual-1","gate":"math","garden":"virtual","from":"stable","to":"open","value":0.7,"weight":0.1,"triggers":[{"source":"a","confidence":0.6}],"route":{"tier":2},"cause":"evidence","seq":1,"time":"2026-01-02T03:04:05Z"}`,
		`{"id":"math-virtual-1","gate":"math","garden":"virtual","from":"stable","to":"open","value":0.7,"weight":0.1,"triggers":[{"source":"a"}],"route":{"tier":2},"cause":"evidence","seq":1,"time":"2026-01-02T03:04:05Z"}`,
		`{"id":"math-virtual-1","gate":"math","garden":"virtual","from":"stabl","to":"open","value":0.7,"weight":0.1,"triggers":[{"source":"a"}],"route":{"tier":2},"cause":"evidence","seq":1,"time":"2026-01-02T03:04:05Z"}`,
		`{"id":"math-virtual-1","gate":"math","garden":"virtual","from":7}`, `{"value":1e400}`, `{"seq":1.5}`, `{"seq":"a"}`, `{"time":"x"}`,
	} {
		m, err := Decode[Transition]([]byte(in))
		t.Logf("%+v %v", m, err)
		var r *Rule
		if err != nil && !errors.As(err, &r) {
			t.Error("no rule")
		}
		if err == nil {
			out, err := Encode(m)
			t.Logf(" = %s %v", out, err)
		}
	}
	s, err := New(KindCellWaveN, "dev", "math", "17")
	t.Log(s, err, s.Env(), s.Arg(0), s.Arg(1), s.Kind())
}

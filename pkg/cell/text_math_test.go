package cell

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func startTextAndMath(t *testing.T) *fakeBus {
	t.Helper()
	b := newFakeBus()
	for _, name := range []string{"text", "math"} {
		c, err := NewBuiltin(name, Config{Env: "dev", Host: "box", Bus: b})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
	}
	return b
}

func TestTextAndMathHearATextOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startTextAndMath(t)
		publish(t, b, "dev.nervous.cells.text.wave", `{"source":"person","confidence":0.7,"content":{"text":"what is 15 + 27"}}`)
		synctest.Wait()
		texts := waves(t, b.on("dev.nervous.cells.text.wave"))
		if len(texts) != 2 {
			t.Fatalf("%d waves on text, want the person's and one opinion", len(texts))
		}
		w := texts[1]
		if w.Source != "text-box" || w.Region != "arithmetic" || w.Confidence != 0.8 || !strings.Contains(string(w.Content), `"from":"person"`) {
			t.Errorf("%+v %s", w, w.Content)
		}
		results := waves(t, b.on("dev.nervous.cells.math.wave"))
		if len(results) != 1 {
			t.Fatalf("%d waves on math, want one", len(results))
		}
		if w := results[0]; w.Source != "math-box" || w.Region != RegionArithmetic || w.Confidence != 0.95 ||
			string(w.Content) != `{"expression":"15+27","result":42,"exact":true,"text":"what is 15 + 27"}` {
			t.Errorf("%+v %s", w, w.Content)
		}
	})
}

func TestWhatTextAndMathAnswer(t *testing.T) {
	tests := []struct {
		wave string
		text string // region, "" for silence
		math string // a part of the content, "" for silence
	}{
		{`"content":"fünf mal fünf"`, "arithmetic", `"result":25`},
		{`"content":{"text":"hello"}`, "greeting", ""},
		{`"content":{"text":"the sky is blue"}`, "statement", ""},
		{`"content":{"text":"what is 1 ÷ 0"}`, "arithmetic", `"error":"division by zero"`},
		{`"content":{"text":"2^100 + 0"}`, "arithmetic", `"result":"1267650600228229401496703205376","exact":true`},
		{`"content":{"text":"10 / 4 * 2 / 15"}`, "arithmetic", `"fraction":"1/3"`},
		{`"region":"arithmetic","content":{"text":"6 * 7"}`, "", `"result":42`},
		{`"region":"arithmetic","content":{"text":"6 * 7","from":"x"}`, "", ""},
		{`"region":"greeting","content":{"text":"6 * 7"}`, "", ""},
		{`"embedding":[1,2],"content":{"text":"hello"}`, "", ""},
		{`"content":{"text":5}`, "", ""},
		{`"content":{"text":"  "}`, "", ""},
		{`"content":{"Text":"6 * 7"}`, "", ""},
		{`"content":["6 * 7"]`, "", ""},
		{`"content":42`, "", ""},
		{`"valence":-1,"content":"6 * 7"`, "arithmetic", ""},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			b := startTextAndMath(t)
			publish(t, b, "dev.nervous.cells.text.wave", `{"source":"person","confidence":0.7,`+tt.wave+`}`)
			synctest.Wait()
			region, content := "", ""
			if got := waves(t, b.on("dev.nervous.cells.text.wave")); len(got) > 1 {
				region = got[1].Region
			}
			if got := waves(t, b.on("dev.nervous.cells.math.wave")); len(got) > 0 {
				content = string(got[0].Content)
			}
			if region != tt.text || (content == "") != (tt.math == "") || !strings.Contains(content, tt.math) {
				t.Errorf("%s: text %q, math %s", tt.wave, region, content)
			}
		})
	}
}

func TestTextAndMathAnswerRequests(t *testing.T) {
	b := startTextAndMath(t)
	tests := []struct{ cell, body, want string }{
		{"math", `{"command":"calculate","input":"6 * 7"}`, `"result":{"expression":"6*7","result":42,"exact":true,"text":"6 * 7"}`},
		{"math", `{"command":"calculate","input":{"text":"hello"}}`, `"hint":"write it in symbols`},
		{"math", `{"command":"calculate"}`, `"error":"the input holds no text"`},
		{"math", `{"command":"dance"}`, `"dance\" is not known here; known: [calculate]`},
		{"text", `{"command":"classify","input":{"text":"hello"}}`, `"result":{"region":"greeting","confidence":0.75`},
		{"text", `{"command":"classify","input":{"text":"?!"}}`, `"error":"the input holds no text"`},
	}
	for _, tt := range tests {
		body, err := b.ask(t, "dev.nervous.cells."+tt.cell+".request", tt.body)
		if err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s %s: %s, %v", tt.cell, tt.body, body, err)
		}
		if _, err := wave.Decode[wave.CellResponse](body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestRegistry(t *testing.T) {
	b := newFakeBus()
	for _, one := range Builtins() {
		c, err := NewBuiltin(one.Name, Config{Env: "dev", Bus: b})
		if err != nil || c.Describe() == "" || one.Summary == "" {
			t.Errorf("%s: %v", one.Name, err)
		}
		ok, why := Available(one.Name)
		if ok != (why == "") {
			t.Errorf("%s: available %v because %q", one.Name, ok, why)
		}
		t.Logf("%s: %s (available here: %v %s)", one.Name, one.Summary, ok, why)
	}
	for _, one := range Nerves() {
		if _, err := NewNerve(one.Name, NerveConfig{Config: Config{Env: "dev", Bus: b}}); err != nil {
			t.Errorf("%s: %v", one.Name, err)
		}
	}
	if _, err := NewBuiltin("cup", Config{Env: "dev", Bus: b}); !errors.Is(err, ErrUnknown) || !strings.Contains(daemon.Hint(err), "cpu, memory") {
		t.Errorf("%v: %s", err, daemon.Hint(err))
	}
	if _, err := NewNerve("cup", NerveConfig{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	if ok, why := Available("cup"); ok || why == "" {
		t.Errorf("available %v because %q", ok, why)
	}
	if ok, why := AvailableOn(Machine{Proc: "/nowhere", Sys: "/nowhere"}, "battery"); ok {
		t.Logf("this system has its battery elsewhere: %s", why)
	}
}

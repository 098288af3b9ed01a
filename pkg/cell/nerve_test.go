package cell

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// steady is a sensor that always reads the same.
type steady struct{ content any }

func (s steady) Read(context.Context, time.Time) (Reading, error) {
	return Reading{Content: s.content}, nil
}

// nerveTest is a nerve of each kind on a fake bus.
type nerveTest struct {
	*testing.T
	bus   *fakeBus
	nerve *Nerve
	busy  float64 // what the measuring hand finds
}

func startNerve(t *testing.T, kind string) *nerveTest {
	t.Helper()
	nt := &nerveTest{T: t, bus: newFakeBus()}
	n, err := NewNerve(kind, NerveConfig{Config: Config{Env: "dev", Bus: nt.bus}})
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := n.mind.(*pressure); ok {
		p.meters = func() *meter {
			return &meter{map[string]Sensor{"cpu": steady{CPUFigures{BusyShare: new(nt.busy)}}, "load": steady{}}, map[string]Reading{}}
		}
	}
	nt.nerve = n
	daemontest.Running(t, n)
	synctest.Wait()
	return nt
}

func (nt *nerveTest) states() []wave.NerveState {
	synctest.Wait()
	return decodeAll[wave.NerveState](nt.T, nt.bus.on("dev.nervous.nerves."+nt.nerve.cfg.Name+".state"))
}

// last is the latest state; it has to be the n-th.
func (nt *nerveTest) last(n int) wave.NerveState {
	nt.Helper()
	all := nt.states()
	if len(all) != n {
		nt.Fatalf("%d states were told, want %d: %+v", len(all), n, all)
	}
	return all[n-1]
}

func (nt *nerveTest) outcomes() []wave.Outcome {
	synctest.Wait()
	nt.bus.mu.Lock()
	stored := nt.bus.stored
	nt.bus.mu.Unlock()
	for _, m := range stored {
		if m.Subject != "dev.real.outcomes."+nt.nerve.cfg.Gate+".feedback" || m.ID == "" {
			nt.Errorf("stored %s with id %q", m.Subject, m.ID)
		}
	}
	return decodeAll[wave.Outcome](nt.T, stored)
}

func (nt *nerveTest) transition(garden wave.Garden, seq uint64, to wave.State, of string) {
	nt.Helper()
	from := map[wave.State]wave.State{wave.Open: wave.Stable, wave.Stable: wave.Open}[to]
	body, err := wave.Encode(wave.Transition{
		ID: wave.TransitionID("pressure", garden, seq), Gate: "pressure", Garden: garden, From: from, To: to, Value: 0.8,
		Triggers: []wave.Signal{{Source: "cpu-box", Confidence: 0.9, Valence: 1, Region: "processor", Share: 0.6}, {Source: "m", Confidence: 0.9, Valence: 1, Region: "memory", Share: 0.4}},
		Cause:    wave.CauseEvidence, Of: of, Seq: seq, Time: time.Now(),
	})
	if err != nil {
		nt.Fatal(err)
	}
	subject := map[wave.Garden]string{wave.Virtual: "dev.nervous.gates.pressure.transition", wave.Real: "dev.real.gates.pressure.transition"}[garden]
	publish(nt.T, nt.bus, subject, string(body))
	synctest.Wait()
}

func (nt *nerveTest) process(pid int, name string, share float64) {
	nt.Helper()
	publish(nt.T, nt.bus, "dev.nervous.cells.process.wave", fmt.Sprintf(
		`{"source":"process-box","confidence":%v,"region":"processor","content":{"pid":%d,"name":%q,"share":%v,"processor_share":%v,"memory_share":0.1,"hogs":2,"hogs_share":0.98}}`,
		share, pid, name, share, share))
	synctest.Wait()
}

func TestPressureNamesWhoAndMeasures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "pressure")
		if s := nt.last(1); s.State != stateIdle || s.Gate != "pressure" {
			t.Errorf("%+v", s)
		}
		publish(t, nt.bus, "dev.nervous.cells.load.wave.3", `{"source":"load-box","confidence":0.9,"region":"processor","content":{"processors":2}}`)
		nt.process(77, "sh", 0.5)
		nt.transition(wave.Virtual, 3, wave.Open, "")
		s := nt.last(2)
		if s.State != stateAlert || s.Transition != "pressure-virtual-3" || s.Reason != "sh (process 77) uses 50% of the processors; it and 1 more use 98% together; load, process agree" {
			t.Errorf("%+v", s)
		}
		if seen := string(s.Seen); !strings.Contains(seen, `"resource":"processor","pid":77,"name":"sh","share":0.5`) {
			t.Errorf("seen %s", seen)
		}

		nt.busy = 0.97
		nt.transition(wave.Real, 1, wave.Open, "pressure-virtual-3")
		nt.transition(wave.Real, 1, wave.Open, "pressure-virtual-3") // again: counts once
		if s := nt.last(3); s.State != stateMeasuring {
			t.Errorf("%+v", s)
		}
		<-time.After(1900 * time.Millisecond)
		if got := nt.outcomes(); len(got) != 0 {
			t.Fatalf("an outcome before two seconds: %+v", got)
		}
		<-time.After(200 * time.Millisecond)
		got := nt.outcomes()
		if len(got) != 1 {
			t.Fatalf("%d outcomes", len(got))
		}
		o := got[0]
		if o.ID != "pressure-virtual-3-o-sensor-confirmed" || o.Transition != "pressure-virtual-3" || o.Gate != "pressure" || o.Outcome != wave.Confirmed || o.By != wave.BySensor ||
			string(o.Expected) != `{"at_least":0.45,"figure":"busy_share","resource":"processor"}` || string(o.Actual) != `{"busy_share":0.97}` {
			t.Errorf("%+v %s %s", o, o.Expected, o.Actual)
		}
		if s := nt.last(4); s.State != stateAlert || !strings.HasPrefix(s.Reason, "sh (process 77)") || !strings.HasSuffix(s.Reason, "; confirmed: busy_share was 0.97, expected at least 0.45") {
			t.Errorf("%+v", s)
		}
		nt.transition(wave.Virtual, 4, wave.Stable, "")
		if s := nt.last(5); s.State != stateIdle || !strings.HasPrefix(s.Reason, "the gate is stable; it was: sh (process 77)") || !strings.Contains(string(s.Seen), `"pid":77`) || !strings.Contains(string(s.Seen), `"measured":{"resource":"processor"`) {
			t.Errorf("%+v", s)
		}
	})
}

func TestPressureJudges(t *testing.T) {
	tests := []struct {
		busy        float64
		want        wave.Verdict
		discrepancy float64
	}{
		{0.97, wave.Confirmed, 0}, {0.45, wave.Confirmed, 0}, {0.31, wave.Partial, 0.4}, {0.12, wave.Failed, 1}, {0, wave.Failed, 1},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			nt := startNerve(t, "pressure")
			nt.busy = tt.busy
			nt.transition(wave.Real, 1, wave.Open, "pressure-virtual-9") // virtual was stable again, or never heard
			if s := nt.last(2); s.State != stateMeasuring {
				t.Errorf("%+v", s)
			}
			<-time.After(3 * time.Second)
			got := nt.outcomes()
			if len(got) != 1 || got[0].Outcome != tt.want || *got[0].Discrepancy != tt.discrepancy {
				t.Errorf("busy %v: %+v, want %v", tt.busy, got, tt.want)
			}
			if s := nt.last(3); s.State != stateIdle {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestPressureNamesAnotherCauseLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "pressure")
		nt.transition(wave.Virtual, 1, wave.Open, "")
		if s := nt.last(2); s.State != stateAlert || s.Reason != "the processors under pressure and no process stands out" {
			t.Errorf("%+v", s)
		}
		nt.process(5, "make", 0.9) // too soon after the last word
		nt.last(2)
		<-time.After(2 * time.Second)
		nt.process(5, "make", 0.9)
		if s := nt.last(3); s.State != stateAlert || !strings.HasPrefix(s.Reason, "make (process 5)") || s.Transition != "pressure-virtual-1" {
			t.Errorf("%+v", s)
		}
		<-time.After(2 * time.Second)
		nt.process(5, "make", 0.9)
		nt.last(3) // the same cause is not told again
	})
}

func TestPressureMeasuresOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "pressure")
		nt.busy = 1
		nt.transition(wave.Virtual, 1, wave.Open, "")
		nt.transition(wave.Real, 1, wave.Open, "pressure-virtual-1")
		nt.transition(wave.Virtual, 2, wave.Stable, "")
		nt.transition(wave.Real, 2, wave.Stable, "")
		nt.transition(wave.Virtual, 3, wave.Open, "")
		nt.transition(wave.Real, 3, wave.Open, "pressure-virtual-3")
		<-time.After(5 * time.Second)
		var got []string
		for _, o := range nt.outcomes() {
			got = append(got, o.Transition)
		}
		if strings.Join(got, " ") != "pressure-virtual-1 pressure-virtual-3" {
			t.Errorf("outcomes %v", got)
		}
		var states []string
		for _, s := range nt.states() {
			states = append(states, s.State)
		}
		if want := "idle alert measuring measuring alert measuring alert"; strings.Join(states, " ") != want {
			t.Errorf("states %v, want %s", states, want)
		}
	})
}

func TestPressureIgnoresWhatIsNotItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "pressure")
		publish(t, nt.bus, "dev.nervous.gates.pressure.transition", `{"id":"x"}`)
		publish(t, nt.bus, "dev.nervous.gates.pressure.transition", "\x00")
		publish(t, nt.bus, "dev.nervous.cells.process.wave", "\x00")
		publish(t, nt.bus, "dev.nervous.cells.process.wave", `{"source":"p","confidence":0.9,"region":"processor","content":{"pid":"many"}}`)
		nt.transition(wave.Real, 1, wave.Open, "") // nothing says which virtual opening
		nt.transition(wave.Virtual, 2, wave.Stable, "")
		nt.last(1)
	})
}

func TestOutcomesWaitForTheBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "pressure")
		nt.transition(wave.Real, 1, wave.Open, "pressure-virtual-1")
		nt.bus.setBroken(true)
		<-time.After(7 * time.Second)
		nt.bus.setBroken(false)
		if got := nt.outcomes(); len(got) != 0 {
			t.Fatalf("%+v", got)
		}
		<-time.After(2 * time.Second)
		if got := nt.outcomes(); len(got) != 1 {
			t.Errorf("%d outcomes after the bus came back", len(got))
		}
		nt.transition(wave.Real, 2, wave.Open, "pressure-virtual-2")
		<-time.After(2*time.Second - time.Millisecond)
		nt.bus.setBroken(true)
		<-time.After(100 * time.Millisecond)
		nt.bus.setBroken(false)
		if err := nt.nerve.Stop(t.Context()); err != nil { // what waits is stored before it ends
			t.Error(err)
		}
		if got := nt.outcomes(); len(got) != 2 {
			t.Errorf("%d outcomes after the nerve stopped", len(got))
		}
	})
}

func (nt *nerveTest) ask(id, text string) {
	nt.Helper()
	publish(nt.T, nt.bus, "dev.cognitive.mind.request.boundary", fmt.Sprintf(
		`{"id":%q,"event":"math","confidence":0.9,"input":{"gate":"math","text":%q,"result":42},"gate":"math","transition":"math-virtual-1"}`, id, text))
	synctest.Wait()
}

func (nt *nerveTest) reply(id, rest string) {
	nt.Helper()
	publish(nt.T, nt.bus, "dev.cognitive.mind.response", fmt.Sprintf(`{"id":%q,"request":%q,"decision":"answer",%s}`, id+"-a", id, rest))
	synctest.Wait()
}

func TestMathNerveChecksAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "math")
		nt.ask("q1", "what is 15 + 27")
		if s := nt.last(2); s.State != stateWaiting || s.Transition != "math-virtual-1" {
			t.Errorf("%+v", s)
		}
		nt.reply("stranger", `"result":41`)
		nt.last(2)
		nt.reply("q1", `"result":{"text":"15 + 27 is 42."}`)
		if s := nt.last(3); s.State != stateAnswered || s.Reason != "confirmed: mind said 42, 15+27 is 42" {
			t.Errorf("%+v", s)
		}
		got := nt.outcomes()
		if len(got) != 1 || got[0].ID != "math-virtual-1-o-service-confirmed" || got[0].Outcome != wave.Confirmed || got[0].By != wave.ByService || string(got[0].Expected) != `{"expression":"15+27","result":42}` {
			t.Fatalf("%+v", got)
		}
		<-time.After(answerShown + time.Second)
		if s := nt.last(4); s.State != stateIdle {
			t.Errorf("%+v", s)
		}
		nt.ask("q1", "what is 15 + 27") // seen already
		nt.last(4)
		nt.ask("q2", "what is 2 + 2")
		nt.ask("q3", "hello")
		nt.reply("q2", `"result":5`)
		if s := nt.last(7); s.State != stateWaiting { // q3 is still open
			t.Errorf("%+v", s)
		}
		nt.reply("q3", `"result":"hi"`)
		if s := nt.last(8); s.State != stateAnswered || !strings.Contains(s.Reason, "nothing to check") {
			t.Errorf("%+v", s)
		}
		if got := nt.outcomes(); len(got) != 2 || got[1].Outcome != wave.Failed || *got[1].Discrepancy != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestMathNerveGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nt := startNerve(t, "math")
		nt.ask("q1", "what is 15 + 27")
		<-time.After(answerWithin + time.Second)
		if s := nt.last(3); s.State != stateIdle || s.Reason != "no answer came in time" {
			t.Errorf("%+v", s)
		}
		nt.ask("q2", "what is 15 + 27")
		nt.reply("q2", `"error":"the model is not loaded"`)
		if s := nt.last(5); s.State != stateAnswered || !strings.Contains(s.Reason, "not loaded") {
			t.Errorf("%+v", s)
		}
		if got := nt.outcomes(); len(got) != 0 {
			t.Errorf("outcomes without an answer: %+v", got)
		}
	})
}

func TestCheck(t *testing.T) {
	tests := []struct {
		text, answer string
		want         wave.Verdict
		discrepancy  float64
	}{
		{"15 + 27", `42`, wave.Confirmed, 0},
		{"15 + 27", `42.0`, wave.Confirmed, 0},
		{"15 + 27", `"The answer is 42."`, wave.Confirmed, 0},
		{"15 + 27", `{"result":"42","text":"or 43"}`, wave.Confirmed, 0},
		{"15 + 27", `{"text":"(simulated mind) what is 15 + 27: the result that came with it is 42."}`, wave.Confirmed, 0},
		{"15 + 27", `"forty-two"`, wave.Failed, 1},
		{"15 + 27", `43`, wave.Failed, 1},
		{"15 + 27", `{"a":{"b":42}}`, wave.Failed, 1},
		{"15 + 27", `null`, wave.Failed, 1},
		{"15 + 27", `"1/0"`, wave.Failed, 1},
		{"15 - 57", `"it is -42"`, wave.Confirmed, 0},
		{"2^100 + 0", `"1,267,650,600,228,229,401,496,703,205,376"`, wave.Confirmed, 0},
		{"1000 * 1001", `"1,001,000"`, wave.Confirmed, 0},
		{"what is 10/3", `"10/3"`, wave.Confirmed, 0},
		{"what is 10/3", `3.3333333333`, wave.Confirmed, 0},
		{"what is 10/3", `3.33`, wave.Partial, 0.1},
		{"5 * 0", `0`, wave.Confirmed, 0},
		{"5 * 0", `0.1`, wave.Failed, 1},
	}
	for _, tt := range tests {
		c, ok := Calculate(tt.text)
		if !ok {
			t.Fatal(tt.text)
		}
		got := c.check([]byte(tt.answer))
		if got.Outcome != tt.want || got.Discrepancy != tt.discrepancy {
			t.Errorf("%s, answer %s: %+v, want %s %v", tt.text, tt.answer, got, tt.want, tt.discrepancy)
		}
	}
}

func TestNerveStress(t *testing.T) {
	for _, kind := range []string{"pressure", "math"} {
		b := newFakeBus()
		daemontest.Stress(t, func() daemon.Service {
			n, err := NewNerve(kind, NerveConfig{Config: Config{Env: "dev", Bus: b}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		})
	}
}

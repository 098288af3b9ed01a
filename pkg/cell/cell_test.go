package cell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// counter is a behaviour with every ability.
type counter struct {
	n     atomic.Int64 // requests come while it samples
	fails bool
	heard []string
}

func (c *counter) Describe() string { return "counts" }

func (c *counter) Sample(context.Context, time.Time) ([]wave.Wave, error) {
	n := c.n.Add(1)
	if c.fails {
		return nil, errors.New("no")
	}
	w, err := Say("number", 0.5, map[string]int64{"n": n})
	return []wave.Wave{w}, err
}

func (c *counter) Fields() []string { return []string{"text"} }

func (c *counter) Hear(_ context.Context, field string, w wave.Wave) []wave.Wave {
	c.heard = append(c.heard, field+" "+w.Source)
	return []wave.Wave{{Region: "echo", Confidence: w.Confidence, Valence: w.Valence}}
}

func (c *counter) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	if r.Command != "count" {
		return nil, &daemon.Error{Op: "count", Err: errors.New("not that"), Hint: "ask for count"}
	}
	return map[string]int64{"n": c.n.Load()}, nil
}

func TestCellSamplesAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		c, err := New(Config{Env: "dev", Name: "num_ber", Host: "box", Bus: b, Cost: 0.1}, &counter{})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		daemontest.Running(t, c)
		<-time.After(2500 * time.Millisecond)
		got := waves(t, b.on("dev.nervous.cells.num-ber.wave"))
		if len(got) != 3 {
			t.Fatalf("%d waves after 2.5 s, want one at once and two more", len(got))
		}
		for i, w := range got {
			if w.Source != "num-ber-box" || w.Seq != uint64(i+1) || !w.HasSeq || w.Cost != 0.1 || w.Valence != 1 ||
				w.Region != "number" || string(w.Content) != fmt.Sprintf(`{"n":%d}`, i+1) || !w.Time.Equal(start.Add(time.Duration(i)*time.Second)) {
				t.Errorf("wave %d: %+v", i, w)
			}
		}
	})
}

func TestCellKeepsCountingAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		c, err := New(Config{Env: "dev", Name: "number", Bus: b}, &counter{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if err := c.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got := waves(t, b.on("dev.nervous.cells.number.wave"))
		if len(got) != 3 || got[2].Seq != 3 {
			t.Errorf("%+v", got)
		}
		if err := c.Emit(t.Context(), wave.Wave{Region: "x", Valence: 1}); !errors.Is(err, errNotRunning) {
			t.Errorf("a stopped cell speaks: %v", err)
		}
	})
}

func TestCellPacksWhenItSpeaksOften(t *testing.T) {
	for _, reflex := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := newFakeBus()
			c, err := New(Config{Env: "dev", Name: "fast", Bus: b, Reflex: reflex, Interval: time.Hour}, &counter{})
			if err != nil {
				t.Fatal(err)
			}
			daemontest.Running(t, c)
			synctest.Wait() // the first sample is said
			<-time.After(time.Second)
			for i := range 200 {
				if err := c.Emit(t.Context(), wave.Wave{Region: "r", Confidence: float64(i) / 1000, Valence: 1}); err != nil {
					t.Fatal(err)
				}
			}
			<-time.After(time.Millisecond)
			messages := b.on("dev.nervous.cells.fast.wave")
			got := waves(t, messages)
			if len(got) != 201 || got[200].Seq != 201 {
				t.Fatalf("%d waves, want 201 in order", len(got))
			}
			// One sample, one that found the cell silent, then 64 + 64 + 64 + 7.
			if want := map[bool]int{false: 6, true: 201}[reflex]; len(messages) != want {
				t.Errorf("reflex %v: %d messages, want %d", reflex, len(messages), want)
			}
		})
	}
}

func TestCellRefusesItsOwnBadWave(t *testing.T) {
	b := newFakeBus()
	c, err := New(Config{Env: "dev", Name: "bad", Bus: b, Interval: time.Hour}, &counter{})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, c)
	var rule *wave.Rule
	if err := c.Emit(t.Context(), wave.Wave{Region: "r", Confidence: 7}); !errors.As(err, &rule) || rule.Field != "confidence" {
		t.Errorf("error %v, want the rule of confidence", err)
	}
	if err := c.Emit(t.Context(), wave.Wave{Confidence: 0.5}); !errors.As(err, &rule) {
		t.Errorf("a wave about nothing: %v", err)
	}
}

func TestCellHearsAndRejects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		behaviour := &counter{}
		c, err := New(Config{Env: "dev", Name: "ear", Source: "me", Bus: b, Interval: time.Hour}, behaviour)
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
		publish(t, b, "dev.nervous.cells.text.wave", `{"source":"a","confidence":0.5,"region":"r"}`+"\n"+`{"source":"b","confidence":7,"region":"r"}`+
			"\n"+`{"source":"me","confidence":0.5,"region":"r"}`+"\n"+`{"source":"c","confidence":0.5,"region":"r"}`)
		publish(t, b, "dev.nervous.cells.text.wave.17", `{"source":"d","confidence":0.5,"region":"r"}`)
		publish(t, b, "dev.nervous.cells.other.wave", `{"source":"e","confidence":0.5,"region":"r"}`)
		synctest.Wait()
		if got := strings.Join(behaviour.heard, ","); got != "text a,text c,text d" && got != "text d,text a,text c" {
			t.Errorf("heard %s", got)
		}
		rejects := decodeAll[wave.Reject](t, b.on("dev.nervous.rejects"))
		if len(rejects) != 1 || rejects[0].Field != "confidence" || rejects[0].Line != 2 || rejects[0].By != "me" || !strings.HasPrefix(rejects[0].Head, `{"source":"b"`) {
			t.Errorf("rejects %+v", rejects)
		}
		<-time.After(time.Second)
		for range 25 {
			publish(t, b, "dev.nervous.cells.text.wave", "\xff{")
		}
		synctest.Wait()
		if n := len(b.on("dev.nervous.rejects")); n != 11 {
			t.Errorf("%d rejects, want at most 10 in a second", n-1)
		}
		<-time.After(time.Second)
		publish(t, b, "dev.nervous.cells.text.wave", "{}")
		synctest.Wait()
		rejects = decodeAll[wave.Reject](t, b.on("dev.nervous.rejects"))
		if last := rejects[len(rejects)-1]; last.Suppressed != 15 {
			t.Errorf("last reject %+v, want 15 suppressed", last)
		}
	})
}

func TestCellAnswers(t *testing.T) {
	b := newFakeBus()
	counts := &counter{}
	counts.n.Store(41)
	c, err := New(Config{Env: "dev", Name: "number", Source: "me", Bus: b, Interval: time.Hour}, counts)
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, c)
	const subject = "dev.nervous.cells.number.request"
	body, err := b.ask(t, subject, `{"id":"q1","command":"count"}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := wave.Decode[wave.CellResponse](body)
	if err != nil || got.Request != "q1" || got.Cell != "number" || got.Source != "me" || !strings.HasPrefix(string(got.Result), `{"n":4`) {
		t.Errorf("%+v, %v", got, err)
	}
	body, _ = b.ask(t, subject, `{"command":"dance"}`)
	got, err = wave.Decode[wave.CellResponse](body)
	if err != nil || got.Error == "" || got.Hint != "ask for count" || got.Result != nil {
		t.Errorf("%+v, %v", got, err)
	}
	var rule *wave.Rule
	if _, err = b.ask(t, subject, `{"command":`); !errors.As(err, &rule) {
		t.Errorf("a broken request: %v", err)
	}
}

func TestCellLivesWithoutItsBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		c, err := New(Config{Env: "dev", Name: "number", Bus: b}, &counter{})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
		synctest.Wait()
		b.setBroken(true)
		<-time.After(3500 * time.Millisecond)
		b.setBroken(false)
		<-time.After(time.Second)
		got := waves(t, b.on("dev.nervous.cells.number.wave"))
		if len(got) != 2 || got[1].Seq != 5 {
			t.Errorf("%d waves, last %+v: want a hole of three", len(got), got[len(got)-1])
		}
	})
}

func TestCellEndsWhenItCannotSubscribe(t *testing.T) {
	b := newFakeBus()
	b.setBroken(true)
	c, err := New(Config{Env: "dev", Name: "ear", Bus: b}, &counter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if err := c.Err(); !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "hear") {
		t.Errorf("error %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	good := Config{Env: "dev", Name: "x", Bus: newFakeBus()}
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"name", func(c *Config) { c.Name = "No!" }, "No!"},
		{"reserved name", func(c *Config) { c.Name = "real" }, "reserved"},
		{"environment", func(c *Config) { c.Env = "" }, "environment"},
		{"bus", func(c *Config) { c.Bus = nil }, "no bus"},
		{"interval", func(c *Config) { c.Interval = time.Millisecond }, "10ms..1h, is 1ms"},
		{"cost", func(c *Config) { c.Cost = -1 }, "cost must be 0 or more, is -1"},
		{"source", func(c *Config) { c.Source = strings.Repeat("x", 129) }, "129 bytes"},
		{"blank source", func(c *Config) { c.Source = "  " }, "empty"},
	}
	for _, tt := range tests {
		cfg := good
		tt.change(&cfg)
		if _, err := New(cfg, &counter{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
	}
	if _, err := New(good, struct{ Behaviour }{}); !errors.Is(err, ErrNoAbility) {
		t.Errorf("a behaviour without abilities: %v", err)
	}
}

func TestCellStress(t *testing.T) {
	b := newFakeBus()
	daemontest.Stress(t, func() daemon.Service {
		c, err := New(Config{Env: "dev", Name: "number", Bus: b}, &counter{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
	same, err := New(Config{Env: "dev", Name: "number", Bus: b}, &counter{})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Stress(t, func() daemon.Service { return same })
}

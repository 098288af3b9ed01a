package cell

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/robot"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// playedGate is the gate collision with the settings of topology/examples/robot,
// played by the kernel of package gate: what gate core does, without its store.
type playedGate struct {
	t      *testing.T
	bus    *fakeBus
	mu     sync.Mutex
	kernel *gate.Kernel
	fx     gate.Effects
	seq    uint64
	opened int
}

func playGate(t *testing.T, b *fakeBus) *playedGate {
	t.Helper()
	g := &playedGate{t: t, bus: b, kernel: gate.New(gate.Options{})}
	spec := gate.Defaults("collision")
	spec.Window, spec.HalfLife, spec.Refractory, spec.Chance = 500*time.Millisecond, 300*time.Millisecond, 0, false
	if _, err := g.kernel.Add(spec); err != nil {
		t.Fatal(err)
	}
	for _, side := range []string{"front", "left", "right"} {
		sub, err := b.Subscribe(t.Context(), "dev.nervous.cells.distance-"+side+".wave", g.hear)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = sub.Stop() })
	}
	return g
}

// hear judges a frame and publishes what the gate does.
func (g *playedGate) hear(ctx context.Context, m wave.Message) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
		if err != nil {
			g.t.Error(err)
			return
		}
		in := gate.Wave{Source: w.Source, Confidence: w.Confidence, Valence: w.Valence, Time: gate.At(time.Now())}
		if err := in.Meaning.Set(g.kernel.Spec(0).Embedder, w.Region, nil, nil); err != nil {
			g.t.Error(err)
		}
		if err := g.kernel.Hear(0, &in, &g.fx); err != nil {
			g.t.Error(err)
		}
	})
	for _, tr := range g.fx.Transitions {
		g.seq++
		state := map[gate.State]wave.State{gate.Open: wave.Open, gate.Stable: wave.Stable, gate.Closed: wave.Closed}
		if tr.To == gate.Open {
			g.opened++
		}
		body, err := wave.Encode(wave.Transition{
			ID: fmt.Sprintf("collision-virtual-%d", g.seq), Gate: "collision", Garden: wave.Virtual, From: state[tr.From], To: state[tr.To],
			Value: tr.Value, Cause: wave.CauseEvidence, Seq: g.seq, Time: time.Now(),
		})
		if err != nil {
			g.t.Error(err)
		}
		_ = g.bus.Publish(ctx, wave.Message{Subject: "dev.nervous.gates.collision.transition", Data: body})
	}
	g.fx.Reset()
}

// aRobot starts the cells and nerves of a robot in a room.
func aRobot(t *testing.T, b *fakeBus, room string, nerves ...string) *Cell {
	t.Helper()
	cfg := func(name string) Config {
		return Config{Env: "dev", Name: name, Host: "robot", Bus: b, Settings: map[string]string{"ROOM": room}}
	}
	var services []daemon.Service
	for _, name := range nerves {
		n, err := NewNerve(name, NerveConfig{Config: cfg(name), Gate: map[string]string{"collision-avoidance": "collision"}[name]})
		if err != nil {
			t.Fatal(err)
		}
		services = append(services, n)
	}
	for _, side := range []string{"front", "left", "right"} {
		c, err := NewBuiltin("distance", cfg("distance-"+side))
		if err != nil {
			t.Fatal(err)
		}
		services = append(services, c)
	}
	wheels, err := NewBuiltin("motor", cfg("motor"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(services, wheels) {
		daemontest.Running(t, s)
	}
	return wheels
}

// whereIs asks a motor directly.
func whereIs(c *Cell) robot.State {
	m := c.behaviour.(*motor)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.body.State(time.Now())
}

func roomText(seed uint64) string {
	dice := rand.New(rand.NewPCG(seed, 1))
	w, h := 3+dice.IntN(4), 2+dice.IntN(4)
	start := dice.IntN(w * h)
	var b strings.Builder
	for i := range w * h {
		switch {
		case i == start:
			b.WriteByte('R')
		case dice.Float64() < 0.25:
			b.WriteByte('#')
		default:
			b.WriteByte('.')
		}
		if i%w == w-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TestRobotExploresItsRoom plays cells, gate and nerves of a robot over a bus:
// it sees every place that it can reach, brakes before walls, touches none, and
// both nerves keep to their state machines.
func TestRobotExploresItsRoom(t *testing.T) {
	for seed := range uint64(6) {
		text := roomText(seed)
		room, err := robot.ParseRoom(text)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			b := newFakeBus()
			g := playGate(t, b)
			c := aRobot(t, b, text, "collision-avoidance", "exploration")
			want := fmt.Sprintf("everything within reach was seen: %d places", len(room.Reachable()))
			begun := time.Now()
			for ; !finished(b, want) && time.Since(begun) < 30*time.Minute; <-time.After(5 * time.Second) {
			}
			<-time.After(5 * time.Second)
			state := whereIs(c)
			states := decodeAll[wave.NerveState](t, b.on("dev.nervous.nerves.exploration.state"))
			if !finished(b, want) || state.Touches > 0 || state.Motion != robot.Rest {
				t.Errorf("room\n%safter %s: the last word is %+v; the robot: %+v", text, time.Since(begun), states[len(states)-1], state)
			}
			lawful(t, explorationNerve.States, states)
			avoiding := decodeAll[wave.NerveState](t, b.on("dev.nervous.nerves.collision-avoidance.state"))
			lawful(t, avoidanceNerve.States, avoiding)
			outcomes := decodeAll[wave.Outcome](t, b.stored)
			if g.opened > 0 && len(outcomes) == 0 {
				t.Errorf("the gate opened %d times and learned nothing", g.opened)
			}
			t.Logf("seed %d: %d places in %s, %.1f m, gate opened %d times, %d outcomes", seed, len(room.Reachable()), time.Since(begun), state.Odometer, g.opened, len(outcomes))
		})
	}
}

func finished(b *fakeBus, want string) bool {
	for _, m := range b.on("dev.nervous.nerves.exploration.state") {
		if strings.Contains(string(m.Data), want) {
			return true
		}
	}
	return false
}

// lawful checks that the states that were told follow from one another.
func lawful(t *testing.T, known []string, states []wave.NerveState) {
	t.Helper()
	own := map[string]bool{}
	for _, n := range []string{"idle detect", "detect evaluate", "evaluate evade", "evade resume", "resume idle", "resume detect", "detect idle", "evaluate idle",
		"rest choose", "choose move", "move look", "look rest"} {
		own[n] = true
	}
	for i, s := range states {
		if !slices.Contains(known, s.State) {
			t.Errorf("state %q is none of %q", s.State, known)
		}
		if i > 0 && s.State != states[i-1].State && !own[states[i-1].State+" "+s.State] {
			t.Errorf("moved from %s to %s", states[i-1].State, s.State)
		}
	}
}

// TestRobotEvades: nobody drives away from a wall, so the nerve turns.
func TestRobotEvades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBus()
		playGate(t, b)
		wheels := aRobot(t, b, "R....", "collision-avoidance")
		drive := func() string {
			<-time.After(time.Second)
			answer, err := b.ask(t, "dev.nervous.cells.motor.request", `{"command":"drive","input":{"metres":3,"for":"2s"}}`)
			if err != nil {
				t.Fatal(err)
			}
			return string(answer)
		}
		for range 4 {
			drive()
			<-time.After(2 * time.Second)
		}
		for range 10 {
			<-time.After(time.Second)
		}
		s := whereIs(wheels)
		if s.Touches > 0 || s.Odometer < 1.5 || s.Heading == 0 {
			t.Errorf("it did not drive to the wall, brake and turn away: %+v", s)
		}
		outcomes := decodeAll[wave.Outcome](t, b.stored)
		if len(outcomes) == 0 || outcomes[0].Outcome != wave.Confirmed || outcomes[0].By != wave.BySensor {
			t.Errorf("outcomes: %+v", outcomes)
		}
	})
}

func TestMotorOrders(t *testing.T) {
	b := newFakeBus()
	c, err := NewBuiltin("motor", Config{Env: "dev", Name: "motor", Bus: b})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, c)
	for body, want := range map[string]string{
		`{"command":"read"}`:                                  `"motion":"rest"`,
		`{"command":"drive"}`:                                 "drive needs metres",
		`{"command":"drive","input":{"metres":1}}`:            "the brake is on",
		`{"command":"drive","input":{"metres":-0.01}}`:        `"motion":"reverse"`,
		`{"command":"drive","input":{"metres":1,"for":"1h"}}`: "for must be 0s..2s",
		`{"command":"drive","input":{"metres":"far"}}`:        "read the order",
		`{"command":"turn"}`:                                  "turn needs a heading",
		`{"command":"release"}`:                               "release needs the heading",
		`{"command":"fly"}`:                                   "known: [read drive turn",
		`{"command":"stop"}`:                                  `"held":true`,
	} {
		answer, err := b.ask(t, "dev.nervous.cells.motor.request", body)
		if err != nil || !strings.Contains(string(answer), want) {
			t.Errorf("%s: %s, %v; want %s", body, answer, err, want)
		}
	}
}

func TestRobotSettings(t *testing.T) {
	for want, cfg := range map[string]Config{
		"direction \"up\" is none":   {Name: "distance", Settings: map[string]string{"DIRECTION": "up"}},
		"direction \"back\" is none": {Name: "distance-back"},
		"want one tile R":            {Name: "distance-left", Settings: map[string]string{"ROOM": "..."}},
	} {
		cfg.Env, cfg.Bus = "dev", newFakeBus()
		if _, err := NewBuiltin("distance", cfg); err == nil || !strings.Contains(err.Error(), want) || daemon.Hint(err) == "" {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := NewBuiltin("motor", Config{Env: "dev", Bus: newFakeBus(), Settings: map[string]string{"ROOM": "x"}}); err == nil {
		t.Error("a motor in no room")
	}
}

package cell

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// TestStateMachineProperties drives random machines at random and holds them
// against the plain rule: only what is declared happens, everything else changes
// nothing, and the costs add up.
func TestStateMachineProperties(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		states := []string{"a", "b", "c", "d", "e", "f"}[:1+r.IntN(6)]
		declared := map[[2]string]float64{}
		var transitions []topology.Transition
		for range r.IntN(20) {
			edge := [2]string{states[r.IntN(len(states))], states[r.IntN(len(states))]}
			if _, twice := declared[edge]; !twice {
				declared[edge] = float64(r.IntN(100))
				transitions = append(transitions, topology.Transition{From: edge[0], To: edge[1], Cost: declared[edge]})
			}
		}
		m, err := NewStateMachine(states, transitions)
		if err != nil {
			t.Fatal(err)
		}
		state, spent := states[0], 0.0
		for range 200 {
			to := append(states, "", "stranger")[r.IntN(len(states)+2)]
			cost, legal := declared[[2]string{state, to}]
			can := m.Can(to)
			got, err := m.Move(to)
			if legal {
				state, spent = to, spent+cost
			}
			if can != legal || (err == nil) != legal || err != nil && !errors.Is(err, ErrNoTransition) || got != cost || m.State() != state || m.Spent() != spent {
				t.Fatalf("seed %d: to %q: can %v, cost %v, error %v, state %q, spent %v; want legal %v, cost %v, state %q, spent %v",
					seed, to, can, got, err, m.State(), m.Spent(), legal, cost, state, spent)
			}
		}
	}
}

func TestStateMachineErrors(t *testing.T) {
	_, err := NewStateMachine([]string{"a", "a", ""}, []topology.Transition{{From: "a", To: "x"}, {From: "a", To: "x"}, {From: "a", To: "a", Cost: -1}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`state "a" is declared twice`, "1..64 bytes", `"x" is not declared`, `from "a" to "x" is declared twice`, "is -1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if _, err := NewStateMachine(nil, nil); err == nil {
		t.Error("a machine without states")
	}
}

// TestBuiltinMachinesReachEveryState: from the first state each other one can be
// reached and left.
func TestBuiltinMachinesReachEveryState(t *testing.T) {
	for name, n := range map[string]topology.Nerve{"pressure": pressureNerve, "math": mathNerve} {
		m, err := NewStateMachine(n.States, n.Transitions)
		if err != nil {
			t.Fatal(err)
		}
		reached := map[string]bool{m.State(): true}
		for range n.States {
			for _, tr := range n.Transitions {
				if reached[tr.From] {
					reached[tr.To] = true
				}
			}
		}
		for _, s := range n.States {
			leaves := false
			for _, tr := range n.Transitions {
				leaves = leaves || tr.From == s
			}
			if !reached[s] || !leaves {
				t.Errorf("%s: state %s is reached %v, can be left %v", name, s, reached[s], leaves)
			}
		}
	}
}

func TestNerveConfigErrors(t *testing.T) {
	good := func() NerveConfig { return NerveConfig{Config: Config{Env: "dev", Bus: newFakeBus()}} }
	tests := []struct {
		name   string
		change func(*NerveConfig)
		want   string
	}{
		{"gate", func(c *NerveConfig) { c.Gate = "No!" }, "gate"},
		{"measure", func(c *NerveConfig) { c.Measure = 1 }, "100ms..1m"},
		{"states", func(c *NerveConfig) { c.States = []string{"idle", "alert"} }, `add transition { from = "idle", to = "alert" }`},
		{"first", func(c *NerveConfig) {
			c.States, c.Transitions = []string{"alert", "idle", "measuring"}, pressureNerve.Transitions
		}, `first state must be "idle"`},
		{"cells", func(c *NerveConfig) { c.Cells = []string{"a.b"} }, "a.b"},
	}
	for _, tt := range tests {
		cfg := good()
		tt.change(&cfg)
		if _, err := NewNerve("pressure", cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

package cell

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// ErrNoTransition is returned for a change of state that is not declared.
var ErrNoTransition = errors.New("no such transition is declared")

// StateMachine is in one of its declared states and changes it only along
// declared transitions. It serves one goroutine.
type StateMachine struct {
	states []string
	cost   map[[2]string]float64
	state  string
	spent  float64
}

// NewStateMachine makes a machine in the first of its states. Every problem of
// the declaration is in the error.
func NewStateMachine(states []string, transitions []topology.Transition) (*StateMachine, error) {
	m := &StateMachine{states: slices.Clone(states), cost: map[[2]string]float64{}}
	var errs []error
	if len(states) == 0 {
		errs = append(errs, errors.New("no state is declared"))
	}
	for i, s := range states {
		switch {
		case s == "" || len(s) > 64:
			errs = append(errs, fmt.Errorf("state %q: its name must have 1..64 bytes", s))
		case slices.Contains(states[:i], s):
			errs = append(errs, fmt.Errorf("state %q is declared twice", s))
		}
	}
	for _, t := range transitions {
		edge := [2]string{t.From, t.To}
		if _, twice := m.cost[edge]; twice {
			errs = append(errs, fmt.Errorf("transition from %q to %q is declared twice", t.From, t.To))
		}
		for _, s := range edge {
			if !slices.Contains(states, s) {
				errs = append(errs, fmt.Errorf("transition from %q to %q: state %q is not declared", t.From, t.To, s))
			}
		}
		if !(t.Cost >= 0 && t.Cost <= 1e300) {
			errs = append(errs, fmt.Errorf("transition from %q to %q: cost must be 0 or more, is %v", t.From, t.To, t.Cost))
		}
		m.cost[edge] = t.Cost
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("make state machine: %w", err)
	}
	m.state = states[0]
	return m, nil
}

// State is where the machine is.
func (m *StateMachine) State() string { return m.state }

// Spent is the lifeforce of all changes so far.
func (m *StateMachine) Spent() float64 { return m.spent }

// Can says whether the change from the present state is declared.
func (m *StateMachine) Can(to string) bool {
	_, ok := m.cost[[2]string{m.state, to}]
	return ok
}

// Move changes the state and returns what that cost. A change that is not
// declared does nothing and returns ErrNoTransition.
func (m *StateMachine) Move(to string) (cost float64, err error) {
	cost, ok := m.cost[[2]string{m.state, to}]
	if !ok {
		return 0, fmt.Errorf("move from %q to %q: %w", m.state, to, ErrNoTransition)
	}
	m.state = to
	m.spent += cost
	return cost, nil
}

// needs says which of the transitions that a nerve makes are not declared.
func (m *StateMachine) needs(transitions []topology.Transition) error {
	var errs []error
	for _, t := range transitions {
		if _, ok := m.cost[[2]string{t.From, t.To}]; !ok {
			errs = append(errs, fmt.Errorf("add transition { from = %q, to = %q }: the built-in nerve makes it", t.From, t.To))
		}
	}
	return errors.Join(errs...)
}

// edges writes transitions as "from to" words without cost.
func edges(pairs ...[2]string) []topology.Transition {
	out := make([]topology.Transition, len(pairs))
	for i, p := range pairs {
		out[i] = topology.Transition{From: p[0], To: p[1]}
	}
	return out
}

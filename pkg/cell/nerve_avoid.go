package cell

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/nimmerverse/nimmer/pkg/robot"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// avoidanceNerve is the nerve collision-avoidance.
//
//	idle ── the gate opens ──▶ detect ── measured ──▶ evaluate ── too near ──▶ evade
//	 ▲ ▲                        │  ▲                     │                       │
//	 │ └──── stable again ──────┘  └── open again ──┐    │                       │
//	 │ ◀──── stable again ──────────────────────────┼────┘                       │
//	 └────── stable again ──── resume ──────────────┘ ◀──── the way is free ─────┘
var avoidanceNerve = topology.Nerve{
	States: []string{robot.Idle, robot.Detect, robot.Evaluate, robot.Evade, robot.Resume},
	Transitions: edges(
		[2]string{robot.Idle, robot.Detect}, [2]string{robot.Detect, robot.Evaluate}, [2]string{robot.Evaluate, robot.Evade},
		[2]string{robot.Evade, robot.Resume}, [2]string{robot.Resume, robot.Idle},
		[2]string{robot.Resume, robot.Detect}, [2]string{robot.Detect, robot.Idle}, [2]string{robot.Evaluate, robot.Idle}),
}

// freshFor is how old a measurement may be to act on.
const freshFor = 500 * time.Millisecond

// avoidance keeps a robot from walls: it brakes when its gate says that
// something is close and the way ahead is too short, and lets go when it is free.
type avoidance struct {
	*Nerve
	guard  robot.Guard
	view   robot.View
	motor  robot.State
	line   *motorLine
	opens  seen
	open   *wave.Transition
	near   float64 // the shortest distance while the gate was open
	judged bool
}

func newAvoidance(cfg NerveConfig) (*Nerve, error) {
	return newRobotNerve(cfg, avoidanceNerve, func(n *Nerve) (reflexes, error) {
		a := &avoidance{Nerve: n, view: robot.View{Distances: robot.Distances{}}}
		line, err := newMotorLine(n, func(_ context.Context, s robot.State) { a.motor = s })
		a.line = line
		return a, err
	})
}

// newRobotNerve makes a nerve that hears distance cells and commands a motor.
func newRobotNerve(cfg NerveConfig, own topology.Nerve, mind func(*Nerve) (reflexes, error)) (*Nerve, error) {
	if len(cfg.Cells) == 0 {
		cfg.Cells = []string{"distance-front", "distance-left", "distance-right"}
	}
	if len(cfg.Commands) == 0 {
		cfg.Commands = []string{"motor"}
	}
	n, err := newNerve(cfg, own)
	if err != nil {
		return nil, err
	}
	if n.mind, err = mind(n); err != nil {
		return nil, fmt.Errorf("make nerve %s: %w", n.cfg.Name, err)
	}
	return n, nil
}

func (a *avoidance) filters() ([]string, error) {
	return a.hearing(wave.KindGateTransition, wave.KindGateReflex)
}

func (a *avoidance) hear(ctx context.Context, s wave.Subject, m wave.Message) {
	switch s.Kind() {
	case wave.KindCellWave, wave.KindCellWaveN:
		look := false
		wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
			if err == nil && a.cfg.Now().Sub(w.Time) < freshFor {
				look = a.feel(w) || look
			}
		})
		if look {
			a.decide(ctx)
		}
	case wave.KindGateTransition, wave.KindGateReflex:
		t, err := wave.Decode[wave.Transition](m.Data)
		if err != nil || t.Gate != a.cfg.Gate || t.Garden != wave.Virtual {
			a.refused(m, err)
			return
		}
		if a.opens.first(t.ID) {
			a.transition(t)
			a.decide(ctx)
		}
	}
}

// feel takes one wave in; true when it is a reason to decide.
func (a *avoidance) feel(w wave.Wave) bool {
	if s, ok := motorState(w.Content); ok && w.Region == RegionMotion {
		a.motor = s
		return false
	}
	return feelDistance(&a.view, w)
}

// feelDistance puts a measurement into a view; true for the one ahead.
func feelDistance(v *robot.View, w wave.Wave) bool {
	var f DistanceFigures
	if w.Region != RegionObstacle || len(w.Content) == 0 || json.Unmarshal(w.Content, &f) != nil || !(f.Metres >= 0) {
		return false
	}
	v.Distances[f.Direction] = f.Metres
	if f.Direction == robot.Front {
		v.Heading = f.Heading
	}
	return f.Direction == robot.Front
}

// transition follows the gate, and judges an opening when it is over.
func (a *avoidance) transition(t wave.Transition) {
	if t.To == wave.Open {
		a.open, a.near, a.judged = &t, robot.Reach, false
		return
	}
	if a.open != nil && !a.judged {
		a.judge()
	}
	a.open = nil
}

func (a *avoidance) decide(ctx context.Context) {
	for _, d := range a.view.Distances {
		a.near = min(a.near, d)
	}
	through, c := a.guard.Decide(a.cfg.Now(), a.open != nil, a.view, a.motor)
	for _, state := range through {
		s := step{to: state, reason: a.reason(state), seen: a.view.Distances}
		if a.open != nil {
			s.transition = a.open.ID
		}
		a.tell(ctx, s)
		if state == robot.Evade && a.open != nil && !a.judged {
			a.judge()
		}
	}
	a.line.send(c)
}

func (a *avoidance) reason(state string) string {
	front := a.view.Distances[robot.Front]
	switch state {
	case robot.Detect:
		return "something is close"
	case robot.Evaluate:
		return fmt.Sprintf("%.2f m ahead", front)
	case robot.Evade:
		return fmt.Sprintf("only %.2f m ahead: the brake is on", front)
	case robot.Resume:
		return fmt.Sprintf("%.2f m ahead: the brake is off", front)
	}
	return "nothing is close"
}

// judge teaches the gate whether something was close.
func (a *avoidance) judge() {
	a.judged = true
	o := wave.Outcome{Gate: a.cfg.Gate, Transition: a.open.ID, Outcome: wave.Failed, By: wave.BySensor, Time: a.cfg.Now()}
	off := 1.0
	switch {
	case a.near <= robot.FreeFrom:
		o.Outcome, off = wave.Confirmed, 0
	case a.near < 2*robot.FreeFrom:
		o.Outcome, off = wave.Partial, round(max(0.01, a.near/robot.FreeFrom-1))
	}
	o.ID, o.Discrepancy = wave.OutcomeID(o.Transition, o.By, o.Outcome), &off
	o.Expected, _ = marshal(map[string]float64{"distance_metres_at_most": robot.FreeFrom})
	o.Actual, _ = marshal(map[string]float64{"distance_metres": a.near})
	a.outbox.put(o)
}

func (a *avoidance) due() time.Time { return time.Time{} }

func (a *avoidance) wake(context.Context) {}

package cell

import (
	"context"
	"fmt"
	"time"

	"github.com/nimmerverse/nimmer/pkg/robot"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// explorationNerve is the nerve exploration.
//
//	rest ──▶ choose ──▶ move ──▶ look ──▶ rest
//	         a tile     there,   it was seen,
//	         not seen   or to    or is a wall
//	                    a wall
var explorationNerve = topology.Nerve{
	States: []string{robot.Rest, robot.Choose, robot.Move, robot.Look},
	Transitions: edges([2]string{robot.Rest, robot.Choose}, [2]string{robot.Choose, robot.Move},
		[2]string{robot.Move, robot.Look}, [2]string{robot.Look, robot.Rest}),
}

// exploration drives a robot to every place that it can reach. It pays no heed
// to walls: that is what collision avoidance is for.
type exploration struct {
	*Nerve
	explorer robot.Explorer
	view     robot.View
	line     *motorLine
	opens    seen
	closed   bool // its gate says no
	told     bool // that everything was seen
	last     robot.Command
	lastAt   time.Time
}

// renewAfter is how long a command that is being carried out is left alone.
const renewAfter = 150 * time.Millisecond

// explorationSeen is what it tells beside its state.
type explorationSeen struct {
	Visited int  `json:"visited"`
	Walls   int  `json:"walls"`
	Done    bool `json:"done"`
}

func newExploration(cfg NerveConfig) (*Nerve, error) {
	return newRobotNerve(cfg, explorationNerve, func(n *Nerve) (reflexes, error) {
		e := &exploration{Nerve: n, view: robot.View{Distances: robot.Distances{}}}
		line, err := newMotorLine(n, func(context.Context, robot.State) {})
		e.line = line
		return e, err
	})
}

func (e *exploration) filters() ([]string, error) { return e.hearing(wave.KindGateTransition) }

func (e *exploration) hear(ctx context.Context, s wave.Subject, m wave.Message) {
	switch s.Kind() {
	case wave.KindCellWave, wave.KindCellWaveN:
		wave.ParseFrame(m.Data, func(_ int, w wave.Wave, err error) {
			if err != nil || e.cfg.Now().Sub(w.Time) >= freshFor {
				return
			}
			if state, ok := motorState(w.Content); ok && w.Region == RegionMotion {
				e.decide(ctx, state)
				return
			}
			feelDistance(&e.view, w)
		})
	case wave.KindGateTransition:
		t, err := wave.Decode[wave.Transition](m.Data)
		if err != nil || t.Gate != e.cfg.Gate || t.Garden != wave.Virtual {
			e.refused(m, err)
			return
		}
		if e.opens.first(t.ID) {
			e.transition(ctx, t)
		}
	}
}

// transition stands still while the gate is closed: the sensors contradict one
// another, and what they say is nothing to drive by.
func (e *exploration) transition(ctx context.Context, t wave.Transition) {
	was := e.closed
	e.closed = t.To == wave.Closed
	if e.closed == was {
		return
	}
	s := step{transition: t.ID, reason: "the gate is closed: it stands still", seen: e.seen()}
	if !e.closed {
		s.reason = "the gate is " + t.To.String() + ": it goes on"
	} else {
		e.line.send(robot.Command{Do: robot.DoStop})
	}
	e.tell(ctx, s)
}

func (e *exploration) decide(ctx context.Context, motor robot.State) {
	if e.closed {
		return
	}
	through, c := e.explorer.Decide(motor, e.view)
	for _, state := range through {
		e.tell(ctx, step{to: state, reason: e.reason(state, motor), seen: e.seen()})
	}
	if e.explorer.Done() && !e.told {
		e.told = true
		e.tell(ctx, step{reason: fmt.Sprintf("everything within reach was seen: %d places, %d walls", e.explorer.Visited(), e.explorer.Walls()), seen: e.seen()})
	}
	e.command(c, motor)
}

// command asks the motor, but not again for what it has just begun to do.
func (e *exploration) command(c robot.Command, motor robot.State) {
	now := e.cfg.Now()
	same := c.Do == e.last.Do && (c.Do != robot.DoTurn || c.Heading == e.last.Heading)
	if same && motor.Motion != robot.Rest && now.Sub(e.lastAt) < renewAfter {
		return
	}
	e.last, e.lastAt = c, now
	e.line.send(c)
}

func (e *exploration) seen() explorationSeen {
	return explorationSeen{e.explorer.Visited(), e.explorer.Walls(), e.explorer.Done()}
}

func (e *exploration) reason(state string, motor robot.State) string {
	at := motor.On()
	switch state {
	case robot.Choose:
		return fmt.Sprintf("where to from (%d,%d)?", at.X, at.Y)
	case robot.Move:
		return fmt.Sprintf("from (%d,%d)", at.X, at.Y)
	case robot.Look:
		return fmt.Sprintf("at (%d,%d)", at.X, at.Y)
	}
	return fmt.Sprintf("%d places seen, %d walls", e.explorer.Visited(), e.explorer.Walls())
}

func (e *exploration) due() time.Time { return time.Time{} }

func (e *exploration) wake(context.Context) {}

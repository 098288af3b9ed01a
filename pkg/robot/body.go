package robot

import (
	"errors"
	"math"
	"time"
)

// What the motor does: metres and radians in a second.
const (
	Speed = 0.4
	Spin  = 3.0
)

// ErrHeld is returned for a drive forward while the brake is on.
var ErrHeld = errors.New("the brake is on: nobody has seen that the way ahead is free")

// MaxLease is the longest time a command goes on without being given again.
const MaxLease = 2 * time.Second

// State is what a body knows about itself, as its motor tells it.
type State struct {
	Pose
	Motion   string  `json:"motion"`   // rest, drive, reverse or turn
	Left     float64 `json:"left"`     // metres or radians of it that are left
	Held     bool    `json:"held"`     // the brake is on
	Odometer float64 `json:"odometer"` // metres driven
	Touches  int     `json:"touches"`  // of walls
}

// The motions.
const (
	Rest    = "rest"
	Drive   = "drive"
	Reverse = "reverse"
	Turn    = "turn"
)

// Body is the robot. Its motor obeys a command until it is done, another one
// comes, or its lease is over: a robot that hears nothing any more stands still.
//
// The brake is on from the start and after every turn, until somebody who looked
// in this direction releases it; backward it may always go.
type Body struct {
	room  Room
	state State
	sign  float64 // of the turn
	until time.Time
	at    time.Time
}

// NewBody puts the robot on the start of a room, looking right.
func NewBody(room Room, now time.Time) *Body {
	x, y := room.start.center()
	return &Body{room: room, at: now, state: State{Pose: Pose{X: x, Y: y}, Motion: Rest, Held: true}}
}

// Put moves the robot somewhere else, as a hand would: for tests and games.
func (b *Body) Put(p Pose) { b.state.Pose = p }

// State is where the robot is at a moment.
func (b *Body) State(now time.Time) State {
	b.advance(now)
	return b.state
}

// Sense measures at a moment.
func (b *Body) Sense(now time.Time) View { return b.room.Sense(b.State(now).Pose) }

// Drive goes forward, or backward for less than 0, for so many metres from
// where the odometer was at from: a command that is given again, or comes late,
// does not go further than it was meant to.
func (b *Body) Drive(now time.Time, metres, from float64, lease time.Duration) error {
	b.advance(now)
	if metres > 0 && b.state.Held {
		return ErrHeld
	}
	motion := Drive
	if metres < 0 {
		motion = Reverse
	}
	b.begin(motion, max(0, math.Abs(metres)-max(0, b.state.Odometer-from)), lease)
	return nil
}

// TurnTo turns on the spot until it looks somewhere, the shorter way.
func (b *Body) TurnTo(now time.Time, heading float64, lease time.Duration) {
	b.advance(now)
	angle := Between(b.state.Heading, heading)
	b.sign = 1
	if angle < 0 {
		b.sign = -1
	}
	b.begin(Turn, math.Abs(angle), lease)
	b.state.Held = b.state.Held || angle != 0
}

func (b *Body) begin(motion string, left float64, lease time.Duration) {
	b.state.Motion, b.state.Left = motion, left
	b.until = b.at.Add(min(max(lease, 0), MaxLease))
	if left == 0 {
		b.rest()
	}
}

func (b *Body) rest() { b.state.Motion, b.state.Left = Rest, 0 }

// Brake ends a drive forward and refuses others, until Release.
func (b *Body) Brake(now time.Time) {
	b.advance(now)
	b.state.Held = true
	if b.state.Motion == Drive {
		b.rest()
	}
}

// Release takes the brake off for somebody who saw that the way is free in the
// direction of heading; when the robot looks elsewhere by now, it stays on.
func (b *Body) Release(now time.Time, heading float64) {
	b.advance(now)
	if b.state.Motion != Turn && math.Abs(Between(b.state.Heading, heading)) < sameHeading {
		b.state.Held = false
	}
}

// Stop ends whatever the motor does.
func (b *Body) Stop(now time.Time) {
	b.advance(now)
	b.rest()
}

// advance moves the robot up to now. Time that goes back moves nothing.
func (b *Body) advance(now time.Time) {
	from := b.at
	if !now.After(from) {
		return
	}
	b.at = now
	if b.state.Motion == Rest {
		return
	}
	end := now
	if b.until.Before(end) {
		end = b.until
	}
	seconds := max(0, end.Sub(from).Seconds())
	if b.state.Motion == Turn {
		b.turn(min(b.state.Left, seconds*Spin))
	} else {
		b.drive(min(b.state.Left, seconds*Speed))
	}
	if b.state.Left <= 1e-12 || !now.Before(b.until) {
		b.rest()
	}
}

func (b *Body) turn(angle float64) {
	b.state.Heading = Normal(b.state.Heading + b.sign*angle)
	b.state.Left -= angle
}

// drive moves until it is done or touches a wall, which stops the motor.
func (b *Body) drive(metres float64) {
	p := b.state.Pose
	sign := 1.0
	if b.state.Motion == Reverse {
		p.Heading, sign = p.Heading+math.Pi, -1
	}
	free := b.room.Clear(p, Radius)
	b.state.Left -= metres
	if free < metres-1e-9 {
		metres, b.state.Left = free, 0
		b.state.Touches++
	}
	b.state.X += sign * metres * math.Cos(b.state.Heading)
	b.state.Y += sign * metres * math.Sin(b.state.Heading)
	b.state.Odometer += metres
}

// sameHeading is how far apart headings may be and still be one.
const sameHeading = 1e-6

// Normal brings an angle into -π..π. Quarter turns become exact, so that a
// robot which turns a thousand times still looks along the walls.
func Normal(angle float64) float64 {
	angle = math.Remainder(angle, 2*math.Pi)
	if quarter := math.Round(angle / (math.Pi / 2)); math.Abs(angle-quarter*math.Pi/2) < 1e-9 {
		angle = quarter * math.Pi / 2
	}
	return angle
}

// Between is the turn from one heading to another, the shorter way.
func Between(from, to float64) float64 { return math.Remainder(to-from, 2*math.Pi) }

package robot

import (
	"math"
	"time"
)

const (
	// Latency is how long a measurement may take to become a brake.
	Latency = 250 * time.Millisecond
	// StopAt is the distance ahead at which the Guard brakes: what the robot goes
	// within Latency, and half of that again.
	StopAt = 0.15
	// FreeFrom is the distance ahead from which it lets go.
	FreeFrom = 0.3
	// patience is how long it waits for somebody else to turn away.
	patience = 1500 * time.Millisecond
)

// The states of collision avoidance, in the order in which it goes through them.
const (
	Idle     = "idle"
	Detect   = "detect"
	Evaluate = "evaluate"
	Evade    = "evade"
	Resume   = "resume"
)

// Command is what the motor is asked for; the zero one asks for nothing.
type Command struct {
	Do      string        // drive, turn, brake, release or stop
	Metres  float64       // of a drive, less than 0 backward
	From    float64       // where the odometer was when the metres were counted
	Heading float64       // of a turn, and the one that was seen to be free, of a release
	Lease   time.Duration // of a drive or a turn
}

// The commands.
const (
	DoDrive   = "drive"
	DoTurn    = "turn"
	DoBrake   = "brake"
	DoRelease = "release"
	DoStop    = "stop"
)

// Obey does what a command asks for.
func (b *Body) Obey(now time.Time, c Command) error {
	switch c.Do {
	case DoDrive:
		return b.Drive(now, c.Metres, c.From, c.Lease)
	case DoTurn:
		b.TurnTo(now, c.Heading, c.Lease)
	case DoBrake:
		b.Brake(now)
	case DoRelease:
		b.Release(now, c.Heading)
	case DoStop:
		b.Stop(now)
	}
	return nil
}

// Guard keeps the robot from walls. The zero Guard is idle.
type Guard struct {
	state string
	since time.Time // it has been evading, or has turned last
}

// State is where it stands.
func (g *Guard) State() string {
	if g.state == "" {
		return Idle
	}
	return g.state
}

// Decide takes what is known now: whether the gate says that something is
// close, what the sensors measured, and what the motor last told. It returns the
// states it goes through, each once, and what it wants of the motor.
func (g *Guard) Decide(now time.Time, close bool, v View, motor State) (through []string, c Command) {
	g.state = g.State()
	move := func(to string) {
		g.state = to
		through = append(through, to)
	}
	front, measured := v.Distances[Front]
	if (g.state == Idle || g.state == Resume) && close {
		move(Detect)
	}
	if g.state == Detect && measured {
		move(Evaluate)
	}
	switch {
	case !measured:
		return through, c
	case g.state == Evaluate && front <= StopAt:
		move(Evade)
		g.since = now
		return through, Command{Do: DoBrake}
	case g.state == Evade && front >= FreeFrom:
		move(Resume)
	case !close && (g.state == Detect || g.state == Evaluate || g.state == Resume):
		move(Idle)
	}
	return through, g.hold(now, v, motor)
}

// hold keeps the brake on while it evades, turns away when nobody else does,
// and takes the brake off where the way is free.
func (g *Guard) hold(now time.Time, v View, motor State) Command {
	switch {
	case g.state != Evade && motor.Held && motor.Motion == Rest && v.Distances[Front] >= FreeFrom:
		return Command{Do: DoRelease, Heading: v.Heading}
	case g.state != Evade:
		return Command{}
	case !motor.Held:
		return Command{Do: DoBrake}
	case motor.Motion != Rest:
		g.since = now // somebody turns away already
	case now.Sub(g.since) > patience:
		g.since = now
		return Command{Do: DoTurn, Heading: Normal(motor.Heading + g.away(v.Distances)), Lease: MaxLease}
	}
	return Command{}
}

// away is the turn to the side with more room.
func (g *Guard) away(d Distances) float64 {
	if d[Left] > d[Right] {
		return -math.Pi / 2
	}
	return math.Pi / 2
}

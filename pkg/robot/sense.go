package robot

import "math"

// Side is where a sensor looks.
type Side string

// The sides of the three sensors.
const (
	Front Side = "front"
	Left  Side = "left"
	Right Side = "right"
)

// aside is how far the side sensors look away from the front.
const aside = math.Pi / 6

// Distances is what the sensors measure: metres from the edge of the robot.
type Distances map[Side]float64

// View is what the sensors measured, and where the robot looked then.
type View struct {
	Distances
	Heading float64
}

// Sense measures from a pose. The front sensor is as wide as the robot: it says
// how far it can go. The others are thin.
func (r Room) Sense(p Pose) View {
	d := Distances{}
	for _, side := range []Side{Front, Left, Right} {
		d[side] = r.Measure(p, side)
	}
	return View{d, p.Heading}
}

// Measure is Sense for one side.
func (r Room) Measure(p Pose, side Side) float64 {
	switch side {
	case Left:
		p.Heading -= aside
	case Right:
		p.Heading += aside
	default:
		return r.Clear(p, Radius)
	}
	return max(0, r.Clear(p, 0)-Radius)
}

// nearFrom is where something begins to be near, in metres.
const nearFrom = 0.8

// Near is how sure a sensor is that something is close: 0.95 when it touches,
// 0.02 when nothing is within reach of a step.
func Near(distance float64) float64 {
	if math.IsNaN(distance) {
		return 0.02
	}
	return 0.02 + 0.93*max(0, min(1, 1-distance/nearFrom))
}

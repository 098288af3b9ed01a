package robot

import (
	"math"
	"time"
)

// The states of exploration, in the order in which it goes through them; after
// Look it rests, and begins again while there is something to find.
const (
	Choose = "choose"
	Move   = "move"
	Look   = "look"
)

const (
	// lease is how long the Explorer's commands last. It gives them again
	// whenever it hears of the motor.
	lease = 400 * time.Millisecond
	// wallAhead is the distance ahead below which a refused drive means a wall,
	// not that the brake is about to be released.
	wallAhead = 0.35
	// onSpot is how near to the middle of a tile is there.
	onSpot = 1e-6
)

// Explorer visits every tile that can be reached: it goes to the nearest one it
// has not seen, straight on when there is a choice, and learns that a tile is a
// wall by being stopped before it. The zero Explorer knows nothing.
type Explorer struct {
	state   string
	visited map[Spot]bool
	walls   map[Spot]bool
	next    Spot // where it goes now
	done    bool
}

// State is where it stands.
func (e *Explorer) State() string {
	if e.state == "" {
		return Rest
	}
	return e.state
}

// Visited is how many tiles it has been on, Walls how many it was stopped by.
func (e *Explorer) Visited() int { return len(e.visited) }

// Walls counts the tiles that turned out to be walls.
func (e *Explorer) Walls() int { return len(e.walls) }

// Done says that nothing is left to find.
func (e *Explorer) Done() bool { return e.done }

// Saw reports whether a tile was visited.
func (e *Explorer) Saw(s Spot) bool { return e.visited[s] }

// Decide takes what the motor told and what lies ahead, and returns the states
// it goes through and what it wants of the motor.
func (e *Explorer) Decide(motor State, v View) (through []string, c Command) {
	e.state = e.State()
	if e.visited == nil {
		e.visited, e.walls = map[Spot]bool{}, map[Spot]bool{}
	}
	move := func(to string) {
		e.state = to
		through = append(through, to)
	}
	for {
		switch e.state {
		case Rest:
			if e.done {
				return through, c
			}
			move(Choose)
		case Choose:
			c, ready := e.choose(motor)
			switch {
			case e.done:
				move(Move)
				move(Look)
				move(Rest)
				return through, Command{Do: DoStop}
			case !ready:
				return through, c
			}
			move(Move)
		case Move:
			c, over := e.move(motor, v)
			if !over {
				return through, c
			}
			move(Look)
		case Look:
			if at, ok := middle(motor.Pose); ok {
				e.visited[at] = true
			}
			move(Rest)
		}
	}
}

// choose picks the next tile. From between two tiles it first goes back to the
// middle of the one it is on: then it is not ready.
func (e *Explorer) choose(motor State) (Command, bool) {
	at, ok := middle(motor.Pose)
	if !ok {
		return e.recover(motor), false
	}
	e.visited[at] = true
	next, found := e.nearest(at, motor.Heading)
	e.next, e.done = next, !found
	return Command{}, true
}

// recover goes to the middle of the tile: along the way it looks, else
// backward, which the brake allows: its own tile is free.
func (e *Explorer) recover(motor State) Command {
	x, y := motor.On().center()
	dx, dy := x-motor.X, y-motor.Y
	cos, sin := math.Cos(motor.Heading), math.Sin(motor.Heading)
	ahead, aside := dx*cos+dy*sin, -dx*sin+dy*cos
	if math.Abs(aside) > onSpot || ahead > 0 && motor.Held {
		return Command{Do: DoTurn, Heading: Normal(math.Atan2(-dy, -dx)), Lease: lease}
	}
	return Command{Do: DoDrive, Metres: ahead, From: motor.Odometer, Lease: lease}
}

// move goes to the next tile; it is over when it is there, or knows that it is
// a wall.
func (e *Explorer) move(motor State, v View) (c Command, over bool) {
	x, y := e.next.center()
	dx, dy := x-motor.X, y-motor.Y
	left := math.Hypot(dx, dy)
	if left <= onSpot {
		return c, true
	}
	heading := Normal(math.Atan2(dy, dx))
	if math.Abs(Between(motor.Heading, heading)) > sameHeading {
		return Command{Do: DoTurn, Heading: heading, Lease: lease}, false
	}
	front, measured := v.Distances[Front]
	measured = measured && math.Abs(Between(v.Heading, heading)) < sameHeading
	if motor.Held && measured && front < wallAhead && left > Tile/2 {
		e.walls[e.next] = true
		return c, true
	}
	return Command{Do: DoDrive, Metres: left, From: motor.Odometer, Lease: lease}, false
}

// middle is the tile in whose middle a pose is.
func middle(p Pose) (Spot, bool) {
	at := p.On()
	x, y := at.center()
	return at, math.Hypot(x-p.X, y-p.Y) <= onSpot
}

// nearest is the first tile of the shortest way to a tile that was not visited
// and is not known to be a wall.
func (e *Explorer) nearest(from Spot, heading float64) (Spot, bool) {
	turns := int(math.Round(heading/(math.Pi/2)))%4 + 4
	type step struct{ at, first Spot }
	queue := []step{{at: from}}
	seen := map[Spot]bool{from: true}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, turn := range [4]int{0, 1, 3, 2} { // straight on, aside, back
			d := directions[(turns+turn)%4]
			next := Spot{s.at.X + d.X, s.at.Y + d.Y}
			if seen[next] || e.walls[next] {
				continue
			}
			seen[next] = true
			first := s.first
			if s.at == from {
				first = next
			}
			if !e.visited[next] {
				return first, true
			}
			queue = append(queue, step{next, first})
		}
	}
	return Spot{}, false
}

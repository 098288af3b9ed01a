package robot

import "math"

// Reach is how far a sensor sees, in metres.
const Reach = 3.0

// Pose is where something is, in metres, and where it looks, in radians from
// the right, clockwise as the room is written.
type Pose struct {
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Heading float64 `json:"heading"`
}

// center is the middle of a tile.
func (s Spot) center() (x, y float64) {
	return (float64(s.X) + 0.5) * Tile, (float64(s.Y) + 0.5) * Tile
}

// On is the tile on which a pose is.
func (p Pose) On() Spot {
	return Spot{int(math.Floor(p.X / Tile)), int(math.Floor(p.Y / Tile))}
}

// Clear is how far a disc can go from a pose along its heading until it touches
// a wall, at most Reach.
func (r Room) Clear(p Pose, radius float64) float64 {
	dx, dy := math.Cos(p.Heading), math.Sin(p.Heading)
	free := Reach
	minX, maxX := span(p.X, dx, radius)
	minY, maxY := span(p.Y, dy, radius)
	for y := minY; y <= maxY; y++ {
		for x := minX; x <= maxX; x++ {
			if r.Wall(Spot{x, y}) {
				free = min(free, reachBox(p.X, p.Y, dx, dy, radius, float64(x)*Tile, float64(y)*Tile))
			}
		}
	}
	return max(0, free)
}

// span is the range of tiles that a disc can meet along one axis.
func span(at, d, radius float64) (low, high int) {
	end := at + d*Reach
	return int(math.Floor((min(at, end) - radius) / Tile)), int(math.Floor((max(at, end) + radius) / Tile))
}

// reachBox is how far a disc goes until it touches the tile with this corner:
// the way of its middle to the tile, made larger by the radius, with round
// corners.
func reachBox(px, py, dx, dy, radius, x, y float64) float64 {
	best := min(
		slab(px, py, dx, dy, x-radius, y, x+Tile+radius, y+Tile),
		slab(px, py, dx, dy, x, y-radius, x+Tile, y+Tile+radius),
	)
	for _, c := range [4][2]float64{{x, y}, {x + Tile, y}, {x, y + Tile}, {x + Tile, y + Tile}} {
		best = min(best, circle(px, py, dx, dy, radius, c[0], c[1]))
	}
	return best
}

// slab is the way of a ray into a rectangle; 0 from inside, +Inf past it.
func slab(px, py, dx, dy, minX, minY, maxX, maxY float64) float64 {
	from, to := 0.0, math.Inf(1)
	for _, a := range [2][4]float64{{px, dx, minX, maxX}, {py, dy, minY, maxY}} {
		at, d, low, high := a[0], a[1], a[2], a[3]
		if math.Abs(d) < 1e-12 {
			if at <= low || at >= high {
				return math.Inf(1)
			}
			continue
		}
		t1, t2 := (low-at)/d, (high-at)/d
		from, to = max(from, min(t1, t2)), min(to, max(t1, t2))
	}
	if from >= to {
		return math.Inf(1)
	}
	return from
}

// circle is the way of a ray into a circle.
func circle(px, py, dx, dy, radius, cx, cy float64) float64 {
	ox, oy := px-cx, py-cy
	b := ox*dx + oy*dy
	c := ox*ox + oy*oy - radius*radius
	if b >= 0 { // it moves away, or along
		return math.Inf(1)
	}
	root := b*b - c
	if root <= 0 {
		return math.Inf(1)
	}
	return max(0, -b-math.Sqrt(root))
}

package robot

import (
	"errors"
	"fmt"
	"strings"
)

// Tile is the side of one square of a room, in metres; Radius is the robot's.
const (
	Tile   = 0.6
	Radius = 0.1
)

// maxSide is the most tiles a room has on a side.
const maxSide = 64

// Room is a floor of square tiles, some of them walls; around it are walls.
// X grows to the right and Y downwards, as the room is written.
type Room struct {
	width, height int
	wall          []bool
	start         Spot
}

// Spot is a tile of a room.
type Spot struct{ X, Y int }

// Default is the room when none is declared.
const Default = `
	. . . . . . .
	. # # . . . .
	. . . . # . .
	. . R . # . .
	. # . . . . .`

// ParseRoom reads a room: a line for each row, "#" a wall, "." a free tile, "R"
// the free tile where the robot begins. Blanks do not count.
func ParseRoom(text string) (Room, error) {
	var r Room
	robots := 0
	for line := range strings.Lines(text) {
		line = strings.Map(func(c rune) rune {
			if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
				return -1
			}
			return c
		}, line)
		if line == "" {
			continue
		}
		if r.width == 0 {
			r.width = len(line)
		}
		if len(line) != r.width {
			return Room{}, fmt.Errorf("read room: row %d has %d tiles, the first has %d", r.height+1, len(line), r.width)
		}
		for x, c := range []byte(line) {
			switch c {
			case '#', '.':
			case 'R':
				robots++
				r.start = Spot{x, r.height}
			default:
				return Room{}, fmt.Errorf("read room: row %d: %q is neither wall (#), floor (.) nor robot (R)", r.height+1, c)
			}
			r.wall = append(r.wall, c == '#')
		}
		r.height++
		if r.height > maxSide || r.width > maxSide {
			return Room{}, fmt.Errorf("read room: it has more than %d tiles on a side", maxSide)
		}
	}
	if robots != 1 {
		return Room{}, errors.New("read room: want one tile R where the robot begins")
	}
	return r, nil
}

// Wall reports whether a tile is a wall, as everything outside is.
func (r Room) Wall(s Spot) bool {
	return s.X < 0 || s.Y < 0 || s.X >= r.width || s.Y >= r.height || r.wall[s.Y*r.width+s.X]
}

// Start is where the robot begins.
func (r Room) Start() Spot { return r.start }

// Reachable lists the tiles that can be reached from the start, over the sides
// of tiles.
func (r Room) Reachable() []Spot {
	found := []Spot{r.start}
	known := map[Spot]bool{r.start: true}
	for i := 0; i < len(found); i++ {
		for _, d := range directions {
			next := Spot{found[i].X + d.X, found[i].Y + d.Y}
			if !known[next] && !r.Wall(next) {
				known[next] = true
				found = append(found, next)
			}
		}
	}
	return found
}

// directions are the four neighbours of a tile, by quarter turns from the right.
var directions = [4]Spot{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

package robot

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestParseRoom(t *testing.T) {
	t.Parallel()
	r, err := ParseRoom(Default)
	if err != nil || len(r.Reachable()) != 30 || r.Start() != (Spot{2, 3}) {
		t.Errorf("the default room: %d tiles from %v, %v", len(r.Reachable()), r.Start(), err)
	}
	for text, want := range map[string]string{
		"":                              "want one tile R",
		"..\n..":                        "want one tile R",
		"R.R":                           "want one tile R",
		"R.\n.":                         "row 2 has 1 tiles, the first has 2",
		"R.\n.x":                        `row 2: 'x' is neither wall`,
		"R" + strings.Repeat(".", 64):   "more than 64 tiles",
		"R" + strings.Repeat("\n.", 64): "more than 64 tiles",
	} {
		if _, err := ParseRoom(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v does not say %q", text, err, want)
		}
	}
}

func FuzzParseRoom(f *testing.F) {
	f.Add(Default)
	f.Add("R#\n#.")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRoom(text)
		if err != nil {
			return
		}
		if r.Wall(r.Start()) {
			t.Error("the robot begins in a wall")
		}
		for _, s := range r.Reachable() {
			if r.Wall(s) {
				t.Errorf("a wall can be reached: %v", s)
			}
		}
		for side, d := range NewBody(r, begin).Sense(begin).Distances {
			if !(d >= 0 && d <= Reach) {
				t.Errorf("%s is %v", side, d)
			}
		}
	})
}

// overlaps looks at every tile whether a disc lies on it: slow and obvious.
func overlaps(r Room, x, y, radius float64) bool {
	for ty := -1; ty <= r.height; ty++ {
		for tx := -1; tx <= r.width; tx++ {
			if !r.Wall(Spot{tx, ty}) {
				continue
			}
			nearX := max(float64(tx)*Tile, min(x, float64(tx+1)*Tile))
			nearY := max(float64(ty)*Tile, min(y, float64(ty+1)*Tile))
			if math.Hypot(x-nearX, y-nearY) < radius {
				return true
			}
		}
	}
	return false
}

// TestClear: just before the distance nothing is touched, on the whole way; just
// behind it something is.
func TestClear(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(7, 7))
	touched := 0
	for seed := range uint64(300) {
		r := randomRoom(t, seed)
		x, y := r.start.center()
		p := Pose{X: x + 0.38*(dice.Float64()-0.5), Y: y + 0.38*(dice.Float64()-0.5), Heading: 2 * math.Pi * dice.Float64()}
		radius := Radius * dice.Float64()
		free := r.Clear(p, radius)
		at := func(d float64) bool {
			return overlaps(r, p.X+d*math.Cos(p.Heading), p.Y+d*math.Sin(p.Heading), radius)
		}
		for i := range 50 {
			if d := (free - 1e-6) * float64(i) / 49; at(d) {
				t.Fatalf("seed %d: clear for %v m from %+v, touches after %v", seed, free, p, d)
			}
		}
		if free < Reach {
			touched++
			if radius > 1e-3 && !at(free+1e-3) {
				t.Errorf("seed %d: clear for %v m from %+v, and still a little later", seed, free, p)
			}
		}
	}
	if touched < 200 {
		t.Errorf("only %d of 300 rays met a wall", touched)
	}
}

func TestBodyObeys(t *testing.T) {
	t.Parallel()
	r, err := ParseRoom("R....")
	if err != nil {
		t.Fatal(err)
	}
	b := NewBody(r, begin)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	if err := b.Drive(at(0), 1, 0, MaxLease); err != ErrHeld {
		t.Errorf("it drives before anybody has looked: %v", err)
	}
	b.Release(at(0), math.Pi/2)
	if !b.State(at(0)).Held {
		t.Error("released by somebody who looked elsewhere")
	}
	b.Release(at(0), 0)
	if err := b.Drive(at(0), 1, 0, time.Second); err != nil {
		t.Error(err)
	}
	if s := b.State(at(500)); math.Abs(s.Odometer-0.2) > 1e-9 || s.Motion != Drive || math.Abs(s.Left-0.8) > 1e-9 {
		t.Errorf("after half a second: %+v", s)
	}
	if s := b.State(at(3000)); math.Abs(s.Odometer-0.4) > 1e-9 || s.Motion != Rest {
		t.Errorf("its lease of a second is over: %+v", s)
	}
	if err := b.Drive(at(3000), 0.5, 0, time.Second); err != nil {
		t.Error(err)
	}
	if s := b.State(at(4000)); math.Abs(s.Odometer-0.5) > 1e-9 {
		t.Errorf("half a metre from where it began: %+v", s)
	}
	b.TurnTo(at(4000), math.Pi/2, MaxLease)
	if s := b.State(at(4100)); s.Motion != Turn || !s.Held {
		t.Errorf("turning: %+v", s)
	}
	if s := b.State(at(6000)); s.Heading != math.Pi/2 || s.Motion != Rest || !s.Held {
		t.Errorf("turned: %+v", s)
	}
	if s := b.State(at(100)); s.Heading != math.Pi/2 {
		t.Errorf("time goes back: %+v", s)
	}
}

// TestExplorerRecovers: a hand put it between the tiles, looking anywhere.
func TestExplorerRecovers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		room := randomRoom(t, seed)
		w, g, e := newWorld(room, seed), Guard{}, Explorer{}
		x, y := room.start.center()
		w.body.Put(Pose{X: x + 0.35*(w.dice.Float64()-0.5), Y: y + 0.35*(w.dice.Float64()-0.5), Heading: 2 * math.Pi * w.dice.Float64()})
		for i := 0; i < 100*600 && !e.Done(); i++ {
			if !w.step() {
				continue
			}
			_, c := g.Decide(w.now, true, w.latest.view, w.latest.motor)
			w.send(c)
			_, c = e.Decide(w.latest.motor, w.latest.view)
			w.send(c)
		}
		for range 100 {
			w.step()
		}
		if err := explored(room, &e, w.body.State(w.now)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

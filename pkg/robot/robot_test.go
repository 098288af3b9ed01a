package robot

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var begin = time.Unix(1_700_000_000, 0)

// randomRoom makes a room with some walls in it; the seed names it.
func randomRoom(t testing.TB, seed uint64) Room {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 1))
	w, h := 2+dice.IntN(7), 2+dice.IntN(6)
	share := 0.4 * dice.Float64()
	start := dice.IntN(w * h)
	var b strings.Builder
	for i := range w * h {
		switch {
		case i == start:
			b.WriteByte('R')
		case dice.Float64() < share:
			b.WriteByte('#')
		default:
			b.WriteByte('.')
		}
		if i%w == w-1 {
			b.WriteByte('\n')
		}
	}
	r, err := ParseRoom(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// late is what is on its way to somebody, in order.
type late[T any] struct{ queue []delayed[T] }

type delayed[T any] struct {
	at   time.Time
	what T
}

func (l *late[T]) send(at time.Time, what T) {
	if n := len(l.queue); n > 0 && l.queue[n-1].at.After(at) {
		at = l.queue[n-1].at // messages do not overtake one another
	}
	l.queue = append(l.queue, delayed[T]{at, what})
}

func (l *late[T]) arrived(now time.Time) []T {
	var out []T
	for len(l.queue) > 0 && !l.queue[0].at.After(now) {
		out = append(out, l.queue[0].what)
		l.queue = l.queue[1:]
	}
	return out
}

// seen is a measurement on its way to those who decide.
type seen struct {
	motor State
	view  View
}

// world plays a body that measures every 50 ms and whose messages come late: a
// measurement is on its way for up to 95 ms, and so is a command.
type world struct {
	body     *Body
	dice     *rand.Rand
	now      time.Time
	senses   late[seen]
	commands late[Command]
	latest   seen
	refused  int
}

const (
	tick  = 10 * time.Millisecond
	every = 50 * time.Millisecond
)

func newWorld(room Room, seed uint64) *world {
	return &world{body: NewBody(room, begin), dice: rand.New(rand.NewPCG(seed, 2)), now: begin}
}

func (w *world) delay() time.Duration {
	return time.Duration(w.dice.Int64N(int64((Latency - every - tick) / 2)))
}

// step lets ten milliseconds pass; fresh says whether something was measured
// that has arrived now.
func (w *world) step() (fresh bool) {
	w.now = w.now.Add(tick)
	for _, c := range w.commands.arrived(w.now) {
		if w.body.Obey(w.now, c) != nil {
			w.refused++
		}
	}
	if w.now.Sub(begin)%every == 0 {
		w.senses.send(w.now.Add(w.delay()), seen{w.body.State(w.now), w.body.Sense(w.now)})
	}
	for _, s := range w.senses.arrived(w.now) {
		w.latest, fresh = s, true
	}
	return fresh
}

func (w *world) send(c Command) {
	if c.Do != "" {
		w.commands.send(w.now.Add(w.delay()), c)
	}
}

func rooms(t testing.TB) int {
	if testing.Short() {
		return 20
	}
	return 200
}

// TestGuardKeepsFromWalls: a driver that goes and turns as it likes never
// touches a wall, in whatever room, with messages that come late.
func TestGuardKeepsFromWalls(t *testing.T) {
	t.Parallel()
	driven, brakes := 0.0, 0
	for seed := range uint64(rooms(t)) {
		room := randomRoom(t, seed)
		w, g := newWorld(room, seed), Guard{}
		w.body.state.Heading = w.dice.Float64() * 2 * math.Pi
		for range 6000 {
			if !w.step() {
				continue
			}
			_, c := g.Decide(w.now, true, w.latest.view, w.latest.motor)
			if c.Do == DoBrake {
				brakes++
			}
			w.send(c)
			switch w.dice.IntN(12) { // the driver
			case 0:
				w.send(Command{Do: DoTurn, Heading: w.dice.Float64() * 2 * math.Pi, Lease: MaxLease})
			case 1, 2:
				w.send(Command{Do: DoDrive, Metres: Reach, From: w.latest.motor.Odometer, Lease: MaxLease})
			}
		}
		s := w.body.State(w.now)
		driven += s.Odometer
		if s.Touches > 0 {
			t.Fatalf("seed %d: it touched a wall %d times", seed, s.Touches)
		}
	}
	if driven < 500 || brakes < 100 {
		t.Errorf("drove %.0f m and braked %d times: too little to say anything", driven, brakes)
	}
	t.Logf("%d rooms: drove %.0f m, braked %d times, touched nothing", rooms(t), driven, brakes)
}

// TestWithoutGuard: the property above can fail.
func TestWithoutGuard(t *testing.T) {
	t.Parallel()
	w := newWorld(randomRoom(t, 1), 1)
	w.body.state.Held = false
	for range 2000 {
		w.step()
		w.send(Command{Do: DoDrive, Metres: 1e3, Lease: MaxLease})
	}
	if w.body.State(w.now).Touches == 0 {
		t.Error("a blind robot touched nothing")
	}
}

// TestExplorerVisitsEverything: in every room it visits exactly what can be
// reached, with the Guard in its way, touches nothing, and ends.
func TestExplorerVisitsEverything(t *testing.T) {
	t.Parallel()
	tiles, longest := 0, time.Duration(0)
	for seed := range uint64(rooms(t)) {
		room := randomRoom(t, seed)
		w, g, e := newWorld(room, seed), Guard{}, Explorer{}
		reachable := room.Reachable()
		limit := begin.Add(time.Duration(len(reachable)+1) * 40 * time.Second)
		for !e.Done() && w.now.Before(limit) {
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
			t.Fatalf("seed %d: after %s: %v", seed, w.now.Sub(begin), err)
		}
		tiles, longest = tiles+len(reachable), max(longest, w.now.Sub(begin))
	}
	t.Logf("%d rooms: %d tiles, the longest took %s", rooms(t), tiles, longest)
}

// explored says what is wrong after an exploration.
func explored(room Room, e *Explorer, s State) error {
	if !e.Done() {
		return fmt.Errorf("it has not ended, it visited %d of %d tiles and stands on %v: %+v", e.Visited(), len(room.Reachable()), s.On(), s)
	}
	for _, spot := range room.Reachable() {
		if !e.Saw(spot) {
			return fmt.Errorf("it has not seen %v", spot)
		}
	}
	if got := e.Visited(); got != len(room.Reachable()) {
		return fmt.Errorf("it says that it saw %d tiles, %d can be reached", got, len(room.Reachable()))
	}
	if s.Touches > 0 || s.Motion != Rest {
		return fmt.Errorf("it touched a wall %d times and %ss", s.Touches, s.Motion)
	}
	return nil
}

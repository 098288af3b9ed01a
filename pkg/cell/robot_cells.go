package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/robot"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Regions of the robot's cells.
const (
	RegionMotion   = "motion"
	RegionObstacle = "obstacle"
)

// The settings of the robot's cells.
const (
	settingRoom      = "ROOM"
	settingDirection = "DIRECTION"
)

// motorEvery is how often the motor tells where it is.
const motorEvery = 50 * time.Millisecond

// Confidences of the motor's waves: how sure it is that it moves.
const (
	restingSure = 0.02
	movingSure  = 0.6
)

// roomOf reads the room of a robot's cell.
func roomOf(cfg Config) (robot.Room, error) {
	room, err := robot.ParseRoom(cmp.Or(cfg.Settings[settingRoom], robot.Default))
	if err != nil {
		return robot.Room{}, &daemon.Error{
			Op: "set up", Subject: "cell " + cfg.Name, Err: fmt.Errorf("setting %s: %w", settingRoom, err),
			Hint: "write a row of the room on each line: # wall, . floor, R the robot",
		}
	}
	return room, nil
}

// motor is the simulated body of a robot: it moves, and tells where it is as
// odometers do.
type motor struct {
	room robot.Room
	now  func() time.Time

	mu   sync.Mutex
	body *robot.Body // from the first look on
}

func newMotor(cfg Config) (Behaviour, error) {
	room, err := roomOf(cfg)
	if err != nil {
		return nil, err
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	return &motor{room: room, now: now}, nil
}

func (m *motor) Describe() string { return "drives and turns a simulated robot, and tells where it is" }

// at returns the body; the caller holds the lock.
func (m *motor) at(now time.Time) *robot.Body {
	if m.body == nil {
		m.body = robot.NewBody(m.room, now)
	}
	return m.body
}

// Sample tells the state of the body.
func (m *motor) Sample(_ context.Context, now time.Time) ([]wave.Wave, error) {
	m.mu.Lock()
	state := m.at(now).State(now)
	m.mu.Unlock()
	sure := restingSure
	if state.Motion != robot.Rest {
		sure = movingSure
	}
	w, err := Say(RegionMotion, sure, state)
	return []wave.Wave{w}, err
}

// order is the input of a request to the motor.
type order struct {
	Metres  *float64      `json:"metres,omitzero"`
	From    *float64      `json:"from,omitzero"`
	Heading *float64      `json:"heading,omitzero"`
	For     wave.Duration `json:"for,omitzero"`
}

// commands are what the motor can be asked for.
var commands = []string{"read", robot.DoDrive, robot.DoTurn, robot.DoBrake, robot.DoRelease, robot.DoStop}

// Answer does what is asked and returns the state it leads to.
func (m *motor) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	if !slices.Contains(commands, r.Command) {
		return nil, unknownCommand(r.Command, commands...)
	}
	var o order
	if len(r.Input) > 0 {
		if err := json.Unmarshal(r.Input, &o); err != nil {
			return nil, fmt.Errorf("read the order: %w", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	body := m.at(now)
	c, err := o.command(r.Command, body.State(now))
	if err != nil {
		return nil, err
	}
	if err := body.Obey(now, c); err != nil {
		return nil, err
	}
	return body.State(now), nil
}

// command fills what an order leaves out: a second, from here.
func (o order) command(do string, state robot.State) (robot.Command, error) {
	c := robot.Command{Do: do, From: state.Odometer, Heading: state.Heading, Lease: cmp.Or(time.Duration(o.For), time.Second)}
	if o.From != nil {
		c.From = *o.From
	}
	if o.Heading != nil {
		c.Heading = *o.Heading
	}
	switch {
	case do == robot.DoDrive && o.Metres == nil:
		return c, errors.New("drive needs metres: less than 0 is backward")
	case do == robot.DoTurn && o.Heading == nil:
		return c, errors.New("turn needs a heading, in radians from the right, clockwise")
	case do == robot.DoRelease && o.Heading == nil:
		return c, errors.New("release needs the heading that was seen to be free")
	case c.Lease < 0 || c.Lease > robot.MaxLease:
		return c, fmt.Errorf("for must be 0s..%s", robot.MaxLease)
	}
	if o.Metres != nil {
		c.Metres = *o.Metres
	}
	return c, nil
}

// DistanceFigures is the content of a distance cell's wave.
type DistanceFigures struct {
	Direction robot.Side `json:"direction"`
	Metres    float64    `json:"distance_metres"` // from the edge of the robot, up to 3
	Heading   float64    `json:"heading"`         // of the robot when it was measured
}

// distance is a simulated distance sensor: it hears where the robot is, and
// measures there.
type distance struct {
	room   robot.Room
	side   robot.Side
	motors []string

	mu     sync.Mutex
	latest *DistanceFigures
}

func newDistance(cfg Config, motors []string) (Behaviour, error) {
	room, err := roomOf(cfg)
	if err != nil {
		return nil, err
	}
	side := robot.Side(cfg.Settings[settingDirection])
	if side == "" { // distance-left looks left
		_, last, _ := strings.Cut(cfg.Name, "-")
		side = robot.Side(cmp.Or(last, string(robot.Front)))
	}
	if side != robot.Front && side != robot.Left && side != robot.Right {
		return nil, &daemon.Error{
			Op: "set up", Subject: "cell " + cfg.Name, Err: fmt.Errorf("direction %q is none", side),
			Hint: `set DIRECTION to front, left or right, or name the cell so, like distance-left`,
		}
	}
	return &distance{room: room, side: side, motors: motors}, nil
}

func (d *distance) Describe() string {
	return "measures how close something is, " + map[robot.Side]string{robot.Front: "ahead", robot.Left: "ahead to the left", robot.Right: "ahead to the right"}[d.side]
}

func (d *distance) Fields() []string { return d.motors }

// Hear measures from where the motor says that the robot is.
func (d *distance) Hear(_ context.Context, _ string, w wave.Wave) []wave.Wave {
	state, ok := motorState(w.Content)
	if !ok || w.Region != RegionMotion {
		return nil
	}
	figures := DistanceFigures{d.side, round(d.room.Measure(state.Pose, d.side)), state.Heading}
	d.mu.Lock()
	d.latest = &figures
	d.mu.Unlock()
	out, err := Say(RegionObstacle, round(robot.Near(figures.Metres)), figures)
	if err != nil {
		return nil // not reached: the figures are finite
	}
	return []wave.Wave{out}
}

// Answer serves "read" with the latest measurement.
func (d *distance) Answer(_ context.Context, r wave.CellRequest) (any, error) {
	if r.Command != "read" {
		return nil, unknownCommand(r.Command, "read")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.latest == nil {
		return nil, errors.New("nothing was measured yet: the motor has not said where the robot is")
	}
	return *d.latest, nil
}

// motorState reads what a motor tells; false when it is none, or impossible.
func motorState(raw jsontext.Value) (robot.State, bool) {
	var s robot.State
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s.Motion == "" {
		return s, false
	}
	for _, v := range []float64{s.X, s.Y, s.Heading, s.Odometer} {
		if v < -1e6 || v > 1e6 {
			return s, false
		}
	}
	return s, true
}

var (
	_ Sampler  = (*motor)(nil)
	_ Answerer = (*motor)(nil)
	_ Listener = (*distance)(nil)
	_ Answerer = (*distance)(nil)
)

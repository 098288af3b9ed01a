package cell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Builtin describes a built-in cell or nerve.
type Builtin struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Summary string `json:"summary"` // one line
}

// sensorOf makes the built-in sensors.
var sensorOf = map[string]func(Machine) Sensor{
	"cpu":         func(m Machine) Sensor { return &cpuSensor{machine: m} },
	"memory":      func(m Machine) Sensor { return &memorySensor{machine: m} },
	"disk":        func(m Machine) Sensor { return &diskSensor{machine: m} },
	"network":     func(m Machine) Sensor { return &networkSensor{machine: m} },
	"load":        func(m Machine) Sensor { return &loadSensor{machine: m} },
	"process":     func(m Machine) Sensor { return &processSensor{machine: m} },
	"temperature": func(m Machine) Sensor { return &heatSensor{machine: m} },
	"battery":     func(m Machine) Sensor { return &batterySensor{machine: m} },
}

// builtins are the cells in the order in which they are shown.
var builtins = []Builtin{
	{"cpu", "1.0.0", "how much of all processors is busy, and for how long"},
	{"memory", "1.0.0", "how little memory is left"},
	{"disk", "1.0.0", "how busy the disks are, and how full the file system"},
	{"network", "1.0.0", "how much of the links is used, and what is lost"},
	{"load", "1.0.0", "what tasks wait for: processors, memory or disk"},
	{"process", "1.0.0", "which process uses most, of processors or memory"},
	{"temperature", "1.0.0", "how near the hottest sensor is to its limit"},
	{"battery", "1.0.0", "how little charge is left while it discharges"},
	{"text", "1.0.0", "what a text is about, by plain rules"},
	{"distance", "1.0.0", "how close something is to a simulated robot, ahead or to a side"},
	{"motor", "1.0.0", "a simulated robot in a room: drives, turns, brakes, and tells where it is"},
	{"math", "1.0.0", "calculations in texts, in words or symbols, computed exactly"},
}

var nerves = []Builtin{
	{"pressure", "1.0.0", "names who causes the pressure when its gate opens, and measures it for the real garden"},
	{"collision-avoidance", "1.0.0", "brakes a robot before a wall, and lets go when the way is free"},
	{"exploration", "1.0.0", "drives a robot to every place that it can reach"},
	{"math", "1.0.0", "computes again what a mind answered, and tells the gate whether it was right"},
}

// Builtins lists the built-in cells.
func Builtins() []Builtin { return slices.Clone(builtins) }

// Nerves lists the built-in nerves.
func Nerves() []Builtin { return slices.Clone(nerves) }

// ErrUnknown is returned for a built-in cell or nerve that does not exist.
var ErrUnknown = errors.New("there is no such built-in")

func unknown(what, name string, known []Builtin) error {
	names := make([]string, len(known))
	for i, b := range known {
		names[i] = b.Name
	}
	return &daemon.Error{
		Op: "make built-in " + what, Subject: fmt.Sprintf("%q", name), Err: ErrUnknown,
		Hint: "built in are " + strings.Join(names, ", "),
	}
}

// NewBuiltin makes a built-in cell. cfg.Name is its field and may differ from
// the built-in's name.
func NewBuiltin(name string, cfg Config) (*Cell, error) {
	if cfg.Name == "" {
		cfg.Name = name
	}
	if known, ok := find(builtins, name); ok && cfg.Version == "" {
		cfg.Version = known.Version
	}
	hears := cfg.Hears
	if len(hears) == 0 {
		hears = Hears(name)
	}
	switch name {
	case "text":
		return New(cfg, &textBehaviour{hears})
	case "math":
		return New(cfg, &mathBehaviour{hears})
	case "distance":
		b, err := newDistance(cfg, hears)
		if err != nil {
			return nil, err
		}
		return New(cfg, b)
	case "motor":
		b, err := newMotor(cfg)
		if err != nil {
			return nil, err
		}
		if cfg.Interval == 0 {
			cfg.Interval = motorEvery
		}
		cfg.Reflex = true
		return New(cfg, b)
	}
	makeSensor, ok := sensorOf[name]
	if !ok {
		return nil, unknown("cell", name, builtins)
	}
	return New(cfg, Sense(summary(name), makeSensor(cfg.Machine)))
}

// Hears is the built-in whose waves a built-in cell listens to, none for one
// that listens to nobody.
func Hears(name string) []string {
	switch name {
	case "text", "math":
		return []string{"text"}
	case "distance":
		return []string{"motor"}
	}
	return nil
}

// find looks a built-in up.
func find(all []Builtin, name string) (Builtin, bool) {
	i := slices.IndexFunc(all, func(b Builtin) bool { return b.Name == name })
	if i < 0 {
		return Builtin{}, false
	}
	return all[i], true
}

func summary(name string) string {
	b, _ := find(builtins, name)
	return b.Summary
}

// NewNerve makes a built-in nerve.
func NewNerve(name string, cfg NerveConfig) (*Nerve, error) {
	if cfg.Name == "" {
		cfg.Name = name
	}
	makeNerve, ok := map[string]func(NerveConfig) (*Nerve, error){
		"pressure": newPressure, "math": newMathNerve, "collision-avoidance": newAvoidance, "exploration": newExploration,
	}[name]
	if !ok {
		return nil, unknown("nerve", name, nerves)
	}
	known, _ := find(nerves, name)
	if cfg.Version == "" {
		cfg.Version = known.Version
	}
	n, err := makeNerve(cfg)
	if err != nil {
		return nil, err
	}
	n.about = known.Summary
	if _, err := n.mind.filters(); err != nil {
		return nil, fmt.Errorf("make nerve %s: %w", n.cfg.Name, err)
	}
	return n, nil
}

// Available says whether a built-in cell has something to say on this machine,
// and when it has not, why.
func Available(name string) (bool, string) { return AvailableOn(Machine{}, name) }

// AvailableOn is Available for a machine that is looked at elsewhere.
func AvailableOn(m Machine, name string) (bool, string) {
	makeSensor, ok := sensorOf[name]
	if !ok {
		if slices.ContainsFunc(builtins, func(b Builtin) bool { return b.Name == name }) {
			return true, ""
		}
		return false, unknown("cell", name, builtins).Error()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := makeSensor(m).Read(ctx, time.Now()); err != nil {
		return false, err.Error()
	}
	return true, ""
}

// Sensors lists the built-in cells that are sensors, sorted.
func Sensors() []string { return slices.Sorted(maps.Keys(sensorOf)) }

var (
	_ daemon.Service = (*Cell)(nil)
	_ daemon.Service = (*Nerve)(nil)
)

package lab

import (
	"fmt"
	"log/slog"

	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Place is where a cell or nerve of a lab is built.
type Place struct {
	View   topology.View
	Env    string
	Host   string // its source names it
	Bus    cell.Bus
	Logger *slog.Logger
}

// Cell builds a declared cell that is built in.
func (p Place) Cell(c topology.Cell) (*cell.Cell, error) {
	built, err := cell.NewBuiltin(c.Builtin, cell.Config{
		Env: p.Env, Name: c.Name, Host: p.Host, Bus: p.Bus, Cost: c.Cost, Logger: p.Logger,
		Hears: p.hears(c.Builtin), Settings: c.Env,
	})
	if err != nil {
		return nil, err
	}
	return built, asDeclared("cell "+c.Name, built.Version(), c.Version)
}

// hears lists the fields of the cells that a built-in one listens to.
func (p Place) hears(builtin string) []string {
	var out []string
	for _, name := range cell.Hears(builtin) {
		out = append(out, fields(p.View, name)...)
	}
	return out
}

// Nerve builds a declared nerve that is built in.
func (p Place) Nerve(n topology.Nerve) (*cell.Nerve, error) {
	built, err := cell.NewNerve(n.Builtin, cell.NerveConfig{
		Config:      cell.Config{Env: p.Env, Name: n.Name, Host: p.Host, Bus: p.Bus, Cost: n.Cost, Logger: p.Logger, Settings: n.Env},
		Gate:        n.Gate,
		Cells:       heard(p.View, n.Gate),
		Commands:    n.Commands,
		States:      n.States,
		Transitions: n.Transitions,
	})
	if err != nil {
		return nil, err
	}
	return built, asDeclared("nerve "+n.Name, built.Version(), n.Version)
}

// asDeclared refuses to run another version than the declaration asks for.
func asDeclared(what, is, asked string) error {
	if asked == "" || cell.Satisfies(is, asked) {
		return nil
	}
	return &daemon.Error{
		Op: "run", Subject: what, Err: fmt.Errorf("the declaration asks for version %s, this program has %s", asked, is),
		Hint: "declare version = \"" + is + "\", leave it out, or run the program that has the other one",
	}
}

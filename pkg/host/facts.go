package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Facts is what a look at a machine found.
type Facts struct {
	System
	BootID      string
	Load        []float64
	Memory      wave.Memory
	FailedUnits []string
	Cards       []wave.Card
}

// System is what the machine runs: store paths on NixOS and nix-darwin, names
// and versions elsewhere.
type System struct {
	Generation int64  // 0 where there are none
	Running    string // now
	Booted     string // at the last boot; "" where nobody knows
	Next       string // at the next boot; "" where nobody knows
}

// Machine says where facts are read. The zero value is this machine.
type Machine struct {
	Root  string    // in front of every path [/]
	Cards Inventory // [nvidia-smi, where it is; else none]
	// Run executes a command and returns what it printed [exec].
	Run func(ctx context.Context, name string, args ...string) ([]byte, error)
}

// commandLimit is how long one command may take to answer.
const commandLimit = 5 * time.Second

func (m Machine) path(name string) string { return filepath.Join("/", m.Root, name) }

func (m Machine) read(name string) (string, error) {
	raw, err := os.ReadFile(m.path(name))
	return string(raw), err
}

func (m Machine) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	if m.Run != nil {
		return m.Run(ctx, name, args...)
	}
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = time.Second
	c.Env = append(os.Environ(), "LC_ALL=C")
	out, err := c.Output()
	if e := new(exec.ExitError); errors.As(err, &e) && len(e.Stderr) > 0 {
		err = fmt.Errorf("%w: %s", err, wave.Cut(string(e.Stderr), 200))
	}
	return out, err
}

// Look reads everything. The facts are complete when err is nil; notes say what
// could not be read although it is there.
func (m Machine) Look(ctx context.Context) (f Facts, notes []error, err error) {
	var errs []error
	if f.BootID, err = m.bootID(); err != nil {
		errs = append(errs, fmt.Errorf("read boot id: %w", err))
	}
	if f.Load, err = m.load(); err != nil {
		errs = append(errs, fmt.Errorf("read load: %w", err))
	}
	if f.Memory, err = m.memory(ctx); err != nil {
		errs = append(errs, fmt.Errorf("read memory: %w", err))
	}
	f.System = m.System(ctx)
	if f.FailedUnits, err = m.Failed(ctx); err != nil {
		notes = append(notes, fmt.Errorf("read failed units: %w", err))
	}
	if f.Cards, err = m.cards(ctx); err != nil {
		notes = append(notes, fmt.Errorf("read cards: %w", err))
	}
	return f, notes, errors.Join(errs...)
}

// Beat makes the heartbeat of a host.
func (f Facts) Beat(host string, now time.Time) wave.HostBeat {
	b := wave.HostBeat{
		Host: host, BootID: wave.Cut(f.BootID, 128), Generation: f.Generation, System: wave.Cut(f.Running, 512),
		Load: f.Load, Memory: f.Memory, Cards: limited(f.Cards, 64), FailedUnits: limited(f.FailedUnits, 256), Time: now,
	}
	if f.Booted != f.Running {
		b.Booted = wave.Cut(f.Booted, 512)
	}
	if f.Next != f.Running {
		b.Next = wave.Cut(f.Next, 512)
	}
	return b
}

func limited[T any](list []T, most int) []T { return list[:min(len(list), most)] }

// Same reports whether nothing changed that somebody waits for: everything but
// load, memory and what the cards are doing.
func (f Facts) Same(g Facts) bool {
	return f.System == g.System && f.BootID == g.BootID && slices.Equal(f.FailedUnits, g.FailedUnits) &&
		slices.EqualFunc(f.Cards, g.Cards, func(a, b wave.Card) bool {
			return a.Name == b.Name && a.Model == b.Model && a.Memory == b.Memory
		})
}

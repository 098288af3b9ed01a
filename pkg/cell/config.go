package cell

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// Bus is what cells and nerves need of a bus; *bus.Conn is one.
type Bus interface {
	wave.Publisher
	wave.Source
	wave.Replier
	wave.Requester
	wave.Storer
}

// Config says where a cell or nerve lives. Env, Name and Bus are required.
type Config struct {
	Env    string       // environment, the first token of every subject
	Name   string       // field of a cell (math), name of a nerve; "_" is written "-"
	Source string       // who speaks, 1..128 bytes [NAME-HOST]; two instances need two
	Host   string       // this machine [its host name without the domain]
	Bus    Bus          // where it speaks and hears
	Logger *slog.Logger // [nothing is logged]

	// Version of this cell or nerve, such as v1 or 1.2.0 [its behaviour's, else
	// 0.0.0]. It is told in answers, states and service discovery.
	Version string
	// Settings are the words of one instance, such as DIRECTION=left: the env of
	// its declaration, or the environment variables of its container.
	Settings map[string]string

	Hears    []string         // fields that the built-in text and math cells listen to ["text"]
	Interval time.Duration    // between two samples, 10ms..1h [1s]
	Cost     float64          // lifeforce of one wave, 0 or more
	Reflex   bool             // never wait to pack waves into a frame
	Now      func() time.Time // clock [time.Now]
	Machine  Machine          // where built-in sensors look [this machine]
}

// DefaultInterval is how often a sampling cell looks.
const DefaultInterval = time.Second

// filled returns the Config with its defaults, or says what is wrong with it.
func (c Config) filled() (Config, error) {
	name, err := wave.TokenFor(wave.KindCellWave, c.Name)
	if err != nil {
		return c, fmt.Errorf("configure cell: %w", err)
	}
	c.Name = name
	if c.Bus == nil {
		return c, fmt.Errorf("configure cell %s: no bus is given", name)
	}
	if c.Host == "" {
		c.Host = hostName()
	}
	if c.Source == "" {
		c.Source = name + "-" + c.Host
	}
	if c.Interval == 0 {
		c.Interval = DefaultInterval
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Version, err = Version(cmp.Or(c.Version, unversioned)); err != nil {
		return c, fmt.Errorf("configure cell %s: %w", name, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("configure cell %s: %w", name, err)
	}
	return c, nil
}

func (c Config) check() error {
	switch {
	case len(c.Source) > wave.MaxSource:
		return fmt.Errorf("source has %d bytes, at most %d are allowed", len(c.Source), wave.MaxSource)
	case c.Interval < 10*time.Millisecond || c.Interval > time.Hour:
		return fmt.Errorf("interval must be 10ms..1h, is %s", c.Interval)
	case !(c.Cost >= 0 && c.Cost <= wave.MaxNumber):
		return fmt.Errorf("cost must be 0 or more, is %v", c.Cost)
	case strings.TrimSpace(c.Source) == "":
		return errors.New("source is empty")
	}
	return nil
}

// hostName is the machine's name up to the first dot, for use in a source.
func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "host"
	}
	name, _, _ = strings.Cut(name, ".")
	if len(name) > 64 {
		name = name[:64]
	}
	return strings.ToLower(strings.ToValidUTF8(name, "-"))
}

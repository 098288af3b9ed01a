package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Main is a process that is one cell, and returns its exit code:
//
//	func main() { os.Exit(cell.Main(cell.Config{Name: "door", Version: "v1"}, door{})) }
//
// It asks the environment for everything that cfg does not say, as in a container:
//
//	NIMMERVERSE_ENV  environment [dev]
//	NATS_URL         where the bus is [the selected NATS context, 127.0.0.1:4222]
//	NATS_CREDS       credentials file [nats.creds of systemd's credentials]
//	NIMMER_LISTEN    host:port of /healthz and /readyz [off]
//	NIMMER_LOG       debug, info, warn or error [info]
//
// It waits for a bus that is not there yet, and ends when it is asked to.
func Main(cfg Config, b Behaviour) int {
	return run(context.Background(), cfg, b, os.Stderr)
}

func run(ctx context.Context, cfg Config, b Behaviour, stderr io.Writer) int {
	err := runCell(ctx, cfg, b, stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %s\n", cmp.Or(cfg.Name, "cell"), err)
	if hint := daemon.Hint(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
	return 1
}

func runCell(ctx context.Context, cfg Config, b Behaviour, stderr io.Writer) error {
	cfg.Env = cmp.Or(cfg.Env, os.Getenv("NIMMERVERSE_ENV"), "dev")
	if cfg.Logger == nil {
		if _, err := daemon.ParseLevel(os.Getenv("NIMMER_LOG")); err != nil {
			return fmt.Errorf("read NIMMER_LOG: %w", err)
		}
		cfg.Logger = daemon.Logger(stderr, os.Getenv("NIMMER_LOG"), "")
	}
	conn, err := connect(ctx, cfg)
	if conn == nil {
		return err
	}
	cfg.Bus = conn
	err = serve(ctx, cfg, b, conn)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemon.DefaultDrain)
	defer cancel()
	return errors.Join(err, conn.Drain(stop))
}

// connect waits for the bus; nil without an error means that it was asked to
// stop meanwhile.
func connect(ctx context.Context, cfg Config) (*bus.Conn, error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	conn, err := bus.Connect(ctx, bus.Options{
		Creds: bus.EnvironmentCreds(), Name: "cell " + cfg.Name, Wait: true, Logger: cfg.Logger,
	})
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, nil
	}
	return nil, fmt.Errorf("connect to the bus: %w", err)
}

// serve runs the cell until it is asked to stop.
func serve(ctx context.Context, cfg Config, b Behaviour, conn *bus.Conn) error {
	c, err := New(cfg, b)
	if err != nil {
		return err
	}
	health := &daemon.Health{}
	health.Check("bus", func(context.Context) error {
		_, err := conn.Connected()
		return err
	})
	services := []daemon.Named{{Name: "cell " + c.Name(), Service: c}}
	if listen := os.Getenv("NIMMER_LISTEN"); listen != "" {
		web, err := daemon.Serve(listen, health)
		if err != nil {
			return err
		}
		services = append([]daemon.Named{{Name: "health", Service: web}}, services...)
	}
	return daemon.Run(ctx, cfg.Logger, daemon.Options{Health: health}, services...)
}

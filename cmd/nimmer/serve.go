package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

const serveLong = `Run the NATS server that is linked into this binary, as its configuration file
says: every option of nats-server is there, and nothing is added. The files of a
lab's servers are emitted from the declaration, and their keys by nimmer bus keys:

    nimmer topology emit lab                      nats/hub/dev/dev_bus-1.conf
    nimmer bus keys apply lab                     resolver.conf beside it
    nimmer bus serve -t -c dev_bus-1.conf         is it right?
    nimmer bus serve -c dev_bus-1.conf

A file without accounts lets everybody in who can reach it: such a server belongs
on loopback.

Signals:
  SIGHUP    read the file again: accounts, logins, remotes' and TLS files, limits;
            what is wrong in it is logged, and changes nothing
  SIGUSR1   open the file of the log anew
  SIGUSR2   lame duck: take no more clients, send those there are away one after
            the other (lame_duck_duration), then end
  SIGTERM   write the streams out, then end; a second one ends at once

A service manager that asks (Type=notify or notify-reload) hears when clients are
accepted, when a reload begins and ends, and when the server stops.`

// serveFlags are those of bus serve.
type serveFlags struct {
	file, level, format string
	test                bool
	face                cli.Face
}

func busServeCommand() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve -c FILE",
		Short: "Run a NATS server from a configuration file",
		Long:  serveLong,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.file == "" {
				return cli.Usagef("name a configuration with -c FILE\nusage: %s", cmd.UseLine())
			}
			if f.test {
				digest, err := embedded.Check(f.file)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is valid (%s)\n", f.file, digest)
				return err
			}
			return f.run(cmd)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&f.file, "config", "c", "", "configuration file of nats-server")
	fs.BoolVarP(&f.test, "test", "t", false, "only check the file: exits 1 with file:line:column of what is wrong")
	fs.StringVar(&f.level, "log-level", "info", "debug, info, warn or error; what debug and trace in the file add is of level debug")
	fs.StringVar(&f.format, "log-format", "text", "text or json")
	f.face.Add(cmd, "none")
	return cmd
}

func (f *serveFlags) run(cmd *cobra.Command) error {
	logger, err := cli.Logger(cmd.ErrOrStderr(), f.level, f.format)
	if err != nil {
		return err
	}
	if err := f.face.Check(); err != nil {
		return err
	}
	served, err := embedded.Serve(f.file, logger)
	if err != nil {
		return err
	}
	if _, err := f.face.Begin("nimmer-bus", logger); err != nil {
		return err
	}
	services := []daemon.Named{{Name: "bus server", Service: served}}
	lab.ObserveServices(f.face.Metrics, f.face.Health, services)
	ctx, end := context.WithCancel(cmd.Context())
	defer end()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	go func() {
		defer end()
		heed(ctx, signals, served, logger)
	}()
	return daemon.Run(ctx, logger, daemon.Options{Health: f.face.Health}, f.face.Services(services...)...)
}

// heed does what signals ask for, from when the server runs until it has ended.
func heed(ctx context.Context, signals <-chan os.Signal, served *embedded.Served, logger *slog.Logger) {
	done := served.Done()
	select {
	case <-served.Started():
	case <-done:
		return
	case <-ctx.Done():
		return
	}
	for {
		select {
		case sig := <-signals:
			switch sig {
			case syscall.SIGHUP:
				reload(served, logger)
			case syscall.SIGUSR1:
				served.ReopenLog()
			case syscall.SIGUSR2:
				logger.Info("lame duck: no more clients")
				served.LameDuck()
			}
		case <-done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// reload tells the service manager when it begins and when it is over, also when
// nothing could be changed.
func reload(served *embedded.Served, logger *slog.Logger) {
	tell := func(state string) {
		if err := daemon.Notify(state); err != nil {
			logger.Warn("the service manager cannot be told", daemon.KeyErr, err)
		}
	}
	tell(daemon.Reloading())
	defer tell(daemon.Ready)
	if err := served.Reload(); err != nil {
		logger.Error("reload", daemon.KeyErr, err, "hint", daemon.Hint(err))
		return
	}
	logger.Info("configuration reloaded")
}

package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// BusFlags are the flags with which every client command finds the bus and the
// environment it talks about.
type BusFlags struct {
	Server, Creds, Context string
	Env                    string
}

// Add declares the flags on a command and, for a group, on all below it.
func (f *BusFlags) Add(cmd *cobra.Command) {
	fs := cmd.PersistentFlags()
	fs.StringVar(&f.Server, "server", "", "URL of the bus (default: NATS_URL, the selected NATS context, 127.0.0.1:4222)")
	fs.StringVar(&f.Creds, "creds", "", "credentials for the bus: a file, or a folder of them (default: NATS_CREDS, nats.creds among the systemd credentials)")
	fs.StringVar(&f.Context, "context", "", "NATS context, the same as the nats command uses")
	f.AddEnv(cmd)
}

// AddEnv declares only --env.
func (f *BusFlags) AddEnv(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&f.Env, "env", envDefault(), "environment of the lab (also NIMMERVERSE_ENV)")
}

func envDefault() string {
	if env := os.Getenv("NIMMERVERSE_ENV"); env != "" {
		return env
	}
	return "dev"
}

// Asked returns the environment that somebody asked for, with --env or with
// NIMMERVERSE_ENV, or "" when nobody did.
func (f *BusFlags) Asked(cmd *cobra.Command) string {
	if flag := cmd.Flag("env"); flag != nil && flag.Changed || os.Getenv("NIMMERVERSE_ENV") != "" {
		return f.Env
	}
	return ""
}

// Connect opens the connection of a client command.
func (f *BusFlags) Connect(ctx context.Context, name string, logger *slog.Logger) (*bus.Conn, error) {
	conn, err := bus.Connect(ctx, f.Options(name, logger))
	if err != nil {
		return nil, fmt.Errorf("connect to the bus: %w", err)
	}
	return conn, nil
}

// Options returns the bus options that the flags stand for. Of a folder of
// credentials the operator's are taken.
func (f *BusFlags) Options(name string, logger *slog.Logger) bus.Options {
	o := bus.Options{Server: f.Server, Creds: f.credentials(), Context: f.Context, Name: name, Logger: logger}
	if folder := f.Folder(); folder != "" {
		o.Creds = CredsFile(folder, accounts.OperatorUser(f.Env))
	}
	return o
}

// As returns the options with which a user of the folder of credentials logs in.
func (f *BusFlags) As(user, name string, logger *slog.Logger) bus.Options {
	o := f.Options(name, logger)
	o.Creds = CredsFile(f.Folder(), user)
	return o
}

// Folder is the folder of credentials that was asked for, "" when it was a
// file or nothing.
func (f *BusFlags) Folder() string {
	path := f.credentials()
	if info, err := os.Stat(path); path == "" || err != nil || !info.IsDir() {
		return ""
	}
	return path
}

// CredsFile is where `nimmer bus keys apply` writes a user's credentials.
func CredsFile(folder, user string) string { return filepath.Join(folder, user+".creds") }

// credentials is the file to log in with: --creds, else that of the context
// which was asked for, else the environment's.
func (f *BusFlags) credentials() string {
	if f.Creds != "" || f.Context != "" {
		return f.Creds
	}
	return bus.EnvironmentCreds()
}

package main

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
)

// lines are the connections of the agent: one for each environment as the host,
// and one for each cell that is a user of its own.
type lines struct {
	*lab.Dialler
	server map[string]string // by environment
}

// dialler reads where the buses are and how to log in.
func (o *options) dialler(p plan, logger *slog.Logger) (*lines, error) {
	flags := cli.BusFlags{Creds: o.creds, Context: o.context}
	l := &lines{&lab.Dialler{Options: flags.Options("", logger), Folder: flags.Folder()}, map[string]string{}}
	if l.Folder == "" && o.creds == "" && o.context == "" {
		l.Folder = lab.SystemdCreds(p.users.Host(p.envs[0], o.host))
	}
	for _, s := range o.servers {
		env, url, ok := strings.Cut(s, "=")
		switch {
		case !ok:
			l.Options.Server = s
		case !slices.Contains(p.envs, env):
			return nil, cli.Usagef("--server %s: environment %q is not one of %s", s, env, strings.Join(p.envs, ", "))
		default:
			l.server[env] = url
		}
	}
	return l, nil
}

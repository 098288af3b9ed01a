package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// busFlags find the bus, and who looks after its accounts.
type busFlags struct {
	cli.BusFlags
	state string
	// asPlayed says that no declaration was named: what a lab keeps that runs here
	// is then what it keeps on this machine.
	asPlayed bool
}

func (f *busFlags) add(cmd *cobra.Command) {
	f.Add(cmd)
	cmd.PersistentFlags().StringVar(&f.state, "state", "", "state directory of a running `nimmer up`, to log in as its admins (default: that of the lab which runs at the bus's address)")
}

// keeper looks after what one account keeps, or all of them where there are
// none.
type keeper struct {
	account string // "" on a bus without accounts
	conn    *bus.Conn
	want    lab.Stored
}

// keepers are those of one environment, and the accounts that nobody here may
// look into.
type keepers struct {
	all    []keeper
	unseen []string
}

func (k *keepers) close() {
	for _, x := range k.all {
		x.conn.Close()
	}
}

// open logs in as who looks after each account: the admins of a folder of
// credentials, those of a lab that runs here, or whoever the flags say.
func (f *busFlags) open(ctx context.Context, t *topology.Topology, env string) (*keepers, error) {
	want, err := lab.Streams(t, env)
	if err != nil {
		return nil, err
	}
	f.Env = env
	if folder := f.Folder(); folder != "" {
		return f.admins(ctx, want, func(user string) (bus.Options, error) {
			o := f.As(user, "nimmer bus", nil)
			_, err := os.Stat(o.Creds)
			return o, err
		})
	}
	running, err := f.played()
	if err != nil {
		return nil, err
	}
	switch {
	case running != nil && running.Lab == t.Lab.Name && running.Environment == env:
		if f.asPlayed {
			if want, err = running.Streams(t); err != nil {
				return nil, err
			}
		}
		return f.admins(ctx, want, func(user string) (bus.Options, error) {
			return bus.Options{Server: running.URL, User: user, Password: running.Admins[user], Name: "nimmer bus"}, nil
		})
	case f.state != "":
		return nil, &daemon.Error{
			Op: "manage", Subject: "the lab in " + f.state, Err: fmt.Errorf("it plays the lab %q, environment %q, not %q, %q", running.Lab, running.Environment, t.Lab.Name, env),
			Hint: "name the folder of its declaration, and its environment with --env",
		}
	}
	return f.alone(ctx, want)
}

// admins opens every account that there is a login for.
func (f *busFlags) admins(ctx context.Context, want lab.Stored, login func(user string) (bus.Options, error)) (*keepers, error) {
	k := &keepers{}
	for _, kind := range lab.Kinds {
		name, user := accounts.AccountName(f.Env, kind), accounts.AdminUser(f.Env, kind)
		o, err := login(user)
		if errors.Is(err, fs.ErrNotExist) {
			k.unseen = append(k.unseen, name)
			continue
		}
		if err == nil {
			var conn *bus.Conn
			if conn, err = bus.Connect(ctx, o); err == nil {
				k.all = append(k.all, keeper{name, conn, want.In(kind)})
				continue
			}
		}
		k.close()
		return nil, fmt.Errorf("log in as %s: %w", user, err)
	}
	if len(k.all) == 0 {
		return nil, &daemon.Error{
			Op: "log in with", Subject: f.Folder(), Err: fmt.Errorf("it has no %s.creds", accounts.AdminUser(f.Env, topology.AccountVirtual)),
			Hint: "`nimmer bus keys apply` writes one for each user; choose the environment with --env",
		}
	}
	return k, nil
}

// alone looks into the one account that the flags lead to: one of the
// environment's, or that of a bus without accounts, which keeps everything.
func (f *busFlags) alone(ctx context.Context, want lab.Stored) (*keepers, error) {
	conn, err := f.Connect(ctx, "nimmer bus", nil)
	if err != nil {
		return nil, err
	}
	_, account, err := conn.Login(ctx)
	if err != nil {
		account = "" // who may not ask is no user of ours
	}
	if other := environmentOf(account); other != "" && !strings.EqualFold(other, f.Env) {
		conn.Close()
		return nil, &daemon.Error{
			Op: "look after", Subject: "what " + f.Env + " keeps", Err: fmt.Errorf("this login is for account %q, of another environment", account),
			Hint: "name the environment with --env, or give a login of this one",
		}
	}
	return seen(conn, account, f.Env, want), nil
}

// environmentOf is whose account it is by its name, "" when it is none of a
// lab's: there everything lies together.
func environmentOf(account string) string {
	for _, kind := range lab.Kinds {
		if env, ok := strings.CutSuffix(account, accounts.AccountName("", kind)); ok {
			return env
		}
	}
	return ""
}

// seen tells the part of an environment that is kept in an account.
func seen(conn *bus.Conn, account, env string, want lab.Stored) *keepers {
	k := &keepers{}
	for _, kind := range lab.Kinds {
		if name := accounts.AccountName(env, kind); name == account {
			k.all = []keeper{{name, conn, want.In(kind)}}
		} else {
			k.unseen = append(k.unseen, name)
		}
	}
	if len(k.all) == 0 {
		return &keepers{all: []keeper{{"", conn, want}}}
	}
	return k
}

// elsewhere says which accounts were not looked into, and how they are.
func (k *keepers) elsewhere() (text, remedy string) {
	if len(k.unseen) == 0 {
		return "", ""
	}
	return "not looked into: " + strings.Join(k.unseen, ", ") + ", which this login is not for",
		"give --creds FOLDER with the admins' credentials, or --state DIR of the `nimmer up` that runs there"
}

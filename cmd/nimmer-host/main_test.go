package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-host": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus":  func() { os.Exit(done(runBus(os.Args[1]))) },
		"kept": func() { os.Exit(done(kept(os.Args[1], os.Args[2], os.Args[3]))) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": await},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"NATS_URL", "NATS_CREDS", "CREDENTIALS_DIRECTORY", "NIMMERVERSE_ENV", "NOTIFY_SOCKET"} {
				env.Setenv(name, "")
			}
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}

func done(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// runBus is a bus with the bucket of hosts, until it is interrupted. It writes
// its URL to a file.
func runBus(file string) error {
	server, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: "store"})
	if err != nil {
		return err
	}
	conn, err := bus.Connect(context.Background(), bus.Options{Server: server.ClientURL()})
	if err != nil {
		return err
	}
	defer conn.Close()
	t, err := lab.Read("lab")
	if err != nil {
		return err
	}
	_, buckets, err := topology.StreamPlan(t, "dev")
	if err != nil {
		return err
	}
	if _, err := conn.Apply(context.Background(), nil, buckets); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(server.ClientURL()), 0o600); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
	return server.Stop(context.Background())
}

// kept prints what is kept of a host.
func kept(url, bucket, key string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	b, err := conn.Bucket(context.Background(), bucket)
	if err != nil {
		return err
	}
	e, err := b.Get(context.Background(), key)
	fmt.Println(string(e.Value))
	return err
}

// await FILE TEXT... waits until a file holds every text. A file named URL is
// also put into the environment.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: await FILE TEXT...")
	}
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		data, _ := os.ReadFile(path)
		found := len(data) > 0
		for _, text := range args[1:] {
			found = found && strings.Contains(string(data), text)
		}
		if found {
			if args[0] == "URL" {
				ts.Setenv("NATS_URL", string(data))
			}
			return
		}
	}
	data, _ := os.ReadFile(path)
	ts.Fatalf("%s does not hold %q: %s", args[0], args[1:], data)
}

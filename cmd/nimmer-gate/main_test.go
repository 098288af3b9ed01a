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
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-gate": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus": func() { os.Exit(runBus(os.Args[1])) },
		"say": func() { os.Exit(say(os.Args[1], os.Args[2:])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": await},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}

// runBus is a plain server of somebody else, until it is interrupted. It writes
// its URL to a file.
func runBus(file string) int {
	server, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: "store"})
	if err == nil {
		err = os.WriteFile(file, []byte(server.ClientURL()), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
	if err := server.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// say publishes pairs of subject and body.
func say(url string, pairs []string) int {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer conn.Close()
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := conn.Publish(context.Background(), wave.Message{Subject: pairs[i], Data: []byte(pairs[i+1])}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := conn.Flush(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
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

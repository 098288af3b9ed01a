package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-cell": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus":    func() { os.Exit(done(runBus(os.Args[1], os.Args[2]))) },
		"ask":    func() { os.Exit(done(ask(os.Args[1], os.Args[2], os.Args[3]))) },
		"find":   func() { os.Exit(done(discover(os.Args[1]))) },
		"listen": func() { os.Exit(done(listenForReady(os.Args[1], os.Args[2]))) },
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

// runBus is a plain server until it is interrupted. It writes its URL to a file.
func runBus(address, file string) error {
	server, err := embedded.Start(embedded.Options{Listen: address, StoreDir: "store"})
	if err != nil {
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

// ask sends one request and prints the answer.
func ask(url, subject, body string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	answer, err := conn.Request(context.Background(), subject, []byte(body))
	fmt.Println(string(answer))
	return err
}

// discover prints who is announced.
func discover(url string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	all, err := conn.Services(context.Background(), "", bus.GatherOptions{})
	for _, s := range all {
		fmt.Println(s.Name, s.Version, s.Metadata["environment"], s.Metadata["source"])
	}
	return err
}

// listenForReady is a service manager: it writes what it is told to a file,
// until it is told STOPPING.
func listenForReady(socket, file string) error {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	fmt.Fprintln(out, "LISTENING")
	buf := make([]byte, 256)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, string(buf[:n])); err != nil || strings.Contains(string(buf[:n]), "STOPPING") {
			return errors.Join(err)
		}
	}
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

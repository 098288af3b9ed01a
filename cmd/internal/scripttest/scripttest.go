// Package scripttest is what the scripts that test the commands share: a clean
// environment, waiting without sleeping, and a bus to talk to.
package scripttest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
)

// Found are the variables with which somebody's environment would tell a
// command where its bus is and who it is.
var Found = []string{"NATS_URL", "NATS_CREDS", "CREDENTIALS_DIRECTORY", "NIMMERVERSE_ENV", "NOTIFY_SOCKET"}

// patience is how long a script waits for what it was promised.
const patience = 20 * time.Second

// Params runs the scripts of testdata with nothing of the caller's environment;
// set adds to what they find.
func Params(set map[string]string) testscript.Params {
	return testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": Await, "port": Port},
		Setup: func(env *testscript.Env) error {
			for _, name := range Found {
				env.Setenv(name, "")
			}
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			env.Setenv("HOME", env.WorkDir)
			for name, value := range set {
				env.Setenv(name, value)
			}
			return nil
		},
	}
}

// Nowhere takes from a test what its environment says of a bus.
func Nowhere(t *testing.T) {
	t.Helper()
	for _, name := range Found {
		t.Setenv(name, "")
	}
}

// Await is the script's command await FILE TEXT...: it waits until a file that a
// background command writes holds every text, or anything where none is given. A
// file named URL is also put into the environment as the bus.
func Await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: await FILE [TEXT...]")
	}
	path := ts.MkAbs(args[0])
	var data []byte
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		data, _ = os.ReadFile(path)
		if len(data) == 0 || missing(string(data), args[1:]) != "" {
			continue
		}
		if args[0] == "URL" {
			ts.Setenv("NATS_URL", string(data))
		}
		return
	}
	ts.Fatalf("%s does not hold %q after %v:\n%s", args[0], missing(string(data), args[1:]), patience, data)
}

func missing(data string, texts []string) string {
	for _, text := range texts {
		if !strings.Contains(data, text) {
			return text
		}
	}
	return ""
}

// Port is the script's command port NAME: it puts a free loopback port into the
// environment variable NAME.
func Port(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: port NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv(args[0], port)
}

// Exit ends a command of a script.
func Exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Bus is a plain server of somebody else until it is interrupted. What prepares
// it is done before its URL is written to a file.
func Bus(listen, file string, prepare func(url string) error) error {
	server, err := embedded.Start(embedded.Options{Listen: listen, StoreDir: "store"})
	if err != nil {
		return err
	}
	if prepare != nil {
		if err := prepare(server.ClientURL()); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, []byte(server.ClientURL()), 0o600); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
	return server.Stop(context.Background())
}

// Output is what a command writes, for whoever reads it meanwhile.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to it.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is what was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

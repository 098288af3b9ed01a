package main

import (
	"net"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// awaitLimit is how long a script waits for what it was promised.
const awaitLimit = 20 * time.Second

// await FILE TEXT... waits until a file that a background command writes holds
// every text.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await FILE TEXT...")
	}
	path := ts.MkAbs(args[0])
	var data []byte
	for end := time.Now().Add(awaitLimit); time.Now().Before(end); {
		data, _ = os.ReadFile(path)
		if missing(string(data), args[1:]) == "" {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not hold %q after %v:\n%s", args[0], missing(string(data), args[1:]), awaitLimit, data)
}

func missing(data string, texts []string) string {
	for _, text := range texts {
		if !strings.Contains(data, text) {
			return text
		}
	}
	return ""
}

// port NAME puts a free loopback port into the environment variable NAME.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
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

package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-gate": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus": func() { scripttest.Exit(scripttest.Bus("127.0.0.1:0", os.Args[1], nil)) },
		"say": func() { scripttest.Exit(say(os.Args[1], os.Args[2:])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, scripttest.Params(nil))
}

// say publishes pairs of subject and body.
func say(url string, pairs []string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
	if err != nil {
		return err
	}
	defer conn.Close()
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := conn.Publish(context.Background(), wave.Message{Subject: pairs[i], Data: []byte(pairs[i+1])}); err != nil {
			return err
		}
	}
	return conn.Flush(context.Background())
}

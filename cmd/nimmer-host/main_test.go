package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer-host": func() {
			os.Exit(cli.Execute(context.Background(), command(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"bus":  func() { scripttest.Exit(scripttest.Bus("127.0.0.1:0", os.Args[1], buckets)) },
		"kept": func() { scripttest.Exit(kept(os.Args[1], os.Args[2], os.Args[3])) },
	})
}

// TestSensorsAreTheDeclarations: what the declaration takes for sensors, and so leaves
// to this agent, is what it runs.
func TestSensorsAreTheDeclarations(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(cell.Sensors(), topology.Sensors()); diff != "" {
		t.Error(diff)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, scripttest.Params(nil))
}

// buckets makes the bucket of hosts.
func buckets(url string) error {
	conn, err := bus.Connect(context.Background(), bus.Options{Server: url})
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
	_, err = conn.Apply(context.Background(), nil, buckets)
	return err
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

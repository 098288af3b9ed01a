package main

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// TestEachIsAUserOfItsOwn runs the robot on a server with real keys, out of a
// folder with credentials for each user: cells and nerves hear, ask and answer
// one another with nothing but the grants of the declaration.
func TestEachIsAUserOfItsOwn(t *testing.T) {
	scripttest.Nowhere(t)
	const folder = "../../topology/examples/robot"
	top, err := lab.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	keyed := keystest.New(t, top)
	keyed.Apply(t)
	server := keyed.Start(t, keyed.Model.HubOf("dev"))
	operator, err := bus.Connect(t.Context(), bus.Options{Server: server.ClientURL(), Creds: server.Creds(accounts.OperatorUser("dev"))})
	if err != nil {
		t.Fatal(err)
	}
	defer operator.Close()
	driving := make(chan struct{})
	var once sync.Once
	sub, err := operator.Subscribe(t.Context(), "dev.nervous.cells.motor.wave", func(_ context.Context, m wave.Message) {
		if strings.Contains(string(m.Data), `"motion":"drive"`) && !strings.Contains(string(m.Data), `"odometer":0,`) {
			once.Do(func() { close(driving) })
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Stop() }()

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var said scripttest.Output
	ended := make(chan int, 1)
	args := []string{"--topology", folder, "--all", "--server", server.ClientURL(), "--creds", filepath.Dir(server.Creds("x")), "--http", "none", "--log-level", "warn"}
	go func() { ended <- cli.Execute(ctx, command(), args, nil, &said, &said) }()
	select {
	case <-driving:
	case code := <-ended:
		t.Fatalf("ended with %d: %s", code, said.String())
	case <-time.After(30 * time.Second):
		t.Errorf("the robot never drove: %s", said.String())
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d", code)
	}
	if text := said.String(); text != "" {
		t.Errorf("it complained: %s", text)
	}
}

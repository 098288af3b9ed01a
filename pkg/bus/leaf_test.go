package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// A stream that lives on a leaf is made there from the hub, and the hub's copy
// fills from it.
func TestApplyOnLeaf(t *testing.T) {
	meeting := closedPort(t)
	hub := startServer(t, embedded.Options{
		ServerName: "hub", Domain: "hub",
		ConfigFile: configFile(t, "listen: 127.0.0.1:-1\nleafnodes { listen: \""+meeting+"\" }\n"),
	})
	leaf := startServer(t, embedded.Options{
		ServerName: "robot", Domain: "robot",
		ConfigFile: configFile(t, fmt.Sprintf("listen: 127.0.0.1:-1\nleafnodes { remotes: [ { url: \"nats-leaf://%s\" } ] }\n", meeting)),
	})
	c := connect(t, Options{Server: hub.ClientURL()})
	for joined, end := false, time.Now().Add(10*time.Second); !joined; { // until the link carries requests
		_, err := c.Request(t.Context(), "$JS.robot.API.INFO", nil)
		if joined = err == nil; !joined && time.Now().After(end) {
			t.Fatal(err)
		}
	}
	streams := []topology.Stream{
		{Name: "DEV_SOUND", Environment: "dev", Subjects: []string{"dev.sound.*"}, Direct: true, Domain: "robot"},
		{Name: "DEV_SOUND_FROM_ROBOT", Environment: "dev", Direct: true, From: &topology.Origin{Stream: "DEV_SOUND", Domain: "robot"}},
	}
	if p := mustApply(t, c, streams, nil); p.Count(ActionCreate) != 2 {
		t.Fatalf("apply: %v", summary(p))
	}
	if p := mustApply(t, c, streams, nil); !p.Empty() {
		t.Errorf("second apply: %v %+v", summary(p), p.Changes[0].Fields)
	}
	robot := connect(t, Options{Server: leaf.ClientURL()})
	store(t, robot, "dev.sound.left", 0, 3)
	ctx, cancel := context.WithCancelCause(t.Context())
	n := 0
	err := c.Read(ctx, "DEV_SOUND_FROM_ROBOT", ReadOptions{}, func(_ context.Context, m wave.Message) error {
		if n++; n == 3 {
			cancel(errEnough)
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("reading the copy: %v", err)
	}
	// The leaf can be followed from the hub.
	got := &numbers{want: 3}
	far := connect(t, Options{Server: hub.ClientURL(), Domain: "robot"})
	if err := far.Follow(t.Context(), "DEV_SOUND", "hub-reader", "", FollowFrom{}, got.handle); !errors.Is(err, errEnough) {
		t.Errorf("following on the leaf: %v", err)
	}
	got = &numbers{want: 1}
	if err := far.Follow(t.Context(), "DEV_SOUND", "hub-reader", "", FollowFrom{}, got.handle); !errors.Is(err, errEnough) || got.got[0] != 2 {
		t.Errorf("following again: %v, %v", got.got, err)
	}
}

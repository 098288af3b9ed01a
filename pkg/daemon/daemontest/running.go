package daemontest

import (
	"context"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// Running starts a service, waits until it runs, and stops it at the end of the test.
func Running(t testing.TB, s daemon.Service) {
	t.Helper()
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	select {
	case <-s.Started():
	case <-time.After(limit):
		t.Fatalf("it has not started within %v", limit)
	}
}

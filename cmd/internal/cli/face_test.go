package cli_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// face parses --http.
func face(t *testing.T, address string, args ...string) *cli.Face {
	t.Helper()
	var f cli.Face
	cmd := &cobra.Command{}
	f.Add(cmd, address)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return &f
}

var quiet = slog.New(slog.DiscardHandler)

func TestFaceAnswers(t *testing.T) {
	t.Parallel()
	f := face(t, "127.0.0.1:0")
	if note, err := f.Begin("nimmer-test", quiet); err != nil || note != "" {
		t.Fatal(note, err)
	}
	f.Health.Check("bus", func(context.Context) error { return errors.New("no bus") })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		ended <- daemon.Run(ctx, quiet, daemon.Options{Health: f.Health, Ready: func() { close(ready) }}, f.Services()...)
	}()
	<-ready
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	base := strings.TrimSuffix(f.URL(), "/metrics")
	for path, want := range map[string]string{
		"/metrics": `nimmer_check_ok{check="bus"} 0`, "/healthz": `"ok":true`, "/readyz": `"no bus"`, "/": "/healthz\n",
	} {
		answer, err := client.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: no %q in %s, %v", path, want, body, err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestFaceAddressTaken: the default address gives way, one that was asked for does not.
func TestFaceAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()

	second := face(t, address)
	note, err := second.Begin("second", quiet)
	if err != nil || !strings.Contains(note, "metrics are not served") || !strings.Contains(note, "--http") {
		t.Errorf("note %q, error %v", note, err)
	}
	if second.URL() != "" || len(second.Services()) != 0 {
		t.Errorf("it claims to be at %q", second.URL())
	}
	third := face(t, "none", "--http", address)
	if _, err := third.Begin("third", quiet); err == nil || daemon.Hint(err) == "" {
		t.Errorf("error %v", err)
	}
}

func TestFaceCheck(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"none": true, "": true, "127.0.0.1:0": true, ":9": true, "7640": false, "127.0.0.1:70000": false, "127.0.0.1:x": false,
	} {
		if err := face(t, "none", "--http="+address).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	off := face(t, "none")
	if note, err := off.Begin("off", quiet); note != "" || err != nil || off.URL() != "" {
		t.Errorf("%q, %v, %q", note, err, off.URL())
	}
}

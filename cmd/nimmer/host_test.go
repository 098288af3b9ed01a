package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// hosts runs nimmer host on a bus of its own.
type hosts struct {
	t    *testing.T
	conn *bus.Conn
	url  string
}

func newHosts(t *testing.T, buckets ...topology.Bucket) hosts {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("NIMMERVERSE_ENV", "")
	server, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	conn, err := bus.Connect(t.Context(), bus.Options{Server: server.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if _, err := conn.Apply(t.Context(), nil, buckets); err != nil {
		t.Fatal(err)
	}
	return hosts{t, conn, server.ClientURL()}
}

func (h hosts) run(args ...string) (code int, stdout, stderr string) {
	h.t.Helper()
	var out, err bytes.Buffer
	code = cli.Execute(h.t.Context(), root(), append([]string{"host", "--server", h.url}, args...), nil, &out, &err)
	return code, out.String(), err.String()
}

func beatOf(t *testing.T, change func(*wave.HostBeat)) []byte {
	t.Helper()
	b := wave.HostBeat{
		Host: "theia", BootID: "boot-1", Generation: 42, System: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-theia-26.05",
		Load: []float64{1.5, 1, 0.5}, Memory: wave.Memory{Total: 64 << 30, Available: 48 << 30},
		Cards: []wave.Card{{Name: "0", Model: "RTX", Memory: 96 << 30, Used: 48 << 30, Load: 0.5, Temperature: 40, Power: 100}}, Time: time.Now(),
	}
	if change != nil {
		change(&b)
	}
	body, err := wave.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestHostLooksUpWhatIsKept(t *testing.T) {
	h := newHosts(t, topology.Bucket{Name: "DEV_hosts", Environment: "dev", History: 1, Replicas: 1, Storage: "memory"})
	bucket, err := h.conn.Bucket(t.Context(), "DEV_hosts")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*wave.HostBeat){
		"theia":  nil,
		"old":    func(b *wave.HostBeat) { b.Host, b.Time = "old", time.Now().Add(-time.Hour) },
		"broken": func(b *wave.HostBeat) { b.Host, b.FailedUnits = "broken", []string{"vllm.service"} },
		"ahead":  func(b *wave.HostBeat) { b.Host, b.Next = "ahead", "/nix/store/x-next" },
		"booted": func(b *wave.HostBeat) { b.Host, b.Booted = "booted", "/nix/store/x-before" },
	} {
		if _, err := bucket.Put(t.Context(), name, beatOf(t, change)); err != nil {
			t.Fatal(err)
		}
	}
	code, out, _ := h.run("ls")
	for _, want := range []string{"theia   alive", "nixos-system-theia-26.05 (generation 42)", "25% of 64.0 GiB", "old     silent for 1h0m", "broken  degraded", "ahead   switch pending", "booted  reboot pending"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	code, out, _ = h.run("show", "booted")
	for _, want := range []string{"host booted: reboot pending", "booted      /nix/store/x-before", "card 0      RTX, 50% of 96.0 GiB, 50% busy, 40 °C, 100 W"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	if code, out, _ = h.run("ls", "-o", "json"); code != 0 || !strings.Contains(out, `"format_version": 1`) || strings.Count(out, `"boot_id"`) != 5 {
		t.Errorf("exit %d, %s", code, out)
	}
}

// TestHostListens where nothing is kept.
func TestHostListens(t *testing.T) {
	h := newHosts(t)
	code, out, _ := h.run("ls", "--for", "50ms")
	if code != 0 || !strings.Contains(out, "no host is heard of") {
		t.Errorf("exit %d, %s", code, out)
	}
	code, _, text := h.run("show", "theia", "--for", "50ms")
	if code != 1 || !strings.Contains(text, "it says nothing in environment dev") || !strings.Contains(text, "hint: ") {
		t.Errorf("exit %d, %s", code, text)
	}
	if code, _, text = h.run("show", "no host"); code != cli.ExitUsage {
		t.Errorf("exit %d, %s", code, text)
	}
	ctx, stop := context.WithCancel(t.Context())
	said := make(chan struct{})
	go func() {
		defer close(said)
		forged := beatOf(t, func(b *wave.HostBeat) { b.Host, b.BootID = "other", "forged" })
		for ctx.Err() == nil { // until the command has begun to listen
			_ = h.conn.Publish(ctx, wave.Message{Subject: "dev.infra.hosts.theia.heartbeat", Data: forged})
			_ = h.conn.Publish(ctx, wave.Message{Subject: "dev.infra.hosts.theia.heartbeat", Data: beatOf(t, nil)})
			<-time.After(5 * time.Millisecond)
		}
	}()
	code, out, _ = h.run("show", "theia", "--for", "20s")
	stop()
	<-said
	if code != 0 || !strings.Contains(out, "boot-1") || strings.Contains(out, "forged") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestSayHost(t *testing.T) {
	text, tone := saying(sayHost)(beatOf(t, func(b *wave.HostBeat) { b.FailedUnits = []string{"a.service"} }))
	if text != "theia runs nixos-system-theia-26.05 (generation 42), cards: 1; failed: a.service" || tone != closed {
		t.Errorf("%s", text)
	}
}

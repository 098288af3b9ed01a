package cell

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/bus/embedded"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// realBus starts a NATS server in this process and connects to it.
func realBus(t *testing.T) (*bus.Conn, string) {
	t.Helper()
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
	return conn, strings.TrimPrefix(server.ClientURL(), "nats://")
}

// collect gives what is published on a filter.
func collect(t *testing.T, conn *bus.Conn, filter string) <-chan wave.Message {
	t.Helper()
	out := make(chan wave.Message, 256)
	sub, err := conn.Subscribe(t.Context(), filter, func(_ context.Context, m wave.Message) { out <- m })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Stop() })
	return out
}

// next waits for a message that the function accepts.
func next(t *testing.T, in <-chan wave.Message, accept func(wave.Message) bool) wave.Message {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case m := <-in:
			if accept(m) {
				return m
			}
		case <-limit:
			t.Fatal("it never came")
		}
	}
}

// TestOnARealBus: a text that a plain client publishes is labelled and computed,
// sensors speak, and requests are answered.
func TestOnARealBus(t *testing.T) {
	conn, address := realBus(t)
	for _, name := range []string{"text", "math", "cpu", "process"} {
		c, err := NewBuiltin(name, Config{Env: "dev", Host: "box", Bus: conn})
		if err != nil {
			t.Fatal(err)
		}
		daemontest.Running(t, c)
	}
	all := collect(t, conn, "dev.nervous.cells.*.wave")

	client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const body = `{"source":"person","confidence":0.7,"content":{"text":"what is 15 + 27"}}`
	if _, err := fmt.Fprintf(client, "CONNECT {\"verbose\":false}\r\nPUB dev.nervous.cells.text.wave %d\r\n%s\r\n", len(body), body); err != nil {
		t.Fatal(err)
	}
	next(t, all, func(m wave.Message) bool {
		w, err := wave.ParseWave(m.Data)
		return err == nil && w.Source == "math-box" && strings.Contains(string(w.Content), `"result":42`)
	})
	next(t, all, func(m wave.Message) bool { return m.Subject == "dev.nervous.cells.cpu.wave" })

	answer, err := conn.Request(t.Context(), "dev.nervous.cells.math.request", []byte(`{"command":"calculate","input":"6 * 7"}`))
	if err != nil || !strings.Contains(string(answer), `"result":42`) {
		t.Errorf("%s, %v", answer, err)
	}
	answer, err = conn.Request(t.Context(), "dev.nervous.cells.process.request", []byte(`{"command":"read"}`))
	if err != nil || !strings.Contains(string(answer), `"pid":`) {
		t.Errorf("%s, %v", answer, err)
	}
	if _, err = conn.Request(t.Context(), "dev.nervous.cells.math.request", []byte(`{`)); err == nil || !strings.Contains(err.Error(), "400") {
		t.Logf("a broken request is answered with: %v", err)
	}
}

// TestOutcomeOnARealBus: the nerve measures this machine and its outcome lies in
// the stream.
func TestOutcomeOnARealBus(t *testing.T) {
	conn, _ := realBus(t)
	streams := []topology.Stream{{Name: "DEV_REAL", Environment: "dev", Subjects: []string{"dev.real.gates.*.transition", "dev.real.outcomes.*.feedback"}, Replicas: 1, Storage: "memory", Direct: true}}
	if _, err := conn.Apply(t.Context(), streams, nil); err != nil {
		t.Fatal(err)
	}
	n, err := NewNerve("pressure", NerveConfig{Config: Config{Env: "dev", Bus: conn}, Measure: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, n)
	states := collect(t, conn, "dev.nervous.nerves.pressure.state")
	feedback := collect(t, conn, "dev.real.outcomes.pressure.feedback")
	opening, err := wave.Encode(wave.Transition{
		ID: "pressure-real-1", Gate: "pressure", Garden: wave.Real, From: wave.Stable, To: wave.Open, Value: 0.8, Cause: wave.CauseVerified,
		Triggers: []wave.Signal{{Source: "cpu-box", Confidence: 0.9, Valence: 1, Region: RegionProcessor, Share: 1}},
		Of:       "pressure-virtual-7", Seq: 1, Time: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Store(t.Context(), wave.Message{Subject: "dev.real.gates.pressure.transition", ID: "pressure-real-1", Data: opening}); err != nil {
		t.Fatal(err)
	}
	m := next(t, feedback, func(wave.Message) bool { return true })
	o, err := wave.Decode[wave.Outcome](m.Data)
	if err != nil || o.Transition != "pressure-virtual-7" || o.By != wave.BySensor {
		t.Errorf("%s, %v", m.Data, err)
	}
	t.Logf("this machine, measured for 200ms: %s, actual %s", o.Outcome, o.Actual)
	next(t, states, func(m wave.Message) bool { return strings.Contains(string(m.Data), `"state":"idle"`) })
	kept, err := conn.LastMsg(t.Context(), "DEV_REAL", "dev.real.outcomes.pressure.feedback")
	if err != nil || string(kept.Data) != string(m.Data) {
		t.Errorf("kept %s, %v", kept.Data, err)
	}
}

// TestGuidesPython runs the cell of docs/cells.md as it stands there.
func TestGuidesPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("there is no python3 here: %v", err)
	}
	raw, err := os.ReadFile("../../docs/cells.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(raw), "```python\n")
	code, _, found := strings.Cut(code, "```")
	if !found {
		t.Fatal("the guide has no Python")
	}
	conn, address := realBus(t)
	all := collect(t, conn, "dev.nervous.cells.door.wave")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	code = strings.ReplaceAll(strings.ReplaceAll(code, "4222", port), "time.sleep(1)", "time.sleep(0)")
	if out, err := exec.CommandContext(t.Context(), python, "-c", code).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for seq := range uint64(3) {
		m := next(t, all, func(wave.Message) bool { return true })
		if w, err := wave.ParseWave(m.Data); err != nil || w.Source != "door-1" || w.Seq != seq+1 {
			t.Errorf("%s, %v", m.Data, err)
		}
	}
}

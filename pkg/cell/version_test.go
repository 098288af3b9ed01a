package cell

import (
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/daemon/daemontest"
	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestVersion(t *testing.T) {
	for text, want := range map[string]string{
		"v1": "1.0.0", "1.2": "1.2.0", "v1.2.3": "1.2.3", "0": "0.0.0", "v2-rc1": "2.0.0-rc1", "1.0.0-a.b": "1.0.0-a.b",
		"": "", "latest": "", "01": "", "1.2.3.4": "", "v": "", "1.x": "", "1-": "", "1 ": "",
	} {
		got, err := Version(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, tc := range []struct {
		version, asked string
		want           bool
	}{
		{"1.4.2", "v1", true}, {"1.4.2", "1.4", true}, {"1.4.2", "1.4.2", true}, {"1.4.2", "v1.5", false}, {"1.4.2", "2", false},
		{"10.0.0", "1", false}, {"1.40.0", "1.4", false}, {"1.0.0-rc1", "1", true}, {"1.0.0-rc1", "1.0.0", false},
		{"3.0.0-r.1", "3-r.1", true}, {"3.0.0-r.2", "v3-r.1", false}, {"3.0.0", "3-r.1", false},
		{"1.0.0", "latest", false}, {"latest", "latest", false},
	} {
		if got := Satisfies(tc.version, tc.asked); got != tc.want {
			t.Errorf("%s satisfies %s: %v", tc.version, tc.asked, got)
		}
	}
}

func FuzzVersion(f *testing.F) {
	for _, s := range []string{"v1", "1.2.3-rc.1", "0.0", "v", "1..2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		full, err := Version(text)
		if err != nil {
			return
		}
		if again, err := Version(full); err != nil || again != full || len(full) > 64 {
			t.Errorf("%q is %q, which is %q, %v", text, full, again, err)
		}
		if !Satisfies(full, text) {
			t.Errorf("%q does not satisfy %q, which it was made of", full, text)
		}
	})
}

// TestVersionIsAnnounced: in discovery, answers and states.
func TestVersionIsAnnounced(t *testing.T) {
	conn, _ := realBus(t)
	c, err := NewBuiltin("math", Config{Env: "dev", Bus: conn, Source: "m", Cost: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, c)
	states := collect(t, conn, "dev.nervous.nerves.math.state")
	n, err := NewNerve("math", NerveConfig{Config: Config{Env: "dev", Bus: conn, Version: "v3"}})
	if err != nil {
		t.Fatal(err)
	}
	daemontest.Running(t, n)
	all, err := conn.Services(t.Context(), "", bus.GatherOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bus.ServiceInfo{}
	for _, s := range all {
		found[s.Name] = s
	}
	if s := found["cell-math"]; s.Version != "1.0.0" || s.Metadata["source"] != "m" || s.Metadata["request"] != "dev.nervous.cells.math.request" {
		t.Errorf("the cell is %+v", s)
	}
	if s := found["nerve-math"]; s.Version != "3.0.0" || s.Metadata["gate"] != "math" || s.Description == "" {
		t.Errorf("the nerve is %+v", s)
	}
	answer, err := conn.Request(t.Context(), "dev.nervous.cells.math.request", []byte(`{"command":"calculate","input":"1+1"}`))
	if err != nil || !strings.Contains(string(answer), `"version":"1.0.0"`) {
		t.Errorf("%s, %v", answer, err)
	}
	state := next(t, states, func(wave.Message) bool { return true })
	if !strings.Contains(string(state.Data), `"version":"3.0.0"`) {
		t.Errorf("%s", state.Data)
	}
	metrictest.Collect(t, c).Want(t, metrictest.Told{"nimmer_cell_info{dev,math,m,1.0.0}": 1, "nimmer_cell_lifeforce_total{dev,math,m}": 0.5})
	metrictest.Collect(t, n).Want(t, metrictest.Told{"nimmer_nerve_info{dev,math,3.0.0}": 1})
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err = conn.Services(t.Context(), "cell-math", bus.GatherOptions{}); err != nil || len(all) > 0 {
		t.Errorf("still announced after its end: %v, %v", all, err)
	}
}

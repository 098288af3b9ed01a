package host

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// nix makes the links of a NixOS machine below a folder of the test.
type nix struct {
	t    *testing.T
	root string
}

func newNix(t *testing.T) nix {
	t.Helper()
	n := nix{t, t.TempDir()}
	for _, dir := range []string{"run", "nix/var/nix/profiles", "nix/store"} {
		if err := os.MkdirAll(filepath.Join(n.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func (n nix) link(at, to string) {
	n.t.Helper()
	at = filepath.Join(n.root, at)
	_ = os.Remove(at)
	if err := os.Symlink(to, at); err != nil {
		n.t.Fatal(err)
	}
}

func (n nix) machine() Machine { return Machine{Root: n.root, Cards: NoCards{}} }

func store(name string) string { return "/nix/store/" + name + "-nixos-system-theia-26.05" }

// TestSystemOfNixOS goes through the life of a machine: switched, ahead,
// rolled back, booted.
func TestSystemOfNixOS(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no links there")
	}
	n := newNix(t)
	n.link("nix/var/nix/profiles/system-41-link", store("a"))
	n.link("nix/var/nix/profiles/system-42-link", store("b"))
	n.link("nix/var/nix/profiles/system-43-link", store("a")) // a rollback by building the old one again
	n.link("nix/var/nix/profiles/system", "system-42-link")
	n.link("run/current-system", store("b"))
	n.link("run/booted-system", store("b"))
	check := func(when string, want System) {
		t.Helper()
		if diff := cmp.Diff(want, n.machine().System(t.Context())); diff != "" {
			t.Errorf("%s:\n%s", when, diff)
		}
	}
	check("switched and booted", System{42, store("b"), store("b"), store("b")})
	n.link("nix/var/nix/profiles/system-44-link", store("c"))
	n.link("nix/var/nix/profiles/system", "system-44-link")
	check("set for the next boot", System{42, store("b"), store("b"), store("c")})
	n.link("run/current-system", store("c"))
	check("switched, not booted", System{44, store("c"), store("b"), store("c")})
	n.link("nix/var/nix/profiles/system", "system-41-link")
	n.link("run/current-system", store("a"))
	check("rolled back to a generation", System{41, store("a"), store("b"), store("a")})
	n.link("nix/var/nix/profiles/system", "system-44-link")
	check("runs a, of which 43 is the newest generation", System{43, store("a"), store("b"), store("c")})
	n.link("run/current-system", store("unknown"))
	check("runs what no generation is", System{0, store("unknown"), store("b"), store("c")})
}

func TestFactsOfThisMachine(t *testing.T) {
	facts, notes, err := Machine{}.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		t.Log("left out: ", n)
	}
	body, err := wave.Encode(facts.Beat("this", time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	b, err := wave.Decode[wave.HostBeat](body)
	if err != nil || b.BootID == "" || b.System == "" || b.Memory.Total < 64<<20 || b.Memory.Available > b.Memory.Total || len(b.Load) != 3 {
		t.Errorf("%s, %v", body, err)
	}
	again, _, err := Machine{}.Look(t.Context())
	if err != nil || again.BootID != facts.BootID || again.System != facts.System {
		t.Errorf("looked twice: %+v, %+v", facts, again)
	}
	t.Logf("%s", body)
}

func TestMachineWithoutFacts(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the system is asked, not files")
	}
	_, _, err := Machine{Root: t.TempDir(), Cards: NoCards{}}.Look(t.Context())
	for _, want := range []string{"read boot id", "read load", "read memory"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestDrift(t *testing.T) {
	calm := Facts{System: System{Running: "a", Booted: "a", Next: "a"}, Cards: []wave.Card{{Name: "0"}}}
	if got := calm.Drift(Expect{Cards: []string{"0"}}); got != nil {
		t.Errorf("a calm machine drifts: %q", got)
	}
	if got := (Facts{System: System{Running: "Debian"}}).Drift(Expect{}); got != nil {
		t.Errorf("a machine without generations drifts: %q", got)
	}
	got := Facts{System: System{Running: "b", Booted: "a", Next: "c"}}.Drift(Expect{Cards: []string{"0"}})
	want := []string{"the next boot starts another system", "another system was booted, its kernel still runs", "card 0 is gone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

package nix

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// newer are keys and values, and the version of systemd from which on they are known: an older one cannot judge them.
var newer = map[string]int{
	"RestartSteps":       254,
	"RestartMaxDelaySec": 254,
	"notify-reload":      253,
}

// analyze is the version of systemd-analyze here. Without one the test is skipped.
func analyze(t *testing.T) int {
	t.Helper()
	out, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil {
		t.Skipf("skipped: no systemd-analyze (%v)", err)
	}
	version, err := strconv.Atoi(string(regexp.MustCompile(`\d+`).Find(out)))
	if err != nil {
		t.Fatalf("systemd-analyze --version says %q", out)
	}
	return version
}

// onceEach writes units with programs that are on this machine into a folder for each host. Where two hosts have
// the same text, only the first has it.
func onceEach(t *testing.T) map[string][]unit {
	t.Helper()
	seen := map[string]bool{}
	at := map[string][]unit{}
	for _, u := range goldenUnits(t) {
		text := regexp.MustCompile(`(?m)^(Exec[A-Z][A-Za-z]*)=([-@:+!]*)("?)\S+`).ReplaceAllString(u.text, "$1=$2/bin/true")
		text = regexp.MustCompile(`(?m)^X-.*\n`).ReplaceAllString(text, "")
		if seen[u.name+text] {
			continue
		}
		seen[u.name+text] = true
		dir := filepath.Join(t.TempDir(), u.host)
		if known := at[u.lab+"/"+u.host]; len(known) > 0 {
			dir = filepath.Dir(known[0].text)
		}
		file := filepath.Join(dir, u.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		u.text = file
		at[u.lab+"/"+u.host] = append(at[u.lab+"/"+u.host], u)
	}
	return at
}

// TestSystemdAcceptsTheUnits: systemd-analyze verify finds nothing in them.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	t.Parallel()
	version := analyze(t)
	for host, units := range onceEach(t) {
		args := []string{"verify", "--man=no", "--recursive-errors=no"}
		for _, u := range units {
			args = append(args, u.text)
		}
		cmd := exec.Command("systemd-analyze", args...)
		out, _ := cmd.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, filepath.Dir(units[0].text)) && !tooNew(line, version) {
				t.Errorf("%s: %s", host, strings.TrimSpace(line))
			}
		}
	}
}

// tooNew reports whether a finding is about what this systemd does not know yet.
func tooNew(line string, version int) bool {
	for word, since := range newer {
		if version < since && strings.Contains(line, word) {
			return true
		}
	}
	return false
}

// TestUnitsAreNotExposed: systemd's own measure of what a unit may, from 0 to 10, is at most 2, or 3 for what has to do
// with cards.
func TestUnitsAreNotExposed(t *testing.T) {
	t.Parallel()
	analyze(t)
	for _, units := range onceEach(t) {
		for _, u := range units {
			if !strings.HasSuffix(u.name, ".service") {
				continue
			}
			limit := 20
			if u.last("PrivateDevices") == "false" || u.name == "nimmer-gpu.service" {
				limit = 30
			}
			var said bytes.Buffer
			cmd := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+strconv.Itoa(limit), u.text)
			cmd.Stdout, cmd.Stderr = &said, &said
			err := cmd.Run()
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				lines := strings.Split(strings.TrimSpace(said.String()), "\n")
				t.Errorf("%s/%s/%s: %s, the limit is %.1f", u.lab, u.host, u.name, lines[len(lines)-1], float64(limit)/10)
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}

package gate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No product is fused with a sum: another machine would round elsewhere. The
// compiler says what it made for arm64, which fuses wherever it may, and for
// the amd64 level that does.
func TestNothingIsFused(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command to look at the compiled code: ", err)
	}
	fused := regexp.MustCompile(`\b(V?FN?M(ADD|SUB)[A-Z0-9]*)\b`)
	for _, env := range [][]string{{"GOARCH=arm64"}, {"GOARCH=amd64", "GOAMD64=v3"}} {
		out := filepath.Join(t.TempDir(), "gate.a")
		cmd := exec.Command(tool, "build", "-gcflags=-S", "-o", out, ".")
		cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
		listing, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, listing)
		}
		lines := strings.Split(string(listing), "\n")
		if len(lines) < 1000 {
			t.Fatalf("%v: the compiler listed only %d lines", env, len(lines))
		}
		for _, line := range lines {
			if fused.MatchString(line) {
				t.Errorf("%v: fused: %s", env, strings.TrimSpace(line))
			}
		}
	}
}

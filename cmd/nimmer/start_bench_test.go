package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkStart measures what a newcomer waits for: from the start of a
// stripped nimmer to the first gate it shows, with an empty state directory
// and with one that is there.
func BenchmarkStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "nimmer")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			startOnce(b, bin, b.TempDir())
		}
	})
	b.Run("again", func(b *testing.B) {
		dir := b.TempDir()
		for b.Loop() {
			startOnce(b, bin, dir)
		}
	})
}

// startOnce returns when the first gate was shown; stopping is not measured.
func startOnce(b *testing.B, bin, state string) {
	b.Helper()
	cmd := exec.Command(bin, "up", "--listen", "127.0.0.1:0", "--state", state)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "gate ") {
	}
	took := time.Since(begun)
	b.StopTimer()
	b.ReportMetric(float64(took.Microseconds())/1000, "ms/first-gate")
	if lines.Text() == "" {
		b.Fatal("no gate was shown")
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		b.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %s", err, complaints.String())
	}
	b.StartTimer()
}

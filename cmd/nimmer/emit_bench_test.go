package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
)

// The whole command into a new folder, from reading the HCL until every file is
// safe on disk.
func BenchmarkEmit(b *testing.B) {
	for _, hosts := range []int{1000, 4000} {
		b.Run(fmt.Sprint(hosts), func(b *testing.B) {
			dir := b.TempDir()
			for name, data := range loadtest.Explicit(hosts) {
				if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
					b.Fatal(err)
				}
			}
			n := 0
			for b.Loop() {
				n++
				var problem strings.Builder
				out := filepath.Join(dir, fmt.Sprint("out", n))
				args := []string{"topology", "emit", dir, "--out", out}
				if code := cli.Execute(b.Context(), root(), args, strings.NewReader(""), io.Discard, &problem); code != 0 {
					b.Fatal(problem.String())
				}
			}
		})
	}
}

// Command nimmer plays, checks and watches a declared lab: one declaration,
// one bus, gates that open because signals agree.
package main

import (
	"context"
	"os"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Execute(context.Background(), root(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

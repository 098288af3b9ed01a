package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/scripttest"
)

// The scripts in testdata say what the commands promise; `nimmer` runs in a
// process of its own, so that signals and exit codes are real.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nimmer": func() {
			os.Exit(cli.Execute(context.Background(), root(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	params := scripttest.Params(map[string]string{"USER": "newcomer", "REPO": repo})
	params.Cmds["freeipa"] = freeipa
	testscript.Run(t, params)
}

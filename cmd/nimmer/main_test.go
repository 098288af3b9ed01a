package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
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
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("USER", "newcomer")
			env.Setenv("NIMMERVERSE_ENV", "")
			env.Setenv("REPO", repo)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":   await,
			"freeipa": freeipa,
			"port":    freePort,
		},
	})
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// nimmer runs a command and returns what it printed and its exit code.
func nimmer(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := cli.Execute(t.Context(), root(), args, strings.NewReader(""), &out, &out)
	return out.String(), code
}

// TestBusOfAHub looks after the accounts of a real hub: with the admins'
// credentials all of them, with one login its own.
func TestBusOfAHub(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("NIMMERVERSE_ENV", "")
	t.Setenv("NATS_CREDS", "")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lab.hcl"), load.InitHCL(lab.Machine()), 0o600); err != nil {
		t.Fatal(err)
	}
	l := keystest.New(t, lab.Load(dir).Topology)
	site := l.Model.HubOf("dev")
	srv := l.Start(t, site)
	folder := filepath.Dir(srv.Creds(accounts.AdminUser("dev", "virtual")))
	run := func(want int, texts []string, args ...string) {
		t.Helper()
		out, code := nimmer(t, append(args, dir, "--server", srv.ClientURL())...)
		if code != want {
			t.Errorf("%v exits %d, want %d", args, code, want)
		}
		for _, text := range texts {
			if !strings.Contains(out, text) {
				t.Errorf("%v does not say %q:\n%s", args, text, out)
			}
		}
	}
	run(cli.ExitChanges, []string{"create      stream DEV_REAL in DEV_REAL", "create      durable DEV_REAL/gate-core in DEV_REAL", "18 to create"},
		"bus", "plan", "--creds", folder)
	run(cli.ExitDone, []string{"18 to create"}, "bus", "apply", "--creds", folder)
	run(cli.ExitDone, []string{"0 to create", "18 as declared"}, "bus", "plan", "--creds", folder)
	if out, code := nimmer(t, "topology", "emit", dir); code != cli.ExitDone {
		t.Fatal(out)
	}
	emitted := filepath.Join(dir, "topology.json")
	if out, code := nimmer(t, "bus", "plan", emitted, "--server", srv.ClientURL(), "--creds", folder); code != cli.ExitDone || !strings.Contains(out, "18 as declared") {
		t.Errorf("topology.json in place of the folder: exits %d\n%s", code, out)
	}
	if err := os.WriteFile(emitted, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := nimmer(t, "bus", "plan", emitted, "--server", srv.ClientURL(), "--creds", folder); code != cli.ExitFailed || !strings.Contains(out, "nimmer topology emit") {
		t.Errorf("a broken topology.json: exits %d\n%s", code, out)
	}
	run(cli.ExitDone, []string{"14 as declared", "not looked into: DEV_REAL, DEV_INFRA"},
		"bus", "plan", "--creds", srv.Creds(accounts.OperatorUser("dev")))
	run(cli.ExitDone, []string{"2 as declared", "not looked into: DEV_VIRTUAL, DEV_INFRA"},
		"bus", "plan", "--creds", srv.Creds(accounts.AdminUser("dev", "real")))
	run(cli.ExitDone, []string{`user "dev_operator" of account "DEV_VIRTUAL"`, "all 18 streams", "none answers for dev"}, "doctor", "--creds", folder)
	run(cli.ExitFailed, []string{"hint: "}, "bus", "plan", "--creds", filepath.Join(folder, "nobody.creds"))
	run(cli.ExitFailed, []string{"it has no dev_admin_virtual.creds", "nimmer bus keys apply"}, "bus", "plan", "--creds", dir)
	if err := os.Remove(srv.Creds(accounts.AdminUser("dev", "infra"))); err != nil {
		t.Fatal(err)
	}
	run(cli.ExitDone, []string{"16 as declared", "not looked into: DEV_INFRA"}, "bus", "plan", "--creds", folder)
}

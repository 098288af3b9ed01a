package keys_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// Each host gets the credentials of what runs on it, and no other host's.
func TestPackGivesAHostItsOwn(t *testing.T) {
	t.Parallel()
	top, diags := load.Dir("../../../topology", load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(secret, []byte(id.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	l := keystest.New(t, top)
	l.Options.Recipients, l.Options.Identities = []string{id.Recipient().String()}, []string{secret}
	l.Apply(t)
	folder := t.TempDir()
	packed, err := keys.Pack(top, l.Model, "theia", folder, l.Options)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range packed {
		names = append(names, p.Place)
		path := filepath.Join(folder, p.Place)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		want := os.FileMode(0o640)
		if strings.Contains(p.Place, "nimmer/creds/") {
			want = 0o600
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", p.Place, info.Mode(), want)
		}
		if data, err := os.ReadFile(path); err != nil || p.User != "" && !strings.Contains(string(data), "BEGIN NATS USER JWT") {
			t.Errorf("%s holds %.40q, %v", p.Place, data, err)
		}
	}
	for want, there := range map[string]bool{
		"var/lib/nimmer/nats/leaf/theia/remotes.conf":                       true,
		"var/lib/nimmer/nats/leaf/theia/creds/dev_leaf_theia_virtual.creds": true,
		"var/lib/nimmer/creds/dev_host_theia.creds":                         true,
		"var/lib/nimmer/creds/staging_host_theia.creds":                     true, // a hub's user
		"var/lib/nimmer/creds/prod_mind_nyx.creds":                          true,
		"var/lib/nimmer/creds/dev_host_dioscuri.creds":                      false,
		"var/lib/nimmer/creds/dev_gate_virtual.creds":                       false,
		"var/lib/nimmer/creds/dev_operator.creds":                           false,
		"var/lib/nimmer/nats/hub/dev/resolver.conf":                         false,
	} {
		if slices.Contains(names, want) != there {
			t.Errorf("%s: packed is %v", want, !there)
		}
	}
	if _, err := keys.Pack(top, l.Model, "nats-dev", "", l.Options); err != nil {
		t.Error(err)
	}
	l.Options.Identities = nil
	if _, err := keys.Pack(top, l.Model, "theia", t.TempDir(), l.Options); err == nil || !strings.Contains(err.Error(), "no identity was given") {
		t.Errorf("without the identity: %v", err)
	}
}

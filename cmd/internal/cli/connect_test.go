package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	given := filepath.Join(dir, "nats.creds")
	if err := os.WriteFile(given, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		flags        BusFlags
		env, systemd string
		want         string
	}{
		"nothing":                  {},
		"flag":                     {flags: BusFlags{Creds: "a"}, env: "b", systemd: dir, want: "a"},
		"context has its own":      {flags: BusFlags{Context: "c"}, env: "b", systemd: dir},
		"flag and context":         {flags: BusFlags{Creds: "a", Context: "c"}, want: "a"},
		"environment":              {env: "b", systemd: dir, want: "b"},
		"environment, with server": {flags: BusFlags{Server: "s"}, env: "b", want: "b"},
		"systemd":                  {systemd: dir, want: given},
		"systemd without it":       {systemd: t.TempDir()},
	} {
		t.Setenv("NATS_CREDS", tc.env)
		t.Setenv("CREDENTIALS_DIRECTORY", tc.systemd)
		if got := tc.flags.Options("x", nil).Creds; got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

package natsconf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
	"github.com/nimmerverse/nimmer/pkg/topology/load/loadtest"
	"github.com/nimmerverse/nimmer/pkg/topology/natsconf"
)

// TestEmitted holds what every lab's files have in common.
func TestEmitted(t *testing.T) {
	t.Parallel()
	for name, top := range loadtest.Labs(t, "../../..") {
		files, err := natsconf.Emit(top)
		again, _ := natsconf.Emit(top)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		names := map[string]string{}
		for i, f := range files {
			if !bytes.Equal(f.Data, again[i].Data) || f.Path != again[i].Path {
				t.Errorf("%s: %s differs from one time to the next", name, f.Path)
			}
			if i > 0 && files[i-1].Path >= f.Path {
				t.Errorf("%s: %s comes after %s", name, f.Path, files[i-1].Path)
			}
			for _, secret := range []string{"SO", "SA", "SU", "eyJ", "password"} {
				if f.Path != natsconf.AccountsFile && bytes.Contains(f.Data, []byte(`: "`+secret)) {
					t.Errorf("%s: %s holds a key", name, f.Path)
				}
			}
			if f.Path != natsconf.AccountsFile && !bytes.Contains(f.Data, []byte("include \"resolver.conf\"\n")) {
				t.Errorf("%s: %s has no accounts", name, f.Path)
			}
		}
		m, err := accounts.Compile(top)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range natsconf.Servers(top, m) {
			if other := names[s.Name]; other != "" {
				t.Errorf("%s: %s and %s are both called %s", name, other, s.Path(), s.Name)
			}
			names[s.Name] = s.Path()
		}
		if len(files) != len(names)+1 {
			t.Errorf("%s: %d files for %d servers", name, len(files), len(names))
		}
	}
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	find := func(files []topology.Artifact, path string) string {
		for _, f := range files {
			if f.Path == path {
				return string(f.Data)
			}
		}
		t.Errorf("no %s", path)
		return ""
	}
	emit := func(top *topology.Topology) []topology.Artifact {
		files, err := natsconf.Emit(top)
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for path, want := range map[string][]string{
		"nats/hub/east/east_east-2.conf": {
			`server_name: "east_east-2"`, `listen: "10.7.1.2:4222"`, `http: "10.7.1.2:8222"`, `"region:east \"coast\""`, `max_payload: 1048576`,
			`sync_interval: "always"`, `domain: "east"`, `listen: "10.7.1.2:6222"`, `include "cluster-east.conf"`, `listen: "10.7.1.2:7222"`,
			`include "gateways.conf"`, `listen: "10.7.1.2:7422"`, `listen: "10.7.1.2:8443"`, `no_tls: true`,
		},
		"nats/hub/east/west_west-3.conf": {`server_name: "west_west-3"`, `domain: "east"`, `include "cluster-west.conf"`},
		"nats/leaf/robot/robot.conf":     {`listen: "127.0.0.1:4222"`, `http: "10.7.3.1:8222"`, `domain: "robot"`, `max_file: 5368709120`, `include "remotes.conf"`},
	} {
		text := find(emit(loadtest.Source(t, loadtest.Regions)), path)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %s:\n%s", path, w, text)
			}
		}
		if strings.Contains(text, "no_advertise") {
			t.Errorf("%s: leaves do not learn of the other members:\n%s", path, text)
		}
	}
	hub := find(emit(loadtest.Dir(t, "../../../topology")), "nats/hub/dev/dev_nats-dev.conf")
	for _, w := range []string{`http: "127.0.0.1:8222"`, "no_advertise: true"} {
		if !strings.Contains(hub, w) {
			t.Errorf("the hub lacks %s:\n%s", w, hub)
		}
	}
	for _, w := range []string{"cluster {", "gateway {", "sync_interval", "websocket"} {
		if strings.Contains(hub, w) {
			t.Errorf("the hub has %s:\n%s", w, hub)
		}
	}
	home := find(emit(loadtest.Source(t, string(load.InitHCL(load.Options{})))), "nats/hub/hub/hub_localhost.conf")
	if !strings.Contains(home, `listen: "127.0.0.1:4222"`) || strings.Contains(home, "leafnodes") {
		t.Errorf("at home:\n%s", home)
	}
}

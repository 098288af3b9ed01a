package topology

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Environments come from the identity, else the hosts, else the lab, in the
// lab's order.
func TestFillEnvironments(t *testing.T) {
	top := &Topology{
		Lab:        Lab{Name: "t", Environments: []string{"dev", "staging", "prod"}},
		Hosts:      []Host{{Name: "a", Environments: []string{"prod"}}, {Name: "b", Environments: []string{"dev"}}, {Name: "c"}},
		Identities: []Identity{{Name: "ab", Hosts: []string{"a", "b"}}, {Name: "person"}, {Name: "set", Hosts: []string{"a"}, Environments: []string{"staging"}}},
		NATS:       []NATS{{Name: "n", Hosts: []string{"a", "b"}}, {Name: "s", Environments: []string{"staging"}, Hosts: []string{"c"}}},
		Organs:     []Organ{{Name: "o", Identity: "set"}, {Name: "p", Host: "b"}},
		Cells:      []Cell{{Name: "x", On: On{Hosts: []string{"b"}}}, {Name: "y", Identity: "ab"}, {Name: "z"}},
		Gates:      []Gate{{Name: "g"}},
		Phoebes:    []Phoebe{{Name: "p", Host: "a"}},
		Leaves:     []Leaf{{Name: "l", Host: "b"}},
	}
	Fill(top, Host{})
	all := []string{"dev", "staging", "prod"}
	for _, tt := range []struct {
		what      string
		got, want []string
	}{
		{"host c", top.Hosts[2].Environments, all},
		{"identity ab", top.Identities[0].Environments, []string{"dev", "prod"}},
		{"identity person", top.Identities[1].Environments, all},
		{"nats n", top.NATS[0].Environments, []string{"dev", "prod"}},
		{"organ of an identity", top.Organs[0].Environments, []string{"staging"}},
		{"organ on a host", top.Organs[1].Environments, []string{"dev"}},
		{"cell on a host", top.Cells[0].Environments, []string{"dev"}},
		{"cell of an identity", top.Cells[1].Environments, []string{"dev", "prod"}},
		{"cell", top.Cells[2].Environments, all},
		{"gate", top.Gates[0].Environments, all},
		{"phoebe", top.Phoebes[0].Environments, []string{"prod"}},
		{"leaf", top.Leaves[0].Environments, []string{"dev"}},
	} {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s lives in %v, want %v", tt.what, tt.got, tt.want)
		}
	}
	var names []string
	for _, e := range top.Environments {
		names = append(names, e.Name+" "+e.Clock)
	}
	if diff := cmp.Diff([]string{"dev wall", "staging wall", "prod wall"}, names); diff != "" {
		t.Error(diff)
	}
}

// Cards that are passed through appear on the guest that has them.
func TestFillCards(t *testing.T) {
	top := &Topology{
		Lab: Lab{Name: "t"},
		Hosts: []Host{
			{Name: "big", GPUs: []GPU{
				{Name: "0", Memory: 24 << 30, Reserved: 1 << 30, ComputeCapability: "8.9", PCI: "0000:41:00.0", To: "guest"},
				{Name: "1", Model: "A40", VGPUs: []VGPU{{Name: "v", Profile: "8Q", To: "guest"}, {Name: "spare"}}},
			}},
			{Name: "guest", Parent: "big"},
			{Name: "mac", Memory: 64 << 30, Apple: &Apple{Chip: "M3 Ultra"}},
		},
		Identities: []Identity{{Name: "i", Hosts: []string{"guest"}, GPUs: []string{"guest/0"}}, {Name: "m", Hosts: []string{"mac"}, GPUs: []string{"mac/metal"}}},
		Organs:     []Organ{{Name: "g", Identity: "i"}, {Name: "m", Identity: "m"}, {Name: "none", Identity: "m", Device: "cpu"}, {Name: "open", Hosts: []string{"big"}}},
	}
	Fill(top, Host{})
	want := []GPU{
		{Name: "0", Memory: 24 << 30, Reserved: 1 << 30, ComputeCapability: "8.9", From: "big/0"},
		{Name: "v", Model: "A40 8Q", From: "big/1"},
	}
	if diff := cmp.Diff(want, top.Hosts[1].GPUs, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("guest (-want +got):\n%s", diff)
	}
	mac := top.Hosts[2]
	if mac.System != "aarch64-darwin" || mac.Deploy.Engine != "darwin" || len(mac.GPUs) != 1 || !mac.GPUs[0].Metal || mac.GPUs[0].Memory != 64<<30 {
		t.Errorf("mac: %+v", mac)
	}
	for i, want := range []struct {
		device string
		gpus   []string
	}{{"gpu", []string{"guest/0"}}, {"metal", []string{"mac/metal"}}, {"cpu", nil}, {"gpu", []string{"big/1"}}} {
		if o := top.Organs[i]; o.Device != want.device || !slices.Equal(o.GPUs, want.gpus) {
			t.Errorf("organ %s computes on %s %v, want %+v", o.Name, o.Device, o.GPUs, want)
		}
	}
}

// Services that nobody declared run where the hub of their environment runs.
func TestFillServices(t *testing.T) {
	top := &Topology{
		Lab:      Lab{Name: "t", Environments: []string{"dev", "prod", "test"}},
		Hosts:    []Host{{Name: "a"}, {Name: "b"}},
		NATS:     []NATS{{Name: "x", Environments: []string{"dev", "test"}, Hosts: []string{"a"}}, {Name: "y", Environments: []string{"prod"}, Hosts: []string{"b"}}},
		Cells:    []Cell{{Name: "cpu", Builtin: "cpu"}, {Name: "load", Builtin: "load", On: On{Hosts: []string{"a"}}}, {Name: "disk", Builtin: "disk", Environments: []string{"dev"}}},
		Gates:    []Gate{{Name: "g"}},
		Services: []Service{{Name: "gate", Process: "gate", Hosts: []string{"b"}, Environments: []string{"test"}}},
	}
	Fill(top, Host{})
	type row struct {
		Name, Process string
		Hosts, Envs   []string
		Cells         []string
		Implicit      bool
	}
	var got []row
	for _, s := range top.Services {
		got = append(got, row{s.Name, s.Process, s.Hosts, s.Environments, s.Cells, s.Implicit})
	}
	want := []row{
		{"cell-dev", "cell", []string{"a"}, []string{"dev", "test"}, []string{"cpu", "disk"}, true},
		{"cell-prod", "cell", []string{"b"}, []string{"prod"}, []string{"cpu"}, true},
		{"gate", "gate", []string{"b"}, []string{"test"}, nil, false},
		{"gate-dev", "gate", []string{"a"}, []string{"dev"}, nil, true},
		{"gate-prod", "gate", []string{"b"}, []string{"prod"}, nil, true},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A hub takes the network that its hosts and its leaves share.
func TestFillHub(t *testing.T) {
	host := func(name string, networks ...string) Host {
		h := Host{Name: name, Addresses: map[string]string{}}
		for i, n := range networks {
			h.Addresses[n] = "10.0." + string(rune('0'+i)) + ".1"
		}
		return h
	}
	top := &Topology{
		Lab:      Lab{Name: "t", Domain: "example.org"},
		Networks: []Network{{Name: "a"}, {Name: "b"}, {Name: "management"}},
		Hosts:    []Host{host("n1", "a", "b"), host("n2", "a", "b"), host("n3", "a", "b"), host("leaf", "b")},
		NATS:     []NATS{{Name: "hub", Hosts: []string{"n1", "n2", "n3"}}},
		Leaves:   []Leaf{{Name: "leaf", Host: "leaf"}},
	}
	Fill(top, Host{})
	if n := top.NATS[0]; n.Network != "b" || n.Replicas != 3 || n.Address != "hub.example.org" {
		t.Errorf("hub: %+v", n)
	}
	if l := top.Leaves[0]; l.JetStream.Memory != 1<<30 || l.JetStream.Store != 0 {
		t.Errorf("leaf: %+v", l)
	}
}

func TestSourceAt(t *testing.T) {
	s := &Source{Block: Pos{Line: 1}, Attrs: map[string]Pos{"addresses": {Line: 2}, "addresses.management": {Line: 3}}}
	for attr, line := range map[string]int{"addresses.management": 3, "addresses.other": 2, "addresses": 2, "memory": 1, "memory.x": 1, "": 1} {
		if got := s.At(attr).Line; got != line {
			t.Errorf("At(%q) is line %d, want %d", attr, got, line)
		}
	}
	var none *Source
	if !none.At("x").IsZero() || none.Has("x") || none.Unread("x") || !s.Has("addresses") || s.Has("memory") {
		t.Error("a block that was filled in has a place")
	}
}

// What Fill makes of an empty lab is without fault, with and without places.
func TestCheckEmpty(t *testing.T) {
	top := &Topology{Lab: Lab{Name: "t"}}
	Fill(top, Host{})
	if problems := Check(top); len(problems) > 0 {
		t.Errorf("problems: %+v", problems)
	}
	top.Hosts[0].Name = "Bad Name"
	if problems := Check(top); len(problems) == 0 || !problems[0].Pos.IsZero() || problems[0].Severity != Error {
		t.Errorf("problems: %+v", problems)
	}
}

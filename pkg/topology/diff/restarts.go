package diff

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// A process is something that runs and reads a part of the declaration.
type process struct {
	name  string
	hosts []string
	// reads is what it reads when it starts, by what a person calls it; loads is
	// what it takes up while it runs.
	reads, loads map[string]string
}

// restarts compares what every process reads: one that is there before and
// after and reads something else starts again, or reloads.
func restarts(a, b *topology.Topology, ma, mb *accounts.Model) ([]Change, error) {
	before, err := processes(a, accountsOf(ma, nil))
	if err != nil {
		return nil, err
	}
	after, err := processes(b, accountsOf(mb, ma))
	if err != nil {
		return nil, err
	}
	was := map[string]*process{}
	for i := range before {
		was[before[i].name] = &before[i]
	}
	var out []Change
	for i := range after {
		p := &after[i]
		old := was[p.name]
		if old == nil {
			continue
		}
		hosts := slices.DeleteFunc(slices.Clone(p.hosts), func(h string) bool { return !slices.Contains(old.hosts, h) })
		if len(hosts) == 0 {
			continue
		}
		verb, why := "restarts", changedParts(old.reads, p.reads)
		if len(why) == 0 {
			verb, why = "reloads", changedParts(old.loads, p.loads)
		}
		if len(why) > 0 {
			out = append(out, Change{Area: AreaRestarts, Verb: Changed, Kind: "process", Name: p.name, Hosts: hosts,
				Text: fmt.Sprintf("%s on %s for %s", verb, few(hosts), few(why))})
		}
	}
	return out, nil
}

func changedParts(a, b map[string]string) []string {
	var out []string
	for _, what := range slices.Sorted(maps.Keys(b)) {
		if old, ok := a[what]; !ok {
			out = append(out, what+" (new)")
		} else if old != b[what] {
			out = append(out, what)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(a)) {
		if _, ok := b[what]; !ok {
			out = append(out, what+" (gone)")
		}
	}
	return out
}

// A reader collects processes and the first failure to write one down.
type reader struct {
	t    *topology.Topology
	list []process
	err  error
}

// print is a value's fingerprint.
func (r *reader) print(v any) string {
	data, err := json.Marshal(v, json.Deterministic(true), jsontext.ReorderRawObjects(true))
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("write down %T: %w", v, err)
	}
	return string(data)
}

func processes(t *topology.Topology, accounts map[string]string) ([]process, error) {
	r := &reader{t: t}
	r.servers(accounts)
	r.gateCores()
	r.models()
	r.others()
	return r.list, r.err
}

// accountsOf says of each server, as "hub NAME" or "leaf NAME", whether its
// accounts are those that it has in another model: "" as they were, or "new".
func accountsOf(m, other *accounts.Model) map[string]string {
	was := map[string]*accounts.Site{}
	if other != nil {
		for i := range other.Sites {
			was[string(other.Sites[i].Kind)+" "+other.Sites[i].Name] = &other.Sites[i]
		}
	}
	out := map[string]string{}
	for i := range m.Sites {
		s := &m.Sites[i]
		state := ""
		if old := was[string(s.Kind)+" "+s.Name]; other != nil && (old == nil || !reflect.DeepEqual(old.Accounts, s.Accounts)) {
			state = "new"
		}
		for _, member := range append(slices.Clone(s.Members), s.Name) {
			out[string(s.Kind)+" "+member] = state
		}
	}
	return out
}

// servers are the NATS servers of hubs and leaves.
func (r *reader) servers(accountsOf map[string]string) {
	for i := range r.t.NATS {
		n := r.t.NATS[i]
		loads := map[string]string{"its accounts": accountsOf["hub "+n.Name], "its certificates": r.print(n.TLS)}
		n.Environments, n.TLS, n.Replicas = nil, nil, 0
		r.list = append(r.list, process{"nats-server of hub " + n.Name, n.Hosts, map[string]string{"nats " + n.Name: r.print(n)}, loads})
	}
	for i := range r.t.Leaves {
		l := &r.t.Leaves[i]
		reads := map[string]string{"leaf " + l.Name: r.print(l)}
		for j := range r.t.NATS {
			if n := &r.t.NATS[j]; slices.ContainsFunc(l.Environments, func(e string) bool { return slices.Contains(n.Environments, e) }) {
				reads["where hub "+n.Name+" is"] = r.print([]any{n.Address, n.LeafPort, n.URLs, n.TLS != nil})
			}
		}
		loads := map[string]string{"its accounts": accountsOf["leaf "+l.Name]}
		r.list = append(r.list, process{"nats-server of leaf " + l.Name, []string{l.Host}, reads, loads})
	}
}

// gateCores read gates, events and what attention may cost.
func (r *reader) gateCores() {
	for i := range r.t.Services {
		s := &r.t.Services[i]
		if s.Process != "gate" {
			continue
		}
		reads := map[string]string{"attention": r.print(r.t.Lab.Attention), "service " + s.Name: r.print(s)}
		for _, env := range s.Environments {
			v := r.t.In(env)
			reads["environment "+env] = r.print(v.Environment)
			for j := range v.Gates {
				reads["gate "+v.Gates[j].Name] += r.print(v.Gates[j])
			}
			for j := range v.Events {
				reads["event "+v.Events[j].Name] += r.print(v.Events[j])
			}
			for j := range v.Minds {
				reads["the cost of "+v.Minds[j].Name] = r.print(v.Minds[j].Cost)
			}
		}
		r.list = append(r.list, process{"gate core " + s.Name, s.Hosts, reads, nil})
	}
}

// models are the organ daemons: each reads what its host may load, and its cards.
func (r *reader) models() {
	reads := map[string]map[string]string{}
	put := func(host, what string, v any) {
		if reads[host] == nil {
			reads[host] = map[string]string{}
		}
		reads[host][what] = r.print(v)
	}
	for i := range r.t.Organs {
		o := &r.t.Organs[i]
		for _, h := range o.Hosts {
			put(h, "organ "+o.Name, o)
		}
	}
	for i := range r.t.Cortexes {
		c := &r.t.Cortexes[i]
		for _, h := range c.Hosts {
			put(h, "cortex "+c.Name, c)
		}
	}
	for i := range r.t.Hosts {
		h := &r.t.Hosts[i]
		if reads[h.Name] == nil {
			continue
		}
		for j := range h.GPUs {
			put(h.Name, "card "+h.GPUs[j].Name, h.GPUs[j])
		}
		r.list = append(r.list, process{"nimmer-organ of " + h.Name, []string{h.Name}, reads[h.Name], nil})
	}
}

// others are the remaining services, units, and cells that run on their own.
func (r *reader) others() {
	speaks := map[string]string{}
	for i := range r.t.Cells {
		speaks[r.t.Cells[i].Name] = r.print(r.t.Cells[i])
	}
	for i := range r.t.Nerves {
		speaks[r.t.Nerves[i].Name] = r.print(r.t.Nerves[i])
	}
	for i := range r.t.Services {
		s := &r.t.Services[i]
		if s.Process == "gate" {
			continue
		}
		reads := map[string]string{"service " + s.Name: r.print(s)}
		for _, name := range s.Cells {
			reads[name] = speaks[name]
		}
		r.list = append(r.list, process{strings.TrimSpace("service " + s.Name), s.Hosts, reads, nil})
	}
	for i := range r.t.Units {
		u := &r.t.Units[i]
		reads := map[string]string{"unit " + u.Name: r.print(u)}
		for j := range r.t.Identities {
			if id := &r.t.Identities[j]; id.Name == u.Identity {
				reads["the cards of "+id.Name] = r.print([]any{id.GPUs, id.Card, id.UID})
			}
		}
		r.list = append(r.list, process{"unit " + u.Name, u.Hosts, reads, nil})
	}
	r.clusters()
}

// clusters roll the cells and nerves that they carry.
func (r *reader) clusters() {
	for i := range r.t.Cells {
		if c := &r.t.Cells[i]; len(c.On.Kubernetes) > 0 {
			r.list = append(r.list, process{"pods of cell " + c.Name, c.On.Kubernetes, map[string]string{"cell " + c.Name: r.print(c)}, nil})
		}
	}
	for i := range r.t.Nerves {
		if n := &r.t.Nerves[i]; len(n.On.Kubernetes) > 0 {
			r.list = append(r.list, process{"pods of nerve " + n.Name, n.On.Kubernetes, map[string]string{"nerve " + n.Name: r.print(n)}, nil})
		}
	}
}

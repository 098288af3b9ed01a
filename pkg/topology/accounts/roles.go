package accounts

import (
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// environment makes the users of one environment, at the hub and on its leaves.
func (c *compiler) environment(env string) {
	v := c.t.In(env)
	e := &envCompiler{compiler: c, env: env, view: &v}
	e.people()
	e.identities()
	e.nervous()
	e.boundary()
	e.organs()
	e.minds()
	e.infra()
	e.later()
}

// envCompiler makes the users of one environment.
type envCompiler struct {
	*compiler
	env  string
	view *topology.View
}

// role is what a block needs in one account.
type role struct {
	account  string // topology.AccountVirtual, ...
	role     Role
	user     string // the derived user's name
	block    string // "cell.math"
	identity string // it runs as; "": the derived user
	// asks says that it waits for answers, so it has an inbox.
	asks bool
	// at are the hosts of who connects to the hub wherever it runs.
	at []string
	// needs makes its grants as they are at a place.
	needs func(p *place) (publish, subscribe []string)
}

// give makes or widens the role's user at every site where one of the hosts
// connects; without hosts that is the hub.
func (e *envCompiler) give(hosts []string, r role) {
	for _, s := range e.sitesOf(hosts) {
		publish, subscribe := r.needs(e.at(s, e.env))
		name, kind := r.user, r.role
		if r.identity != "" {
			name, kind = IdentityUser(e.env, r.identity, r.account), RoleIdentity
		}
		if r.asks {
			subscribe = append(subscribe, Inbox(name)+".>")
		}
		u := s.grant(AccountName(e.env, r.account), name, kind, r.block, r.identity, publish, subscribe)
		u.Hosts = append(u.Hosts, r.at...)
		for _, h := range hosts {
			if e.siteOf(h) == s {
				u.Hosts = append(u.Hosts, h)
			}
		}
	}
}

// sitesOf are where processes on these hosts connect: each host's own leaf,
// else the hub.
func (e *envCompiler) sitesOf(hosts []string) []*site {
	if len(hosts) == 0 {
		return []*site{e.hubs[e.env]}
	}
	var out []*site
	for _, h := range hosts {
		if s := e.siteOf(h); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (e *envCompiler) siteOf(host string) *site {
	if s := e.leaves[host][e.env]; s != nil {
		return s
	}
	return e.hubs[e.env]
}

// hubOnly connects to the hub wherever it runs.
func (e *envCompiler) hubOnly(r role) { e.give(nil, r) }

// everywhere is the hub and all leaves that join it in this environment.
func (e *envCompiler) everywhere() []*site {
	out := []*site{e.hubs[e.env]}
	for _, s := range e.sites {
		if s.Kind == Leaf && slices.Contains(s.Environments, e.env) {
			out = append(out, s)
		}
	}
	return out
}

// places are the hosts of whatever a cell or nerve runs on. A built-in one that
// is placed nowhere runs in the cell services.
func (e *envCompiler) places(name, builtin string, on topology.On) []string {
	if len(on.Kubernetes) > 0 {
		return nil // pods reach the hub
	}
	if len(on.Hosts) > 0 || builtin == "" {
		return on.Hosts
	}
	var hosts []string
	for i := range e.view.Services {
		s := &e.view.Services[i]
		if s.Process == "cell" && (len(s.Cells) == 0 || slices.Contains(s.Cells, name)) {
			hosts = append(hosts, s.Hosts...)
		}
	}
	return hosts
}

package accounts

import (
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// organs makes the users of what serves organs: each host's dispatcher, and
// the identity that an organ runs as.
func (e *envCompiler) organs() {
	for i := range e.view.Organs {
		o := &e.view.Organs[i]
		for _, host := range o.Hosts {
			e.serveOrgan(o, host, OrgansUser(e.env, host), "")
		}
		if o.Identity != "" {
			e.give(o.Hosts, e.organRole(o, "", o.Identity))
		}
	}
}

func (e *envCompiler) serveOrgan(o *topology.Organ, host, user, identity string) {
	r := e.organRole(o, user, identity)
	serve := r.needs
	r.needs = func(p *place) (publish, subscribe []string) {
		publish, subscribe = serve(p)
		publish = append(publish, p.bucketInfo("organs"), p.key("organs", token(o.Name)))
		return publish, append(subscribe, p.of(wave.KindGateLean, "*"))
	}
	e.give([]string{host}, r)
}

// organRole is what serving one organ takes.
func (e *envCompiler) organRole(o *topology.Organ, user, identity string) role {
	return role{
		account: topology.AccountVirtual, role: RoleOrgans, user: user, block: "organ." + o.Name, identity: identity, asks: true,
		needs: func(p *place) (publish, subscribe []string) {
			publish = append(answers(false), p.of(wave.KindOrganState, o.Name))
			subscribe = append(discovery(OrganService(o.Name)), p.of(wave.KindOrganVerb, o.Name, "*"), p.of(wave.KindOrganVerbAs, o.Name, "*", "*"))
			return publish, subscribe
		},
	}
}

// minds makes the users of what answers for minds.
func (e *envCompiler) minds() {
	for i := range e.view.Minds {
		m := &e.view.Minds[i]
		e.give(m.Hosts, role{
			account: topology.AccountVirtual, role: RoleMind, user: MindUser(e.env, m.Name), block: "cortex." + m.Name, asks: true,
			needs: func(p *place) (publish, subscribe []string) {
				publish = append(p.durable("COGNITIVE", DurableMind(m.Name)),
					p.of(wave.KindCognitiveResponse, m.Name), p.of(wave.KindCognitiveHeartbeat, m.Name))
				return publish, nil
			},
		})
	}
}

// identities makes the users of declared identities: one in each account, with
// what they may ask in their own name (in virtual: see cross), and what was
// declared beyond that.
func (e *envCompiler) identities() {
	for i := range e.view.Identities {
		id := &e.view.Identities[i]
		block := "identity." + id.Name
		e.give(id.Hosts, role{
			account: topology.AccountVirtual, block: block, identity: id.Name, asks: true,
			needs: func(p *place) (publish, subscribe []string) {
				return append(e.commands(p, id), p.of(wave.KindOrganVerbAs, "*", "*", id.Name), p.of(wave.KindCognitiveRequestAs, "*", id.Name)), nil
			},
		})
		e.give(id.Hosts, role{
			account: topology.AccountReal, block: block, identity: id.Name, asks: true,
			needs: func(*place) (publish, subscribe []string) { return nil, nil },
		})
		e.declared(id)
	}
	e.commanders()
}

// commands are those an identity may give over its site. Through a leaf the
// server would name the link and not who asks, so they go to the hub: see
// commanders.
func (e *envCompiler) commands(p *place, id *topology.Identity) []string {
	if p.far {
		return nil
	}
	var out []string
	for _, c := range cimCommands {
		if !slices.Contains(id.May, c) {
			continue
		}
		out = append(out, p.of(wave.KindDeployCommand, c))
		if e.t.Lab.CIMEnvironment == e.env {
			out = append(out, "cim.deployment."+c)
		}
	}
	return out
}

// commanders gives those who may give commands a user at the hub, wherever they
// live.
func (e *envCompiler) commanders() {
	for i := range e.view.Identities {
		id := &e.view.Identities[i]
		if len(e.commands(&place{env: e.env}, id)) == 0 {
			continue
		}
		e.hubOnly(role{
			account: topology.AccountVirtual, block: "identity." + id.Name, identity: id.Name, asks: true,
			needs: func(p *place) (publish, subscribe []string) { return e.commands(p, id), nil },
		})
	}
}

// declared adds an identity's own grants, each in the account its domain lives in.
func (e *envCompiler) declared(id *topology.Identity) {
	add := func(subjects []string, list func(*User) *[]string) {
		for _, s := range subjects {
			subject := inEnvironment(s, e.env)
			if subject == "" {
				continue // of another environment
			}
			kind := accountOf(subject)
			for _, at := range e.sitesOf(id.Hosts) {
				u := at.grant(AccountName(e.env, kind), IdentityUser(e.env, id.Name, kind), RoleIdentity, "identity."+id.Name, id.Name,
					nil, []string{Inbox(IdentityUser(e.env, id.Name, kind)) + ".>"})
				*list(u) = append(*list(u), subject)
				e.keepReal(u, subject)
			}
		}
	}
	add(id.NATS.Publish, func(u *User) *[]string { return &u.Publish.Declared })
	add(id.NATS.Subscribe, func(u *User) *[]string { return &u.Subscribe.Declared })
}

// keepReal takes out of a wide grant what only the real garden says: the waves
// of the cell "real".
func (e *envCompiler) keepReal(u *User, subject string) {
	for _, w := range e.realWaves(&place{env: e.env}) {
		if slices.Contains(u.Publish.Declared, subject) && topology.Overlap(subject, w) {
			u.Publish.Deny = append(u.Publish.Deny, w)
		}
	}
}

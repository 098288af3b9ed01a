package accounts

import (
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// people makes the users of those who look after the lab: an operator, who
// watches and teaches, and one admin for each account, who makes its streams.
func (e *envCompiler) people() {
	for _, s := range e.everywhere() {
		p := e.at(s, e.env)
		publish, subscribe := e.operator(p)
		u := s.grant(AccountName(e.env, topology.AccountVirtual), OperatorUser(e.env), RoleOperator, "environment."+e.env, "", publish, subscribe)
		// Only the real garden asks as the cell "real".
		u.Publish.Deny = append(u.Publish.Deny, e.realWaves(p)...)
		// Who watches everything is spared what only gate core can read.
		u.Subscribe.Derived = append(u.Subscribe.Derived, e.env+".>")
		u.Subscribe.Deny = append(u.Subscribe.Deny, p.under("journal"), p.under("snapshot"))
		for _, kind := range kinds {
			name := AdminUser(e.env, kind)
			u := s.grant(AccountName(e.env, kind), name, RoleAdmin, "environment."+e.env, "",
				[]string{"$JS.API.>", "$JS.*.API.>", whoAmI}, []string{Inbox(name) + ".>"})
			if s == e.hubs[e.env] {
				u.Hosts = e.firstHost()
			}
		}
	}
}

// firstHost makes the environment's streams: the first host of its first hub.
func (e *envCompiler) firstHost() []string {
	for i := range e.t.NATS {
		if n := &e.t.NATS[i]; slices.Contains(n.Environments, e.env) && len(n.Hosts) > 0 {
			return n.Hosts[:1:1]
		}
	}
	return nil
}

// whoAmI is where a server tells a user its name, its account and when its login
// ends: `nimmer bus plan` and `nimmer doctor` ask it.
const whoAmI = "$SYS.REQ.USER.INFO"

// operator may publish every wave, ask cells, gates and organs, say what came
// of things, put work in a queue, read all that virtual sees and every stream.
func (e *envCompiler) operator(p *place) (publish, subscribe []string) {
	publish = []string{
		p.of(wave.KindCellWave, "*"), p.of(wave.KindCellWaveN, "*", "*"), p.of(wave.KindCellRequest, "*"),
		p.of(wave.KindGateQuery, "*"), p.of(wave.KindGatesQuery), p.of(wave.KindRealFeedback, "*"),
		p.of(wave.KindOrganVerb, "*", "*"), p.of(wave.KindCognitiveRequestAs, "*", "operator"), p.of(wave.KindWork, "*"),
		"$SRV.>", whoAmI,
	}
	for _, call := range []string{
		"INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.>",
		"CONSUMER.CREATE.>", "CONSUMER.INFO.>", "CONSUMER.NAMES.*", "CONSUMER.LIST.*", "CONSUMER.MSG.NEXT.>", "CONSUMER.DELETE.>",
	} {
		publish = append(publish, p.api+"."+call)
	}
	for _, d := range []string{"nervous", "cognitive", "organs", "probes", "real", "infra"} {
		subscribe = append(subscribe, p.under(d))
	}
	return publish, append(subscribe, "_INBOX.>", Inbox(OperatorUser(e.env))+".>")
}

// infra makes the users of the deployer, the projector and the hosts' agents.
func (e *envCompiler) infra() {
	for i := range e.view.Services {
		s := &e.view.Services[i]
		switch s.Process {
		case "deploy":
			e.deployer(s)
		case "phoebe":
			e.projector(s)
		}
	}
	for i := range e.view.Hosts {
		e.hostAgent(&e.view.Hosts[i])
	}
}

// deployer hears commands inside infra and records what it does. Its rules that
// scale ask as everybody does, from virtual.
func (e *envCompiler) deployer(s *topology.Service) {
	e.hubOnly(role{
		account: topology.AccountInfra, role: RoleDeploy, user: UserName(e.env, RoleDeploy, topology.AccountInfra),
		block: "service." + s.Name, identity: s.Identity, asks: true, at: s.Hosts,
		needs: func(p *place) (publish, subscribe []string) {
			publish = append(answers(true), p.of(wave.KindRolloutEvent, "*", "*", "*"), p.of(wave.KindAudit, "deploy"), p.of(wave.KindAutoscale, "*"), p.key("hosts", ">"))
			publish = append(publish, p.reader("INFRA", p.of(wave.KindRolloutEvent, "*", "*", "*"))...)
			publish = append(publish, p.bucket("hosts")...)
			return publish, append(discovery(ServiceDeploy), p.env+".infra.deploy.*", p.under("infra", "hosts"))
		},
	})
	if len(e.t.Autoscales) == 0 {
		return
	}
	e.hubOnly(role{
		account: topology.AccountVirtual, role: RoleDeploy, user: UserName(e.env, RoleDeploy, topology.AccountVirtual),
		block: "service." + s.Name, identity: s.Identity, asks: true, at: s.Hosts,
		needs: func(p *place) (publish, subscribe []string) {
			return []string{p.of(wave.KindDeployCommand, "deploy"), p.of(wave.KindDeployCommand, "scale"), p.api + ".STREAM.INFO.*", p.api + ".CONSUMER.INFO.*.*"}, nil
		},
	})
}

// projector reads every stream of every account, durably.
func (e *envCompiler) projector(s *topology.Service) {
	streams, _, err := topology.StreamPlan(e.t, e.env)
	if err != nil {
		return // a loaded declaration has a plan; without one there is nothing to read
	}
	for _, kind := range kinds {
		e.give(s.Hosts, role{
			account: kind, role: RolePhoebe, user: UserName(e.env, RolePhoebe, kind), block: "service." + s.Name, identity: s.Identity, asks: true,
			needs: func(p *place) (publish, subscribe []string) {
				for i := range streams {
					if st := &streams[i]; st.Account == kind && st.Domain == "" && !st.Work {
						publish = append(publish, p.durable(st.Name[len(e.env)+1:], DurablePhoebe)...)
					}
				}
				if kind == topology.AccountVirtual {
					publish = append(publish, p.of(wave.KindOrganVerbAs, "*", "embed", "phoebe"))
				}
				return publish, nil
			},
		})
	}
}

// hostAgent says that its host is alive, and keeps its own line among the hosts.
func (e *envCompiler) hostAgent(h *topology.Host) {
	e.give([]string{h.Name}, role{
		account: topology.AccountInfra, role: RoleHost, user: HostUser(e.env, h.Name), block: "host." + h.Name, asks: true,
		needs: func(p *place) (publish, subscribe []string) {
			return []string{p.of(wave.KindHostHeartbeat, h.Name), p.bucketInfo("hosts"), p.key("hosts", token(h.Name))}, nil
		},
	})
}

// later makes the users of services whose processes come later.
func (e *envCompiler) later() {
	for i := range e.view.Services {
		s := &e.view.Services[i]
		needs, ok := laterNeeds[s.Process]
		if !ok {
			continue
		}
		e.give(s.Hosts, role{
			account: topology.AccountVirtual, role: Role(s.Process), user: UserName(e.env, Role(s.Process)),
			block: "service." + s.Name, identity: s.Identity, asks: true,
			needs: func(p *place) (publish, subscribe []string) { return needs(e, p) },
		})
	}
}

var laterNeeds = map[string]func(e *envCompiler, p *place) (publish, subscribe []string){
	"console": func(e *envCompiler, p *place) (publish, subscribe []string) {
		publish, subscribe = e.operator(p)
		reads := func(s string) bool {
			return !Covers(p.api+".>", s) && s != p.of(wave.KindGateQuery, "*") && s != p.of(wave.KindGatesQuery)
		}
		return slices.DeleteFunc(publish, reads), slices.DeleteFunc(subscribe, func(s string) bool { return s[0] == '_' })
	},
	"thalamus": func(_ *envCompiler, p *place) (publish, subscribe []string) {
		return []string{p.of(wave.KindDecision)},
			[]string{p.of(wave.KindEscalation), p.of(wave.KindNPCState, "*"), p.of(wave.KindGateTransition, "*"), p.of(wave.KindCognitiveHeartbeat, "*")}
	},
	"npc": func(_ *envCompiler, p *place) (publish, subscribe []string) {
		return []string{p.of(wave.KindNPCState, "*")}, []string{p.of(wave.KindDecision), p.of(wave.KindGateTransition, "*")}
	},
	"harness": func(_ *envCompiler, p *place) (publish, subscribe []string) {
		return []string{p.of(wave.KindCognitiveRequestAs, "*", "harness"), p.of(wave.KindOrganVerbAs, "*", "*", "harness"), p.of(wave.KindProbe, "*", "*")},
			[]string{p.of(wave.KindCognitiveResponse, "*")}
	},
}

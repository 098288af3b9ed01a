package accounts

import (
	"slices"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// cross lets through what crosses the accounts of an environment, and nothing
// else does.
//
// Real asks nobody in virtual, organs included. The server puts a service's
// answer wherever the question's reply subject says, unchecked: who may ask an
// organ from real, and answers as that organ in virtual, would write the real
// garden's transitions (tried: the answer was stored in the stream REAL). An
// identity asks organs with its user in virtual, where answers go to inboxes
// only. The two services that are left answer to subjects of virtual, with what
// a stream or the deployer says.
func (c *compiler) cross(s *site, env string) {
	p := c.at(s, env)
	virtual, real, infra := s.accounts[AccountName(env, topology.AccountVirtual)], s.accounts[AccountName(env, topology.AccountReal)], s.accounts[AccountName(env, topology.AccountInfra)]

	// Virtual hands over. To look at: Real acts on what is stored.
	stream(virtual, real, p.of(wave.KindRealVerified, "*"))
	// What Real decided and measured, and what it wonders about.
	stream(real, virtual, p.of(wave.KindRealTransition, "*"))
	stream(real, virtual, p.of(wave.KindRealFeedback, "*"))
	for _, waves := range c.realWaves(p) {
		stream(real, virtual, waves)
	}
	// Who acts in virtual and measures says what came of it.
	service(virtual, real, Import{Subject: p.of(wave.KindRealFeedback, "*")}, Export{})
	// Commands come from virtual, and the server says from whom.
	commands := env + ".infra.deploy.*"
	service(virtual, infra, Import{Subject: commands, Share: true}, Export{})
	stream(infra, virtual, p.under("infra", "hosts"))
	stream(infra, virtual, p.under("infra", "rollouts"))
	if c.t.Lab.CIMEnvironment == env {
		cim(p, virtual, infra)
	}
}

// realWaves are the subjects of the cell "real".
func (c *compiler) realWaves(p *place) []string {
	return []string{p.of(wave.KindCellWave, "real"), p.of(wave.KindCellWaveN, "real", "*")}
}

// at is an environment as it is seen from a site.
func (c *compiler) at(s *site, env string) *place {
	if s.Kind == Hub {
		return &place{env: env, api: "$JS.API"}
	}
	return &place{env: env, api: "$JS." + c.hubs[env].Domain + ".API", far: true}
}

func stream(from, to *account, subject string) {
	from.Exports = append(from.Exports, Export{Kind: Stream, Subject: subject, To: []string{to.Name}})
	to.Imports = append(to.Imports, Import{Kind: Stream, From: from.Name, Subject: subject})
}

// service lets the account who ask what the account by answers.
func service(who, by *account, in Import, out Export) {
	in.Kind, in.From = Service, by.Name
	who.Imports = append(who.Imports, in)
	out.Kind, out.Subject, out.To = Service, in.Subject, []string{who.Name}
	if !slices.ContainsFunc(by.Exports, func(e Export) bool { return e.Kind == Service && e.Subject == out.Subject }) {
		by.Exports = append(by.Exports, out)
	}
}

// cimCommands are the command subjects of the CIM, and ours.
var cimCommands = []string{"deploy", "update", "scale", "gpu-agent"}

// cim makes the CIM's subjects reach this environment.
func cim(p *place, virtual, infra *account) {
	for _, c := range cimCommands {
		virtual.Imports = append(virtual.Imports, Import{
			Kind: Service, From: infra.Name, Subject: p.of(wave.KindDeployCommand, c), Local: "cim.deployment." + c, Share: true,
		})
	}
	virtual.Mappings = append(virtual.Mappings, Mapping{From: "cim.work", To: p.of(wave.KindWork, "cim")})
}

// link joins a leaf's accounts of one environment with the hub's.
func (c *compiler) link(s *site, env string) {
	hub := c.hubs[env]
	for _, kind := range kinds {
		name, user := AccountName(env, kind), LinkUser(env, s.Name, kind)
		publish, subscribe := c.linkGrants(s, env, kind)
		hub.grant(name, user, RoleLeaf, "leaf."+s.Name, "", publish, subscribe)
		s.Links = append(s.Links, Link{Hub: hub.Name, Account: name, User: user, Deny: c.keptOn(s, env, kind)})
	}
}

// linkDomains are the domains whose subjects an account holds.
var linkDomains = map[string][]string{
	topology.AccountVirtual: {"nervous", "cognitive", "organs", "probes", "work", "journal", "snapshot"},
	topology.AccountReal:    {"real"},
	topology.AccountInfra:   {"infra"},
}

// linkCalls are the calls of JetStream's API that come through a leaf: reading,
// and writing into buckets. Streams are made and removed at the hub only.
var linkCalls = []string{
	"INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.>", "CONSUMER.>", "$KV.>",
}

// linkGrants is what may come from a leaf, and what may go to it. Each entry was
// taken away once, with servers, and missed:
//
//	_IN, _INBOX      answers to who asks on the other side; _INBOX is the plain nats command's
//	$JS.ACK          readers on the leaf acknowledge what the hub's streams gave them
//	$JS.S, $JSC.R    what the hub's copies of the leaf's streams are sent, and the answers to their asking for it
//	$JS.FC           the hub tells the leaf to go on sending
//	$JS.HUB.API      readers and buckets of the hub, call by call; streams are made and removed at the hub only
//	$JS.LEAF.API     the hub's admins and copies reach the leaf's streams
//	$SRV             discovery, in both directions
//
// _R_ is not among them: services across accounts are at the hub, and so is who
// serves them.
func (c *compiler) linkGrants(s *site, env, kind string) (publish, subscribe []string) {
	p := place{env: env}
	publish = []string{"_IN.>", "_INBOX.>", "$JS.ACK.>", "$JSC.R.>", "$JS.S.>"}
	for _, call := range linkCalls {
		publish = append(publish, "$JS."+c.hubs[env].Domain+".API."+call)
	}
	for _, d := range linkDomains[kind] {
		publish = append(publish, p.under(d))
	}
	subscribe = []string{env + ".>", "_IN.>", "_INBOX.>", "$JS." + s.Domain + ".API.>", "$JS.FC.>"}
	switch kind {
	case topology.AccountVirtual:
		publish = append(publish, p.of(wave.KindRealFeedback, "*"), "$SRV.>")
		if c.gateAt(s, env) { // only gate core hands over
			publish = append(publish, p.of(wave.KindRealVerified, "*"))
		}
		subscribe = append(subscribe, "$SRV.>")
	case topology.AccountReal:
		publish = append(publish, c.realWaves(&p)...)
	}
	return publish, subscribe
}

// gateAt reports whether gate core of an environment runs where a leaf is.
func (c *compiler) gateAt(s *site, env string) bool {
	return slices.ContainsFunc(c.t.Services, func(g topology.Service) bool {
		return g.Process == "gate" && slices.Contains(g.Environments, env) && slices.Contains(g.Hosts, s.Host)
	})
}

// keptOn lists what the streams that live on this leaf capture.
func (c *compiler) keptOn(s *site, env, kind string) []string {
	var out []string
	for i := range c.t.Streams {
		u := &c.t.Streams[i]
		if u.At != s.Name || u.Account != kind || !slices.Contains(u.Environments, env) {
			continue
		}
		for _, subject := range u.Subjects {
			out = append(out, inEnvironment(subject, env))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

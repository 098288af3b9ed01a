package topology

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// replyFilters are the filters of every subject that carries requests, in an
// environment called "env".
var replyFilters = sync.OnceValue(func() []string {
	var out []string
	for _, f := range wave.Forms() {
		if !f.Reply {
			continue
		}
		if filter, err := captures(f.Kind, "env", false); err == nil {
			out = append(out, filter)
		}
	}
	return out
})

// grants checks what identities are granted beyond what follows from what they
// run.
func (c *checker) grants() {
	organs := map[string]string{} // organ to identity
	for i := range c.t.Organs {
		organs[c.t.Organs[i].Name] = c.t.Organs[i].Identity
	}
	for i := range c.t.Identities {
		id := &c.t.Identities[i]
		g := &id.NATS
		for j, s := range g.Publish {
			at := g.Src.At(fmt.Sprintf("publish.%d", j))
			if c.grantShape(id, s, at) {
				c.grantPublish(id, s, at, organs)
			}
		}
		for j, s := range g.Subscribe {
			if at := g.Src.At(fmt.Sprintf("subscribe.%d", j)); c.grantShape(id, s, at) {
				c.grantSubscribe(id, s, at)
			}
		}
	}
}

// grantShape checks that a grant is a subject of the identity's environments
// that stays inside one account.
func (c *checker) grantShape(id *Identity, s string, at Pos) bool {
	tokens := strings.Split(s, ".")
	for i, t := range tokens {
		if t == "" || strings.ContainsAny(t, " \t\r\n") || t == ">" && i < len(tokens)-1 || len(t) > 1 && strings.ContainsAny(t, "*>") {
			c.bad(at, "Not a subject", "identity %q is granted %q, which is no subject: tokens are separated by dots, \"*\" stands for one token, \">\" for all that follow.", id.Name, s)
			return false
		}
	}
	switch {
	case tokens[0] != "*" && !slices.Contains(id.Environments, tokens[0]):
		c.bad(at, "Grant outside its environments", "identity %q is granted %q; the first token is an environment it serves (%s), or \"*\" for each of them.", id.Name, s, enumerate(id.Environments))
		return false
	case len(tokens) < 2 || tokens[1] == "*" || tokens[1] == ">":
		c.bad(at, "Grant outside its account", "identity %q is granted %q, which reaches into every account. Name a domain: \"*.nervous...\", \"*.organs...\", \"*.real...\".", id.Name, s)
		return false
	}
	return true
}

// grantSubscribe warns of a last "*" behind which there is more to hear: a
// server lets a subscription that ends in ">" through it.
func (c *checker) grantSubscribe(id *Identity, s string, at Pos) {
	parent, ok := strings.CutSuffix(s, ".*")
	if !ok {
		return
	}
	tokens := strings.Split(parent, ".")
	tokens[0] = "env"
	own := strings.Join(tokens, ".")
	for _, f := range wave.Forms() {
		filter, err := captures(f.Kind, "env", false)
		if err == nil && Overlap(own+".*.>", filter) && !Overlap(own+".*", filter) {
			c.warn(at, "Grant reaches further", "identity %q may hear %q. A server also lets it subscribe to %q through that, and so hear %s. Write out the last word if that is too much.", id.Name, s, parent+".>", f.Pattern)
			return
		}
	}
}

// reserved are subjects that gate core alone may publish.
var reserved = []wave.Kind{
	wave.KindRealVerified, wave.KindRealTransition, wave.KindGateTransition, wave.KindGateCorrelation,
	wave.KindGateReflex, wave.KindGateLean, wave.KindJournal, wave.KindSnapshot,
}

// Reserved returns the pattern, without the environment, of what only gate core
// may publish and a filter of the environment reaches; "" when it reaches none.
func Reserved(filter, env string) string {
	for _, k := range reserved {
		if f, err := captures(k, env, false); err == nil && Overlap(filter, f) {
			return strings.TrimPrefix(f, env+".")
		}
	}
	return ""
}

// grantPublish checks that an identity can speak neither as another one, nor
// for organs that are not its own, nor as gate core.
func (c *checker) grantPublish(id *Identity, s string, at Pos, organs map[string]string) {
	tokens := strings.Split(s, ".")
	tokens[0] = "env"
	own := strings.Join(tokens, ".")
	switch {
	case Reserved(own, "env") != "":
		c.bad(at, "Grant reserved for gate core", "identity %q may publish %q, which reaches %s: only gate core says that.", id.Name, s, Reserved(own, "env"))
	case Overlap(own, "env.infra.deploy.*"):
		c.bad(at, "Grant of commands", "identity %q may publish %q, which reaches infra.deploy.*: commands are given from the virtual account, where the server says by whom. Write may = [\"deploy\"] instead.", id.Name, s)
	case Overlap(own, "env.infra.hosts.*.heartbeat"):
		c.bad(at, "Grant of another host", "identity %q may publish %q, which reaches infra.hosts.*.heartbeat: hosts speak for themselves.", id.Name, s)
	case tails(own, "env.organs.*.*.*", id.Name) || tails(own, "env.cognitive.*.request.*", id.Name):
		c.bad(at, "Grant of another identity", "identity %q may publish %q, where the last token is who asks. End it with %q.", id.Name, s, "."+id.Name)
	case Overlap(own, "env.organs.*.state"):
		if organ := tokens[2]; organs[organ] != id.Name {
			c.bad(at, "Grant of another organ", "identity %q may publish %q, which reaches the state of organs that are not its own. Name a verb, or one of its own organs.", id.Name, s)
		}
	}
}

// tails reports whether a filter reaches subjects of a form whose last token is
// somebody else than name.
func tails(filter, form, name string) bool {
	if !Overlap(filter, form) {
		return false
	}
	tokens := strings.Split(filter, ".")
	n := strings.Count(form, ".")
	return len(tokens) != n+1 || tokens[n] != strings.ReplaceAll(name, "_", "-")
}

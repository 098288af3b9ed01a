package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// A seat is a user's place: where it connects, and as what.
type seat struct {
	site, account, user string
}

// A holder is a user of a model, with what is needed to tell of it.
type holder struct {
	seat
	env, kind string // of the account
	user      *accounts.User
}

func holders(m *accounts.Model) []holder {
	var out []holder
	for i := range m.Sites {
		s := &m.Sites[i]
		for j := range s.Accounts {
			a := &s.Accounts[j]
			for k := range a.Users {
				u := &a.Users[k]
				out = append(out, holder{seat{string(s.Kind) + " " + s.Name, a.Name, u.Name}, a.Environment, a.Kind, u})
			}
		}
	}
	return out
}

// grants compares what every user may say and hear, and what crosses accounts.
func grants(a, b *accounts.Model) []Change {
	before, after := holders(a), holders(b)
	was, is := map[seat]*holder{}, map[seat]bool{}
	worlds := [2]map[string]bool{environmentsOf(a), environmentsOf(b)}
	for i := range before {
		was[before[i].seat] = &before[i]
	}
	for _, h := range after {
		is[h.seat] = true
	}
	t := &teller{worlds: worlds}
	for i := range before {
		if h := &before[i]; !is[h.seat] {
			t.presence(h, Removed, worlds[1])
		}
	}
	for i := range after {
		h := &after[i]
		old := was[h.seat]
		if old == nil {
			t.presence(h, Added, worlds[0])
			continue
		}
		t.compare(h, "publish", "say", &old.user.Publish, &h.user.Publish)
		t.compare(h, "subscribe", "hear", &old.user.Subscribe, &h.user.Subscribe)
	}
	return append(t.changes(), crossings(a, b)...)
}

func environmentsOf(m *accounts.Model) map[string]bool {
	out := map[string]bool{}
	for i := range m.Sites {
		for _, env := range m.Sites[i].Environments {
			out[env] = true
		}
	}
	return out
}

// A teller gathers what is the same in several environments.
type teller struct {
	worlds [2]map[string]bool
	order  []string
	lines  map[string]*Change
	counts map[string]int
}

// add merges a change into one that differs in its environment only.
func (t *teller) add(c Change, env string) {
	key := fmt.Sprint(c.Verb, c.Kind, c.Name, c.Field, c.Mark, c.Subjects, c.Text)
	if t.lines == nil {
		t.lines, t.counts = map[string]*Change{}, map[string]int{}
	}
	t.counts[key]++
	known := t.lines[key]
	if known == nil {
		known = &c
		t.lines[key] = known
		t.order = append(t.order, key)
	}
	if env != "" && !slices.Contains(known.Environments, env) {
		known.Environments = append(known.Environments, env)
	}
}

func (t *teller) changes() []Change {
	var out []Change
	for _, key := range t.order {
		c := *t.lines[key]
		if c.Kind == "users" {
			c.Text = fmt.Sprintf("%d of them, with the environment %s", t.counts[key], c.Name)
		}
		out = append(out, c)
	}
	return out
}

// presence tells of a user that comes or goes; those of an environment that
// comes or goes as a whole are counted only.
func (t *teller) presence(h *holder, verb Verb, other map[string]bool) {
	mark, text := Wider, "is new"
	if verb == Removed {
		mark, text = Narrower, "is gone"
	}
	if h.env != "" && !other[h.env] {
		t.add(Change{Area: AreaGrants, Verb: verb, Kind: "users", Name: h.env, Mark: mark}, "")
		return
	}
	var subjects []string
	for _, g := range []struct {
		may    string
		grants *accounts.Grants
	}{{"say", &h.user.Publish}, {"hear", &h.user.Subscribe}} {
		allow := h.plain(g.grants.Allow())
		if len(allow) > 0 {
			text += fmt.Sprintf(", may %s %s", g.may, few(allow))
			if verb == Removed {
				text = strings.Replace(text, "may", "could", 1)
			}
		}
		subjects = append(subjects, allow...)
	}
	t.add(Change{Area: AreaGrants, Verb: verb, Kind: "user", Name: h.title(), Mark: mark, Subjects: subjects, Text: text}, h.env)
}

// few lists subjects, the first ones of many.
func few(subjects []string) string {
	if len(subjects) > 4 {
		return strings.Join(subjects[:3], ", ") + fmt.Sprintf(" and %d more", len(subjects)-3)
	}
	return strings.Join(subjects, ", ")
}

// title names a user by what it stands for, and its account.
func (h *holder) title() string {
	of := h.user.Identity
	if of == "" {
		of = strings.Join(h.user.Of, " ")
	}
	if of == "" {
		of = string(h.user.Role)
	}
	if h.kind != "" {
		of += " in " + h.kind
	}
	if site, ok := strings.CutPrefix(h.site, "leaf "); ok {
		of += " on leaf " + site
	}
	return of
}

// plain writes the environment of subjects as "*", so that the same grant in
// two environments reads the same, and leaves out the user's own inbox.
func (h *holder) plain(subjects []string) []string {
	var out []string
	own := "_IN." + h.user.Name
	upper := strings.ToUpper(h.env)
	for _, s := range subjects {
		if s == own || strings.HasPrefix(s, own+".") {
			continue
		}
		if h.env != "" {
			if rest, ok := strings.CutPrefix(s, h.env+"."); ok {
				s = "*." + rest
			}
			s = strings.ReplaceAll(s, "."+upper+"_", ".*_")
			s = strings.ReplaceAll(s, "KV_"+upper+"_", "KV_*_")
			s = strings.ReplaceAll(s, "."+h.env+".", ".*.")
			s = strings.ReplaceAll(s, h.user.Name, "{user}")
		}
		out = append(out, s)
	}
	return out
}

// compare tells what a user may do more and less. What another allowed subject
// covers already, or a denied one takes away, is no difference.
func (t *teller) compare(h *holder, field, verb string, a, b *accounts.Grants) {
	if slices.Equal(a.Derived, b.Derived) && slices.Equal(a.Declared, b.Declared) && slices.Equal(a.Deny, b.Deny) {
		return
	}
	wider, narrower := difference(a, b), difference(b, a)
	for _, d := range []struct {
		mark     Mark
		subjects []string
		text     string
	}{{Wider, wider, "may also " + verb + " "}, {Narrower, narrower, "may no longer " + verb + " "}} {
		if subjects := h.plain(d.subjects); len(subjects) > 0 {
			t.add(Change{
				Area: AreaGrants, Verb: Changed, Kind: "user", Name: h.title(), Field: field,
				Mark: d.mark, Subjects: subjects, Text: d.text + few(subjects),
			}, h.env)
		}
	}
}

// difference lists what b allows and a does not. Filters are compared as sets
// of subjects: an answer errs towards telling too much, never too little.
func difference(a, b *accounts.Grants) []string {
	covered := func(list []string, s string) bool {
		return slices.ContainsFunc(list, func(f string) bool { return accounts.Covers(f, s) })
	}
	allowedA, deniedA := a.Allow(), a.Denied()
	deniedB := b.Denied()
	var out []string
	for _, s := range b.Allow() {
		if covered(deniedB, s) {
			continue
		}
		if !covered(allowedA, s) || covered(deniedA, s) {
			out = append(out, s)
		}
	}
	for _, d := range a.Deny {
		if covered(deniedB, d) || slices.Contains(out, d) {
			continue
		}
		if meets(b.Allow(), d) && meets(allowedA, d) {
			out = append(out, d)
		}
	}
	return out
}

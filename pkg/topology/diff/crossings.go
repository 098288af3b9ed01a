package diff

import (
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// meets reports whether some subject is in the filter and in one of the list.
func meets(list []string, filter string) bool {
	return slices.ContainsFunc(list, func(f string) bool { return topology.Overlap(f, filter) })
}

// crossings compares what crosses from account to account, and how subjects
// are renamed on their way in, in environments that both labs have.
func crossings(a, b *accounts.Model) []Change {
	before, after := crossingsOf(a, environmentsOf(b)), crossingsOf(b, environmentsOf(a))
	var out []Change
	for _, c := range before {
		if !slices.Contains(after, c) {
			out = append(out, Change{Area: AreaGrants, Verb: Removed, Kind: "crossing", Name: c.name, Mark: Narrower, Subjects: []string{c.subject}, Text: "is gone: " + c.text})
		}
	}
	for _, c := range after {
		if !slices.Contains(before, c) {
			out = append(out, Change{Area: AreaGrants, Verb: Added, Kind: "crossing", Name: c.name, Mark: Wider, Subjects: []string{c.subject}, Text: "is new: " + c.text})
		}
	}
	return out
}

type crossing struct{ name, subject, text string }

func crossingsOf(m *accounts.Model, both map[string]bool) []crossing {
	var out []crossing
	for i := range m.Sites {
		for j := range m.Sites[i].Accounts {
			a := &m.Sites[i].Accounts[j]
			if a.Environment != "" && !both[a.Environment] {
				continue
			}
			for _, e := range a.Exports {
				answers := ""
				if e.Answers != "" {
					answers = ", answers " + e.Answers
				}
				out = append(out, crossing{a.Name + " to " + strings.Join(e.To, ", "), e.Subject, string(e.Kind) + " " + e.Subject + answers})
			}
			for _, p := range a.Mappings {
				out = append(out, crossing{a.Name, p.From, p.From + " arrives as " + p.To})
			}
		}
	}
	return out
}

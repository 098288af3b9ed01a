package topology

import (
	"fmt"
	"strings"
)

// userNameLimit is how long the name of a group may be: what Linux takes, and
// FreeIPA's default.
const userNameLimit = 32

// UserProblems returns what keeps the groups and rules that identities list
// from being made on machines and in FreeIPA.
func UserProblems(t *Topology) []Problem {
	c := &checker{finder: newFinder(t)}
	c.users()
	return c.problems
}

// users checks the names that identities list under "ipa".
func (c *checker) users() {
	for i := range c.t.Identities {
		id := &c.t.Identities[i]
		c.userLists(id)
		for _, g := range id.IPA.Groups {
			switch {
			case c.identities[g] != nil:
				c.bad(id.IPA.Src.At("groups"), "Group of a user", "group %q of identity %q has the name of an identity, and every user has a group of its own name. Name it otherwise, or leave it out.", g, id.Name)
			case strings.HasPrefix(g, "nimmer-"):
				c.bad(id.IPA.Src.At("groups"), "Reserved name", "group %q of identity %q: names that begin with \"nimmer-\" are kept for groups that nimmer makes.", g, id.Name)
			}
		}
	}
}

func (c *checker) userLists(id *Identity) {
	for _, list := range []struct {
		attribute, word string
		names           []string
	}{{"groups", "group", id.IPA.Groups}, {"sudo", "sudo rule", id.IPA.Sudo}, {"hbac", "access rule", id.IPA.HBAC}} {
		for _, name := range list.names {
			if why := userNameProblem(name); why != "" {
				c.bad(id.IPA.Src.At(list.attribute), "Invalid name", "%s %q of identity %q %s.", list.word, name, id.Name, why)
			}
		}
	}
}

// userNameProblem says what is wrong with a group's or rule's name, or "".
func userNameProblem(name string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789_.-"
	switch {
	case name == "":
		return "is empty: give it a name"
	case len(name) > userNameLimit:
		return fmt.Sprintf("has %d characters, at most %d are possible", len(name), userNameLimit)
	case strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(letters, r) }):
		return "has a character that is none of a-z, 0-9, \"_\", \".\" and \"-\""
	case name[0] == '-', name[0] == '.', strings.Trim(name, "0123456789") == "":
		return "begins with \"-\" or \".\", or is a number: begin it with a letter, a digit or \"_\""
	}
	return ""
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/cell"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// member is a cell or nerve that can be run.
type member struct {
	Kind    string `json:"kind"` // cell or nerve
	Name    string `json:"name"`
	Builtin string `json:"builtin"` // "" when it runs from elsewhere
	Version string `json:"version,omitempty"`
	Summary string `json:"summary"`
	from    string // where it runs from, when it is not built in
}

// builtin lists what is part of this program.
func builtin() []member {
	var out []member
	for _, b := range cell.Builtins() {
		out = append(out, member{Kind: "cell", Name: b.Name, Builtin: b.Name, Version: b.Version, Summary: b.Summary})
	}
	for _, b := range cell.Nerves() {
		out = append(out, member{Kind: "nerve", Name: b.Name, Builtin: b.Name, Version: b.Version, Summary: b.Summary})
	}
	return out
}

// declared lists the cells and nerves of one environment of a lab.
func declared(view topology.View) []member {
	var out []member
	add := func(kind, name, builtin, image string, command []string) {
		m := member{Kind: kind, Name: name, Builtin: builtin}
		switch {
		case builtin != "":
			for _, b := range builtins(kind) {
				if b.Name == builtin {
					m.Version, m.Summary = b.Version, b.Summary
				}
			}
		case image != "":
			m.from = "the image " + image
		case len(command) > 0:
			m.from = "the command " + strings.Join(command, " ")
		default:
			m.from = "somebody else"
		}
		if m.from != "" {
			m.Summary = "not built in: " + m.from + " speaks for it"
		}
		out = append(out, m)
	}
	for _, c := range view.Cells {
		add("cell", c.Name, c.Builtin, c.Image, c.Command)
	}
	for _, n := range view.Nerves {
		add("nerve", n.Name, n.Builtin, n.Image, n.Command)
	}
	return out
}

func builtins(kind string) []cell.Builtin {
	if kind == "nerve" {
		return cell.Nerves()
	}
	return cell.Builtins()
}

// choose finds what the arguments name, each once.
func choose(known []member, args []string, rename bool) ([]member, error) {
	var out []member
	for _, arg := range args {
		m, err := one(known, arg, rename)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o member) bool { return o.Kind == m.Kind && o.Name == m.Name }) {
			return nil, cli.Usagef("%s %s is named twice", m.Kind, m.Name)
		}
		out = append(out, m)
	}
	return out, nil
}

// one finds what [KIND.]NAME[=BUILTIN] names.
func one(known []member, arg string, rename bool) (member, error) {
	kind, rest, qualified := strings.Cut(arg, ".")
	if !qualified {
		kind, rest = "", arg
	}
	if qualified && kind != "cell" && kind != "nerve" {
		return member{}, cli.Usagef("%q: write cell.NAME or nerve.NAME", arg)
	}
	name, base, renamed := strings.Cut(rest, "=")
	if !renamed {
		base = name
	}
	if renamed && !rename {
		return member{}, cli.Usagef("%q: the declaration says which built-in %s is; leave out what follows =", arg, name)
	}
	found := slices.DeleteFunc(slices.Clone(known), func(m member) bool { return m.Name != base || kind != "" && m.Kind != kind })
	switch {
	case len(found) > 1:
		return member{}, cli.Usagef("%q is a cell and a nerve: write cell.%s or nerve.%s", base, rest, rest)
	case len(found) == 0:
		return member{}, &daemon.Error{
			Op: "run", Subject: fmt.Sprintf("%q", arg), Err: errors.New("there is no such cell or nerve here"),
			Hint: "there are " + strings.Join(names(known), ", "),
		}
	case found[0].Builtin == "":
		return member{}, &daemon.Error{
			Op: "run", Subject: found[0].Kind + " " + name, Err: fmt.Errorf("it is not built in: %s speaks for it", found[0].from),
			Hint: "declare it with builtin, or start what is declared",
		}
	}
	found[0].Name = name
	return found[0], nil
}

// names lists members as they can be written, with the kind where it is needed.
func names(all []member) []string {
	count := map[string]int{}
	for _, m := range all {
		count[m.Name]++
	}
	var out []string
	for _, m := range all {
		if count[m.Name] > 1 {
			out = append(out, m.Kind+"."+m.Name)
		} else {
			out = append(out, m.Name)
		}
	}
	return out
}

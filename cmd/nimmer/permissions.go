package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// permission is one user with the place where it logs in.
type permission struct {
	Site    string            `json:"site"`
	Kind    accounts.SiteKind `json:"site_kind"`
	Account string            `json:"account"`
	accounts.User
}

// crossing is what goes from one account to another.
type crossing struct {
	Site    string            `json:"site"`
	Kind    accounts.Crossing `json:"kind"`
	From    string            `json:"from"` // who sends or asks
	To      string            `json:"to"`   // who hears or answers
	Subject string            `json:"subject"`
	Local   string            `json:"local,omitempty"`
	Share   bool              `json:"share,omitempty"`
}

func busPermissionsCommand(flags *busFlags) *cobra.Command {
	var (
		dir    string
		output cli.Output
	)
	cmd := &cobra.Command{
		Use:   "permissions [IDENTITY | USER | BLOCK]",
		Short: "Show who may say and hear what",
		Long: `Show who may say and hear what on the bus of the declared lab. Nothing is asked of
a server: it is what 'nimmer up' plays with and 'nimmer bus keys apply' signs.

Without an argument: every user in a line, and what crosses accounts. With one, the
subjects of that user, of all users of an identity (nyx-organs), or of a block (cell.math)
or all of its kind or role (cell, gate, admin).

"derived" follows from what the user runs, "declared" was written down for its identity.
In a subject * stands for one word, > for everything that follows.`,
		Example: `  nimmer bus permissions
  nimmer bus permissions cell.math
  nimmer bus permissions nyx-organs --env prod --dir topology`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := declared(cmd, append([]string{}, nonEmpty(dir)...))
			if err != nil {
				return err
			}
			env := flags.Asked(cmd)
			if _, err := lab.Environment(d.Topology, env); err != nil {
				return cli.Usagef("%w", err)
			}
			model, err := accounts.Compile(d.Topology)
			if err != nil {
				return err
			}
			users, crossings := permissionsIn(model, env)
			if len(args) == 0 {
				return listPermissions(cmd.OutOrStdout(), users, crossings, output)
			}
			asked := slices.DeleteFunc(slices.Clone(users), func(p permission) bool { return !p.meant(args[0]) })
			if len(asked) == 0 {
				return nobodyCalled(args[0], users)
			}
			return showPermissions(cmd.OutOrStdout(), asked, output)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "folder of the declaration (default: topology, or this folder, where there is one; else the built-in lab)")
	cli.AddOutput(cmd, &output)
	return cmd
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// permissionsIn lists the users of one environment, or of all ("").
func permissionsIn(m *accounts.Model, env string) (users []permission, crossings []crossing) {
	for i := range m.Sites {
		s := &m.Sites[i]
		for j := range s.Accounts {
			a := &s.Accounts[j]
			if env != "" && a.Environment != env {
				continue
			}
			for _, u := range a.Users {
				users = append(users, permission{s.Name, s.Kind, a.Name, u})
			}
			for _, in := range a.Imports {
				c := crossing{s.Name, in.Kind, in.From, a.Name, in.Subject, in.Local, in.Share}
				if in.Kind == accounts.Service {
					c.From, c.To = a.Name, in.From
				}
				crossings = append(crossings, c)
			}
		}
	}
	return users, crossings
}

// meant reports whether somebody who says who means this user.
func (p *permission) meant(who string) bool {
	return p.Name == who || p.Identity == who || string(p.Role) == who || slices.ContainsFunc(p.Of, func(of string) bool {
		kind, _, _ := strings.Cut(of, ".")
		return of == who || kind == who
	})
}

// nobodyCalled suggests those whose name holds what was asked for, or the same
// name of another kind.
func nobodyCalled(who string, users []permission) error {
	var near []string
	if _, name, ok := strings.Cut(who, "."); ok {
		for _, p := range users {
			for _, of := range p.Of {
				if strings.HasSuffix(of, "."+name) && !slices.Contains(near, of) {
					near = append(near, of)
				}
			}
		}
	}
	for _, p := range users {
		for _, name := range append([]string{p.Name}, p.Of...) {
			if strings.Contains(name, who) && !slices.Contains(near, name) {
				near = append(near, name)
			}
		}
	}
	hint := "`nimmer bus permissions` lists everybody"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near[:min(len(near), 4)], ", ") + "? " + hint
	}
	return &daemon.Error{Op: "show permissions of", Subject: who, Err: fmt.Errorf("nobody is called that there"), Hint: hint}
}

func listPermissions(w io.Writer, users []permission, crossings []crossing, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, map[string]any{"users": users, "crossings": crossings})
	}
	for rest := users; len(rest) > 0; {
		at := rest[0]
		var rows [][]string
		for len(rest) > 0 && rest[0].Account == at.Account && rest[0].Site == at.Site && rest[0].Kind == at.Kind {
			p := &rest[0]
			rows = append(rows, []string{
				"  " + p.Name, fmt.Sprint(len(p.Publish.Allow())), fmt.Sprint(len(p.Subscribe.Allow())), because(p.Of, 36),
			})
			rest = rest[1:]
		}
		fmt.Fprintf(w, "%s at %s %s\n", at.Account, at.Kind, at.Site)
		if err := cli.Table(w, []string{"  USER", "SAYS", "HEARS", "BECAUSE OF"}, rows); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	var rows [][]string
	for _, c := range crossings {
		subject, how := c.Subject, "is heard in"
		if c.Local != "" && c.Local != c.Subject {
			subject = c.Local + " as " + subject
		}
		if c.Kind == accounts.Service {
			how = "asks"
		}
		if c.Share {
			how = "asks, named"
		}
		rows = append(rows, []string{"  " + c.From, how, c.To, subject})
	}
	fmt.Fprintln(w, "what crosses accounts (named: the server says who asks)")
	return cli.Table(w, nil, rows)
}

// because joins blocks, as many as fit.
func because(of []string, room int) string {
	text := strings.Join(of, ", ")
	if len(text) <= room || len(of) == 1 {
		return text
	}
	return fmt.Sprintf("%s and %d more", of[0], len(of)-1)
}

func showPermissions(w io.Writer, users []permission, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, map[string]any{"users": users})
	}
	for i, p := range users {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, account %s at %s %s\n", p.Name, p.Account, p.Kind, p.Site)
		fmt.Fprintf(w, "  because of %s\n", strings.Join(wrapped(strings.Fields(strings.Join(p.Of, ", ")), 84), "\n             "))
		if p.Identity != "" {
			fmt.Fprintf(w, "  is identity %s\n", p.Identity)
		}
		grantsTable(w, "says", &p.Publish)
		grantsTable(w, "hears", &p.Subscribe)
	}
	_, err := fmt.Fprintf(w, "\n* stands for one word, > for everything that follows; nothing else is let through\n")
	return err
}

// found takes the subjects out on which services are found, and returns under
// which names that is.
func found(subjects []string) (others, names []string) {
	for _, s := range subjects {
		rest, ok := strings.CutPrefix(s, "$SRV.")
		if !ok || rest == ">" {
			others = append(others, s)
			continue
		}
		if tokens := strings.Split(rest, "."); len(tokens) > 1 && !slices.Contains(names, tokens[1]) {
			names = append(names, tokens[1])
		}
	}
	return others, names
}

// wrapped joins words into lines of at most so many characters.
func wrapped(words []string, room int) []string {
	var lines []string
	for _, word := range words {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= room {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// How long a subject may be to have its words beside it, and how long those
// are: together they fit into 100 columns.
const subjectRoom, wordRoom = 44, 50

// grantsTable lists subjects with their words: those that follow from what the
// user runs, those that were declared beyond that, and what is taken away.
func grantsTable(w io.Writer, verb string, g *accounts.Grants) {
	if len(g.Derived)+len(g.Declared) == 0 {
		fmt.Fprintf(w, "  %s nothing\n", verb)
		return
	}
	for _, part := range []struct {
		title    string
		subjects []string
	}{{verb + ", derived", g.Derived}, {verb + ", declared", g.Declared}, {"never " + verb, g.Deny}} {
		if len(part.subjects) == 0 {
			continue
		}
		fmt.Fprintf(w, "  %s\n", part.title)
		subjects, names := found(part.subjects)
		for _, s := range subjects {
			beside(w, s, strings.Fields(accounts.Meaning(s)))
		}
		if len(names) > 0 {
			beside(w, "$SRV.{PING,INFO,STATS}[.NAME[.ID]]", strings.Fields("who looks for "+strings.Join(names, ", ")))
		}
	}
}

// beside writes words next to a subject, or below one that is too long.
func beside(w io.Writer, subject string, words []string) {
	if len(subject) > subjectRoom {
		fmt.Fprintf(w, "    %s\n", subject)
		subject = ""
	}
	for _, line := range wrapped(words, wordRoom) {
		fmt.Fprintf(w, "    %-*s  %s\n", subjectRoom, subject, line)
		subject = ""
	}
}

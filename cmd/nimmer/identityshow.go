package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

func hasHost(t *topology.Topology, name string) bool {
	for _, h := range t.Hosts {
		if h.Name == name {
			return true
		}
	}
	return false
}

// progress shows on a terminal how far an apply is.
func progress(cmd *cobra.Command) func(done, total int) {
	w := cmd.ErrOrStderr()
	if !cli.Terminal(w) {
		return nil
	}
	return func(done, total int) {
		fmt.Fprintf(w, "\r%d of %d commands", done, total)
		if done == total {
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
}

func showIdentityPlan(w io.Writer, p *identity.Plan, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, p)
	}
	for _, c := range p.Changes {
		fmt.Fprintf(w, "%-9s %s %s\n", c.Action, c.Kind, c.Name)
		showDetails(w, c)
	}
	_, err := fmt.Fprintf(w, "%s: %s, %d as declared\n", p.Server, planCounts(p), p.Same)
	return err
}

func showDetails(w io.Writer, c identity.Change) {
	for _, text := range c.Details {
		fmt.Fprintf(w, "            %s\n", text)
	}
	if c.Remedy != "" {
		fmt.Fprintf(w, "            %s\n", c.Remedy)
	}
}

// planCounts counts the actions that occur; what would change comes always.
func planCounts(p *identity.Plan) string {
	changes := 0
	for _, c := range p.Changes {
		if c.Action.Changes() {
			changes++
		}
	}
	text := fmt.Sprintf("%d to change", changes)
	for _, counted := range []struct {
		action identity.Action
		word   string
	}{{identity.ActionConflict, "conflicts"}, {identity.ActionWaiting, "waiting"}, {identity.ActionExtra, "no longer declared"}} {
		if n := p.Count(counted.action); n > 0 {
			text += fmt.Sprintf(", %d %s", n, counted.word)
		}
	}
	return text
}

func showReport(w io.Writer, r *identity.Report, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, r)
	}
	for _, o := range r.Outcomes {
		fmt.Fprintf(w, "%-9s %s %s %s\n", stateWords[o.State], o.Action, o.Kind, o.Name)
		for _, text := range o.Details {
			fmt.Fprintf(w, "            %s\n", text)
		}
		if o.Error != "" {
			fmt.Fprintf(w, "            %s\n", o.Error)
		}
	}
	for _, c := range r.Changes {
		if !c.Action.Changes() {
			fmt.Fprintf(w, "%-9s %s %s\n", c.Action, c.Kind, c.Name)
			showDetails(w, c)
		}
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", r.Server, reportCounts(r))
	return err
}

var stateWords = map[identity.State]string{
	identity.StateDone: "done", identity.StateFailed: "failed", identity.StatePartly: "partly",
	identity.StateUnknown: "unknown", identity.StateLeft: "not done",
}

// reportCounts says in one line how far it came, and what that means.
func reportCounts(r *identity.Report) string {
	done := r.Count(identity.StateDone)
	if done == len(r.Outcomes) {
		return fmt.Sprintf("%d changed, %d were as declared", done, r.Same)
	}
	text := fmt.Sprintf("%d of %d changed", done, len(r.Outcomes))
	for _, s := range []identity.State{identity.StateFailed, identity.StatePartly, identity.StateUnknown, identity.StateLeft} {
		if n := r.Count(s); n > 0 {
			text += fmt.Sprintf(", %d %s", n, stateWords[s])
		}
	}
	return text + "; apply again to go on"
}

func showLocal(w io.Writer, l *ipa.Local, output cli.Output) error {
	if output == cli.JSON {
		data, err := l.JSON()
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	var rows [][]string
	for _, u := range l.Users {
		number, linger := "-", "no"
		if u.UID != 0 {
			number = strconv.Itoa(u.UID)
		}
		if u.Linger {
			linger = "yes"
		}
		rows = append(rows, []string{u.Name, number, namesOrDash(u.Groups), namesOrDash(u.Hosts), linger})
	}
	return cli.Table(w, []string{"USER", "NUMBER", "GROUPS", "HOSTS", "LINGERS"}, rows)
}

func namesOrDash(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, " ")
}

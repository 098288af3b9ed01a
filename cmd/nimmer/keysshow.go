package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus/keys"
)

// showKeysReport says what was done with keys: people get what happened to
// operators, accounts and those who were put out, and counts of the rest.
func showKeysReport(w io.Writer, r *keys.Report, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, r)
	}
	var rows [][]string
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.User != "" && c.Did != keys.DidRevoke && c.Did != keys.DidNarrow && c.Did != keys.DidRotate && c.Did != keys.DidPrune {
			continue
		}
		who := "operator"
		switch {
		case c.User != "":
			who = c.User
		case c.Account != "":
			who = c.Account
		}
		rows = append(rows, []string{string(c.Did), string(c.Kind) + " " + c.Site, who, c.Why})
	}
	if len(rows) > 0 {
		if err := cli.Table(w, nil, rows); err != nil {
			return err
		}
	}
	var counts []string
	for _, did := range []keys.Did{keys.DidMake, keys.DidSign, keys.DidRenew, keys.DidNarrow, keys.DidRevoke, keys.DidRotate, keys.DidPrune} {
		if n := r.Count(did); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, did))
		}
	}
	if len(counts) == 0 {
		counts = append(counts, "none changed")
	}
	fmt.Fprintf(w, "users of %s: %s; files written or removed: %d\n", r.Lab, strings.Join(counts, ", "), r.Files)
	where := "keys in " + r.Keys
	if r.Encrypted {
		where += " (encrypted)"
	}
	if r.Out != "" {
		where += ", for servers and hosts in " + r.Out
	}
	fmt.Fprintln(w, where)
	if r.Left != "" {
		fmt.Fprintf(w, "credentials from before still lie in %s: remove them\n", r.Left)
	}
	return showServers(w, r.Servers)
}

// showServers says who must hear of it.
func showServers(w io.Writer, servers []keys.Server) error {
	if len(servers) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nBring these files to their servers, and the credentials to their hosts; then")
	var rows [][]string
	restarts := false
	for _, s := range servers {
		verb := "reload"
		if s.Restart {
			verb, restarts = "restart", true
		}
		host := s.Host
		if host == "" {
			host = "-"
		}
		rows = append(rows, []string{verb, string(s.Kind) + " " + s.Site, s.Name, host, s.Folder, s.Why})
	}
	if err := cli.Table(w, []string{"DO", "SITE", "SERVER", "HOST", "FOLDER", "FILES"}, rows); err != nil {
		return err
	}
	fmt.Fprintln(w, "reload: nats-server --signal reload, or systemctl reload of its unit")
	if restarts {
		fmt.Fprintln(w, "restart: a server that runs does not take another operator over by a reload")
	}
	return nil
}

// showKeys prints the tree of what is signed.
func showKeys(w io.Writer, v *keys.View, all bool, output cli.Output) error {
	if output == cli.JSON {
		return cli.WriteJSON(w, v)
	}
	fmt.Fprintf(w, "lab %s, keys in %s", v.Lab, v.Keys)
	if v.Encrypted {
		fmt.Fprint(w, " (encrypted)")
	}
	if v.Expires != "" {
		fmt.Fprintf(w, ", users' credentials count for %s", v.Expires)
	}
	fmt.Fprintln(w)
	for i := range v.Sites {
		s := &v.Sites[i]
		fmt.Fprintf(w, "\n%s %s  operator %s%s\n", s.Kind, s.Name, s.Operator, note(s.Stale))
		for j := range s.Accounts {
			if err := showAccount(w, &s.Accounts[j], all); err != nil {
				return err
			}
		}
	}
	return nil
}

func note(stale string) string {
	if stale == "" {
		return ""
	}
	return "  STALE: " + stale
}

func showAccount(w io.Writer, a *keys.AccountView, all bool) error {
	fmt.Fprintf(w, "  %s  %s  exports %d, imports %d, revoked %d%s\n", a.Name, a.Key, len(a.Exports), len(a.Imports), len(a.Revoked), note(a.Stale))
	var rows [][]string
	for i := range a.Users {
		u := &a.Users[i]
		expires := "never"
		if u.Expires != nil {
			expires = u.Expires.Format("2006-01-02")
		}
		rows = append(rows, []string{"    " + u.Name, u.State, expires, u.Key, u.Why})
	}
	if err := cli.Table(w, nil, rows); err != nil {
		return err
	}
	if !all {
		return nil
	}
	for i := range a.Users {
		u := &a.Users[i]
		if u.Publish == nil {
			continue
		}
		fmt.Fprintf(w, "    %s connects as %s\n", u.Name, strings.ToLower(strings.Join(u.Connections, ", ")))
		for _, list := range []struct {
			name     string
			subjects []string
		}{{"publish", u.Publish.Allow}, {"not", u.Publish.Deny}, {"subscribe", u.Subscribe.Allow}, {"not", u.Subscribe.Deny}} {
			for _, subject := range list.subjects {
				fmt.Fprintf(w, "      %-9s  %s\n", list.name, subject)
			}
		}
	}
	return nil
}

package accounts

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// StaticOptions says which part of a site is rendered, and how.
type StaticOptions struct {
	// Environments are those whose accounts are wanted; none: all of the site.
	Environments []string
	// Anonymous is the user that a client without a login is; "": there is none.
	Anonymous string
	// Unbounded leaves out how much each account may store: they share what the
	// server may. A server whose accounts are promised more than it has does not
	// start.
	Unbounded bool
}

// Static renders a site's accounts as text for the configuration of a
// nats-server: accounts, system_account and, where asked for, no_auth_user.
// Each user logs in with its name and the password that is given for it.
func Static(site *Site, password func(user string) string, o StaticOptions) ([]byte, error) {
	w := &static{password: password, unbounded: o.Unbounded}
	w.line(0, "accounts {")
	anonymous := o.Anonymous == ""
	for i := range site.Accounts {
		a := &site.Accounts[i]
		if a.Environment != "" && len(o.Environments) > 0 && !slices.Contains(o.Environments, a.Environment) {
			continue
		}
		w.account(a)
		anonymous = anonymous || a.User(o.Anonymous) != nil
	}
	w.line(0, "}")
	if site.Account(System) != nil {
		w.line(0, "system_account: %s", Quote(System))
	}
	if !anonymous {
		w.errs = append(w.errs, fmt.Errorf("no account of %s has the user %q that clients without a login would be", site.Name, o.Anonymous))
	}
	if o.Anonymous != "" {
		w.line(0, "no_auth_user: %s", Quote(o.Anonymous))
	}
	if err := errors.Join(w.errs...); err != nil {
		return nil, fmt.Errorf("render the accounts of %s: %w", site.Name, err)
	}
	return w.Bytes(), nil
}

// static writes the text.
type static struct {
	bytes.Buffer
	password  func(string) string
	unbounded bool
	errs      []error
}

func (w *static) line(depth int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *static) account(a *Account) {
	w.line(1, "%s {", w.key(a.Name))
	if a.JetStream != nil {
		w.line(2, "jetstream: %s", w.storage(a.JetStream))
	}
	list(w, "exports", a.Exports, export)
	list(w, "imports", a.Imports, imported)
	if len(a.Mappings) > 0 {
		w.line(2, "mappings {")
		for _, m := range a.Mappings {
			w.line(3, "%s: %s", w.key(m.From), Quote(m.To))
		}
		w.line(2, "}")
	}
	w.line(2, "users: [")
	for i := range a.Users {
		w.user(&a.Users[i])
	}
	w.line(2, "]")
	w.line(1, "}")
}

// storage bounds what an account stores; what is 0 is not bounded.
func (w *static) storage(s *Storage) string {
	var limits []string
	if s.Memory > 0 && !w.unbounded {
		limits = append(limits, fmt.Sprintf("max_memory: %d", s.Memory))
	}
	if s.Store > 0 && !w.unbounded {
		limits = append(limits, fmt.Sprintf("max_store: %d", s.Store))
	}
	if len(limits) == 0 {
		return "enabled"
	}
	return "{ " + strings.Join(limits, ", ") + " }"
}

func list[T any](w *static, name string, all []T, text func(*T) string) {
	if len(all) == 0 {
		return
	}
	w.line(2, "%s: [", name)
	for i := range all {
		w.line(3, "{ %s }", text(&all[i]))
	}
	w.line(2, "]")
}

func export(e *Export) string {
	text := fmt.Sprintf("%s: %s, accounts: %s", e.Kind, Quote(e.Subject), quoted(e.To))
	if e.Answers != "" && e.Answers != "one" {
		text += ", response_type: " + Quote(e.Answers)
	}
	if e.Threshold > 0 {
		text += ", response_threshold: " + Quote(e.Threshold.Std().String())
	}
	return text
}

func imported(i *Import) string {
	text := fmt.Sprintf("%s: { account: %s, subject: %s }", i.Kind, Quote(i.From), Quote(i.Subject))
	if i.Local != "" && i.Local != i.Subject {
		text += ", to: " + Quote(i.Local)
	}
	if i.Share {
		text += ", share: true"
	}
	return text
}

func (w *static) user(u *User) {
	password := w.password(u.Name)
	switch {
	case password == "":
		w.errs = append(w.errs, fmt.Errorf("user %s has no password: everybody could log in as it", u.Name))
	case strings.HasPrefix(password, "$2"):
		w.errs = append(w.errs, fmt.Errorf("the password of user %s begins with $2: a server would take it for a hash", u.Name))
	}
	w.line(3, "{ user: %s, password: %s, permissions: {", Quote(u.Name), Quote(password))
	w.line(5, "publish: %s", grants(&u.Publish))
	w.line(5, "subscribe: %s", grants(&u.Subscribe))
	w.line(3, "} }")
}

func grants(g *Grants) string {
	var parts []string
	if allow := g.Allow(); len(allow) > 0 {
		parts = append(parts, "allow: "+quoted(allow))
	}
	if deny := g.Denied(); len(deny) > 0 {
		parts = append(parts, "deny: "+quoted(deny))
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// key quotes the left side of a setting, which has no way to write a quote.
func (w *static) key(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' }) {
		w.errs = append(w.errs, fmt.Errorf("%q cannot be the name of a setting", name))
	}
	return `"` + name + `"`
}

func quoted(all []string) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = Quote(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

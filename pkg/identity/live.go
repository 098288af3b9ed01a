package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// lookBatch is how many entries are asked for in one round trip.
const lookBatch = 100

// live is the part of the server's state that a plan needs.
type live struct {
	entries map[*kind]map[string]*existing
	// hosts are those of the declaration that are enrolled.
	hosts map[string]bool
	// taken are groups that have the name of a user that is still to be made.
	taken map[string]bool
	// allowAll: FreeIPA's rule that lets everybody in everywhere is on.
	allowAll bool
}

// look reads the server: what carries our mark, and what has a name of ours.
func (c *Client) look(ctx context.Context, d *ipa.Desired, all []*wanted) (*live, error) {
	l := &live{entries: map[*kind]map[string]*existing{}, hosts: map[string]bool{}, taken: map[string]bool{}}
	m := marks{d.Mark, d.Retired}
	for _, k := range kinds {
		l.entries[k] = map[string]*existing{}
		if err := c.findMarked(ctx, m, k, l); err != nil {
			return nil, err
		}
	}
	if err := c.showNamed(ctx, m, all, l); err != nil {
		return nil, err
	}
	if err := c.showHosts(ctx, all, l); err != nil {
		return nil, err
	}
	if err := c.showTaken(ctx, all, l); err != nil {
		return nil, err
	}
	return l, c.showAllowAll(ctx, d, l)
}

// findMarked finds what is ours, declared or not. Principals carry no mark:
// the group they are in does.
func (c *Client) findMarked(ctx context.Context, m marks, k *kind, l *live) error {
	if k == serviceKind {
		return nil
	}
	req := Request{Method: k.prefix + "_find", Args: []string{m.brackets()}, Options: map[string]any{"sizelimit": 0, "no_members": false}}
	if k == userKind {
		req.Args, req.Options["userclass"] = nil, []string{m.mark}
		req.Options["no_members"] = true
	}
	reply, err := c.Call(ctx, req)
	if err != nil {
		return err
	}
	if reply.Truncated {
		e := &Error{Code: CodeLimits, Name: "LimitsExceeded", Message: fmt.Sprintf("the server returned only %d of them", len(reply.Entries))}
		return explain(req, e)
	}
	for _, e := range reply.Entries {
		if x := m.read(k, e); x.marked && x.name != "" {
			l.entries[k][x.name] = x
		}
	}
	return nil
}

// showNamed asks for everything that should be there and was not found by its
// mark.
func (c *Client) showNamed(ctx context.Context, m marks, all []*wanted, l *live) error {
	var missing []*wanted
	var reqs []Request
	for _, w := range all {
		if l.entries[w.kind][w.name] == nil {
			missing = append(missing, w)
			reqs = append(reqs, show(w.kind.prefix, w.name))
		}
	}
	return c.showAll(ctx, reqs, func(i int, e Entry) {
		w := missing[i]
		x := m.read(w.kind, e)
		x.name = w.name
		l.entries[w.kind][w.name] = x
	})
}

func (c *Client) showHosts(ctx context.Context, all []*wanted, l *live) error {
	need := map[string]bool{}
	for _, w := range all {
		if w.host != "" {
			need[w.host] = true
		}
		for _, h := range w.members["host"] {
			need[h] = true
		}
	}
	hosts := slices.Sorted(maps.Keys(need))
	var reqs []Request
	for _, h := range hosts {
		reqs = append(reqs, show("host", h))
	}
	return c.showAll(ctx, reqs, func(i int, _ Entry) { l.hosts[hosts[i]] = true })
}

// showTaken asks for groups that stand in the way of new users: each gets a
// group of its own name.
func (c *Client) showTaken(ctx context.Context, all []*wanted, l *live) error {
	var names []string
	var reqs []Request
	for _, w := range all {
		if w.kind == userKind && l.entries[userKind][w.name] == nil {
			names = append(names, w.name)
			reqs = append(reqs, show("group", w.name))
		}
	}
	return c.showAll(ctx, reqs, func(i int, _ Entry) { l.taken[names[i]] = true })
}

// allowAll is the rule with which FreeIPA begins.
const allowAll = "allow_all"

// showAllowAll looks whether access rules restrict anything.
func (c *Client) showAllowAll(ctx context.Context, d *ipa.Desired, l *live) error {
	if len(d.HBACRules) == 0 {
		return nil
	}
	return c.showAll(ctx, []Request{show(hbacRuleKind.prefix, allowAll)}, func(_ int, e Entry) {
		l.allowAll = !strings.EqualFold(e.One("ipaenabledflag"), "false")
	})
}

func show(prefix, name string) Request {
	req := Request{Method: prefix + "_show", Args: []string{name}, Options: map[string]any{"no_members": false}}
	if prefix == "user" || prefix == "host" || prefix == "service" {
		req.Options["no_members"] = true
	}
	return req
}

// showAll asks for entries and hands over those that exist.
func (c *Client) showAll(ctx context.Context, reqs []Request, found func(i int, e Entry)) error {
	at := 0
	for part := range slices.Chunk(reqs, lookBatch) {
		replies, err := c.Batch(ctx, part)
		if err != nil {
			return err
		}
		for i, r := range replies {
			switch {
			case r.Err == nil && r.Entry() != nil:
				found(at+i, r.Entry())
			case r.Err != nil && r.Err.Code == CodeNotFound:
			case r.Err != nil:
				return explain(part[i], r.Err)
			default:
				return &daemon.Error{Op: part[i].Method, Subject: part[i].subject(), Err: fmt.Errorf("the server returned no entry")}
			}
		}
		at += len(part)
	}
	return nil
}

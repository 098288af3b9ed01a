package identitytest

import (
	"slices"
	"strconv"
	"strings"
)

type run = func(*call) (map[string]any, *fault)

// commands are what the server does, by name.
var commands map[string]run

func init() {
	commands = map[string]run{
		"ping":        ping,
		"user_add":    userAdd,
		"user_mod":    userMod,
		"group_add":   groupAdd,
		"group_mod":   groupMod,
		"service_add": serviceAdd,
	}
	for _, typ := range types {
		offer(typ+"_show", func(c *call) (map[string]any, *fault) { return show(c, typ) })
		offer(typ+"_find", func(c *call) (map[string]any, *fault) { return find(c, typ) })
		offer(typ+"_add", func(c *call) (map[string]any, *fault) { return add(c, typ, Entry{}) })
		offer(typ+"_mod", func(c *call) (map[string]any, *fault) { return mod(c, typ) })
		offer(typ+"_del", func(c *call) (map[string]any, *fault) { return del(c, typ) })
	}
	for name, m := range memberCommands {
		commands[name] = m.run
	}
}

// offer adds a command that the server accepts and nobody has made special.
func offer(name string, r run) {
	if _, ok := accepted[name]; ok && commands[name] == nil {
		commands[name] = r
	}
}

func ping(c *call) (map[string]any, *fault) {
	return map[string]any{"summary": "IPA server version " + c.s.Release + ". API version " + c.s.API}, nil
}

// titles are how FreeIPA's sentences name a type.
var titles = map[string]string{
	"sudocmdgroup": "sudo command group", "sudorule": "sudo rule", "hbacsvcgroup": "HBAC service group", "hbacrule": "HBAC rule",
}

func title(typ string) string {
	if t := titles[typ]; t != "" {
		return t
	}
	return typ
}

func notFound(typ, name string) *fault {
	return errorf(4001, "NotFound", "%s: %s not found", name, title(typ))
}

func duplicate(typ, name string) *fault {
	return errorf(4002, "DuplicateEntry", "%s with name \"%s\" already exists", title(typ), name)
}

func noChange() *fault {
	return errorf(4202, "EmptyModlist", "no modifications to be performed")
}

func show(c *call, typ string) (map[string]any, *fault) {
	e := c.s.state.get(typ, c.arg())
	if e == nil {
		return nil, notFound(typ, c.arg())
	}
	out := rendered(typ, e, c.flag("no_members", false))
	if typ == "user" {
		out["preserved"] = e["preserved"] != nil
	}
	return map[string]any{"result": out, "value": c.arg(), "summary": nil}, nil
}

// rendered is an entry as it is returned: lists of texts, the lock as a bool,
// private things left out.
func rendered(typ string, e Entry, noMembers bool) map[string]any {
	out := map[string]any{"dn": key(typ) + "=" + e[key(typ)][0] + ",cn=accounts,dc=example,dc=test"}
	for attr, values := range e {
		switch {
		case attr == "private", attr == "preserved", len(values) == 0:
		case noMembers && strings.HasPrefix(attr, "member"):
		case attr == "nsaccountlock":
			out[attr] = values[0] == "TRUE"
		case attr == "description" && typ == "user":
		default:
			out[attr] = values
		}
	}
	if typ == "user" && out["nsaccountlock"] == nil {
		out["nsaccountlock"] = false
	}
	return out
}

// userDisplay are what a search for users returns unless it is told more.
var userDisplay = []string{"uid", "givenname", "sn", "homedirectory", "loginshell", "uidnumber", "gidnumber", "nsaccountlock", "preserved"}

func find(c *call, typ string) (map[string]any, *fault) {
	limit := c.s.SizeLimit
	if n, ok := c.Options["sizelimit"].(float64); ok && limit == 0 {
		limit = int(n)
	}
	list := []any{}
	truncated := false
	for _, name := range c.s.state.names(typ) {
		e := c.s.state.types[typ][name]
		if !c.matches(typ, e) {
			continue
		}
		if limit > 0 && len(list) == limit {
			truncated = true
			break
		}
		list = append(list, c.found(typ, e))
	}
	return map[string]any{"result": list, "count": len(list), "truncated": truncated, "summary": nil}, nil
}

func (c *call) found(typ string, e Entry) map[string]any {
	out := rendered(typ, e, c.flag("no_members", true))
	if typ != "user" {
		return out
	}
	for attr := range out {
		if _, asked := c.Options[attr]; !asked && attr != "dn" && !slices.Contains(userDisplay, attr) {
			delete(out, attr)
		}
	}
	return out
}

// matches holds an entry against the criteria (a part of some attribute) and
// against the options (whole values).
func (c *call) matches(typ string, e Entry) bool {
	if e["private"] != nil || e["preserved"] != nil {
		return false
	}
	if term := strings.ToLower(c.arg()); term != "" {
		hit := false
		for _, attr := range []string{key(typ), "description", "givenname", "sn"} {
			for _, v := range e[attr] {
				hit = hit || strings.Contains(strings.ToLower(v), term)
			}
		}
		if !hit {
			return false
		}
	}
	for _, want := range c.list("userclass") {
		if !slices.ContainsFunc(e["userclass"], func(v string) bool { return strings.EqualFold(v, want) }) {
			return false
		}
	}
	return true
}

// stored are the options that become attributes as they are.
var stored = []string{
	"givenname", "sn", "cn", "displayname", "gecos", "homedirectory", "loginshell", "uidnumber", "description", "gidnumber",
}

// set writes the options into an entry and reports whether that changed it.
func (c *call) set(typ string, e Entry) bool {
	changed := false
	put := func(attr string, values []string) {
		if !slices.Equal(e[attr], values) {
			e[attr], changed = values, true
		}
	}
	for _, attr := range stored {
		if v, ok := c.text(attr); ok && attr != key(typ) {
			put(attr, []string{v})
		}
	}
	if _, ok := c.Options["userclass"]; ok {
		put("userclass", c.list("userclass"))
	}
	if lock, ok := c.Options["nsaccountlock"].(bool); ok {
		put("nsaccountlock", []string{strings.ToUpper(strconv.FormatBool(lock))})
	}
	return changed
}

func add(c *call, typ string, e Entry) (map[string]any, *fault) {
	if c.s.state.get(typ, c.arg()) != nil {
		return nil, duplicate(typ, c.arg())
	}
	if strings.TrimSpace(c.arg()) == "" {
		return nil, errorf(3007, "RequirementError", "'%s' is required", key(typ))
	}
	c.set(typ, e)
	if typ == "sudorule" || typ == "hbacrule" {
		e["ipaenabledflag"] = []string{"TRUE"}
	}
	c.s.state.put(typ, c.arg(), e)
	return map[string]any{"result": rendered(typ, c.s.state.get(typ, c.arg()), true), "value": c.arg(), "summary": "Added " + title(typ) + ` "` + c.arg() + `"`}, nil
}

func mod(c *call, typ string) (map[string]any, *fault) {
	e := c.s.state.get(typ, c.arg())
	if e == nil {
		return nil, notFound(typ, c.arg())
	}
	next := e.Clone()
	changed := c.set(typ, next)
	touched, f := c.pairs(next)
	if f != nil {
		return nil, f
	}
	if !changed && !touched {
		return nil, noChange()
	}
	c.s.state.put(typ, c.arg(), next)
	return map[string]any{"result": rendered(typ, next, true), "value": c.arg(), "summary": "Modified " + title(typ) + ` "` + c.arg() + `"`}, nil
}

// pairs applies addattr and delattr.
func (c *call) pairs(e Entry) (changed bool, f *fault) {
	for _, p := range c.list("delattr") {
		attr, v, _ := strings.Cut(p, "=")
		if !slices.Contains(e[attr], v) {
			return false, errorf(4026, "AttrValueNotFound", "%s does not contain '%s'", attr, v)
		}
		e[attr] = slices.DeleteFunc(slices.Clone(e[attr]), func(x string) bool { return x == v })
		changed = true
	}
	for _, p := range c.list("addattr") {
		attr, v, _ := strings.Cut(p, "=")
		if !slices.Contains(e[attr], v) {
			e[attr] = append(slices.Clone(e[attr]), v)
			changed = true
		}
	}
	return changed, nil
}

func del(c *call, typ string) (map[string]any, *fault) {
	e := c.s.state.get(typ, c.arg())
	switch {
	case e == nil:
		return nil, notFound(typ, c.arg())
	case e["private"] != nil:
		return nil, errorf(4023, "ManagedGroupError", "Deleting a managed group is not allowed. It must be detached first.")
	}
	delete(c.s.state.types[typ], fold(typ, c.arg()))
	c.s.state.forget(typ, c.arg())
	return map[string]any{"result": map[string]any{"failed": []any{}}, "value": []string{c.arg()}, "summary": "Deleted"}, nil
}

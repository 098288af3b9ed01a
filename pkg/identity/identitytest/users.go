package identitytest

import (
	"regexp"
	"strconv"
	"strings"
)

var userName = regexp.MustCompile(`^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*[a-zA-Z0-9_.$-]?$`)

func userAdd(c *call) (map[string]any, *fault) {
	name := c.arg()
	switch {
	case !userName.MatchString(name) || strings.Trim(name, "0123456789") == "":
		return nil, errorf(3009, "ValidationError", "invalid 'login': may only include letters, numbers, _, -, . and $")
	case len(name) > 32:
		return nil, errorf(3009, "ValidationError", "invalid 'login': can be at most 32 characters")
	case c.Options["givenname"] == nil:
		return nil, errorf(3007, "RequirementError", "'first' is required")
	case c.Options["sn"] == nil:
		return nil, errorf(3007, "RequirementError", "'last' is required")
	case c.s.state.get("user", name) != nil:
		return nil, duplicate("user", name)
	case c.s.state.get("group", name) != nil:
		return nil, errorf(4024, "ManagedGroupExistsError", "Unable to create private group. A group '%s' already exists.", name)
	}
	number, given := c.text("uidnumber")
	if !given {
		number = strconv.Itoa(c.s.state.next())
	}
	result, f := add(c, "user", Entry{
		"uidnumber": {number}, "gidnumber": {number}, "loginshell": {"/bin/sh"}, "homedirectory": {"/home/" + name},
		"krbprincipalname": {name + "@" + Realm}, "nsaccountlock": {"FALSE"},
	})
	if f != nil {
		return nil, f
	}
	c.s.state.put("group", name, Entry{"description": {"User private group for " + name}, "gidnumber": {number}, "private": {"TRUE"}})
	return result, nil
}

func userMod(c *call) (map[string]any, *fault) {
	if e := c.s.state.get("user", c.arg()); e != nil && e["preserved"] != nil {
		return nil, notFound("user", c.arg())
	}
	return mod(c, "user")
}

func groupAdd(c *call) (map[string]any, *fault) {
	e := Entry{}
	if !c.flag("nonposix", false) {
		e["gidnumber"] = []string{strconv.Itoa(c.s.state.next())}
	}
	return add(c, "group", e)
}

func groupMod(c *call) (map[string]any, *fault) {
	e := c.s.state.get("group", c.arg())
	if e == nil || !c.flag("posix", false) {
		return mod(c, "group")
	}
	if e["gidnumber"] != nil {
		return nil, errorf(4025, "AlreadyPosixGroup", "This is already a posix group")
	}
	e["gidnumber"] = []string{strconv.Itoa(c.s.state.next())}
	if result, f := mod(c, "group"); f == nil || f.code != 4202 {
		return result, f
	}
	return map[string]any{"result": rendered("group", e, true), "value": c.arg(), "summary": `Modified group "` + c.arg() + `"`}, nil
}

func serviceAdd(c *call) (map[string]any, *fault) {
	_, host, ok := strings.Cut(fold("service", c.arg()), "/")
	if !ok {
		return nil, errorf(4006, "MalformedServicePrincipal", "Service principal is not of the form: service/fully-qualified host name: missing service")
	}
	if c.s.state.get("host", host) == nil {
		return nil, errorf(4001, "NotFound", "The host '%s' does not exist to add a service to.", host)
	}
	if !c.flag("force", false) {
		return nil, errorf(4019, "DNSNotARecordError", "Host '%s' does not have corresponding DNS A/AAAA record", host)
	}
	return add(c, "service", Entry{"krbprincipalname": {shown("service", c.arg())}, "managedby_host": {host}})
}

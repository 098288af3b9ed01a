package identity

import (
	"fmt"
	"maps"
	"slices"
)

// Shape is how a parameter of a command is written.
type Shape int

// The shapes of parameters.
const (
	Text Shape = iota // one text
	List              // texts
	Flag              // true or false
	Int               // a whole number
)

// Command is what we may send of one command of FreeIPA's API.
type Command struct {
	// Args are its positional parameters: names as in API.txt.
	Args []string
	// Options are those that we use.
	Options map[string]Shape
}

// Commands returns every command that a client sends, with its parameters.
func Commands() map[string]Command {
	all := map[string]Command{
		"ping":  {},
		"batch": {Args: []string{"methods"}},

		"user_add": {Args: []string{"uid"}, Options: map[string]Shape{
			"givenname": Text, "sn": Text, "cn": Text, "displayname": Text, "gecos": Text, "homedirectory": Text,
			"loginshell": Text, "uidnumber": Int, "userclass": List, "no_members": Flag,
		}},
		"user_mod": {Args: []string{"uid"}, Options: map[string]Shape{
			"homedirectory": Text, "loginshell": Text, "nsaccountlock": Flag, "addattr": List, "delattr": List, "no_members": Flag,
		}},
		"user_find": {Args: []string{"criteria"}, Options: map[string]Shape{"userclass": List, "sizelimit": Int, "no_members": Flag}},
		"user_show": {Args: []string{"uid"}, Options: map[string]Shape{"no_members": Flag}},

		"group_add": {Args: []string{"cn"}, Options: map[string]Shape{"description": Text, "nonposix": Flag, "no_members": Flag}},
		"group_mod": {Args: []string{"cn"}, Options: map[string]Shape{"description": Text, "posix": Flag, "no_members": Flag}},
		"host_show": {Args: []string{"fqdn"}, Options: map[string]Shape{"no_members": Flag}},

		"service_add":  {Args: []string{"krbcanonicalname"}, Options: map[string]Shape{"force": Flag, "no_members": Flag}},
		"service_show": {Args: []string{"krbcanonicalname"}, Options: map[string]Shape{"no_members": Flag}},
		"service_del":  {Args: []string{"krbcanonicalname"}},
	}
	for _, prefix := range []string{"sudocmdgroup", "sudorule", "hbacsvcgroup", "hbacrule"} {
		all[prefix+"_add"] = Command{Args: []string{"cn"}, Options: map[string]Shape{"description": Text, "no_members": Flag}}
		all[prefix+"_mod"] = Command{Args: []string{"cn"}, Options: map[string]Shape{"description": Text, "no_members": Flag}}
	}
	for _, prefix := range []string{"group", "sudocmdgroup", "sudorule", "hbacsvcgroup", "hbacrule"} {
		all[prefix+"_find"] = Command{Args: []string{"criteria"}, Options: map[string]Shape{"sizelimit": Int, "no_members": Flag}}
		all[prefix+"_show"] = Command{Args: []string{"cn"}, Options: map[string]Shape{"no_members": Flag}}
		all[prefix+"_del"] = Command{Args: []string{"cn"}}
	}
	for _, k := range kinds {
		for _, r := range k.relations {
			for _, name := range []string{r.add, r.remove} {
				if name == "" {
					continue
				}
				if all[name].Options == nil {
					all[name] = Command{Args: []string{"cn"}, Options: map[string]Shape{"no_members": Flag}}
				}
				all[name].Options[r.option] = List
			}
		}
	}
	for name, c := range all {
		if c.Options == nil {
			c.Options = map[string]Shape{}
		}
		c.Options["version"] = Text
		all[name] = c
	}
	return all
}

var sendable = Commands()

// check refuses what Commands does not list: it was not compared with
// FreeIPA's description, so nobody knows what a server does with it.
func (r Request) check() error {
	c, ok := sendable[r.Method]
	if !ok {
		return fmt.Errorf("command %q is not one of those we send", r.Method)
	}
	if len(r.Args) > len(c.Args) {
		return fmt.Errorf("command %q takes %d arguments, not %d", r.Method, len(c.Args), len(r.Args))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Options)) {
		shape, ok := c.Options[name]
		if !ok {
			return fmt.Errorf("option %q of command %q is not one of those we send", name, r.Method)
		}
		if !shape.fits(r.Options[name]) {
			return fmt.Errorf("option %q of command %q has a value of the wrong type", name, r.Method)
		}
	}
	return nil
}

func (s Shape) fits(v any) bool {
	var ok bool
	switch s {
	case Text:
		_, ok = v.(string)
	case List:
		_, ok = v.([]string)
	case Flag:
		_, ok = v.(bool)
	case Int:
		_, ok = v.(int)
	}
	return ok
}

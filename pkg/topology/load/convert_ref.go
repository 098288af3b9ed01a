package load

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// ref reads one reference and returns the name it stands for.
func (c *converter) ref(v cty.Value, at hcl.Range) string {
	r := asRef(v)
	switch {
	case r != nil && (slices.Contains(c.attr.Refs, r.kind) || c.attr.Refs[0] == "*"):
		if c.attr.Refs[0] == "*" {
			return r.String()
		}
		return r.name
	case r != nil:
		c.fail(at, "Wrong kind of reference", "wants a %s, %s is a %s.", strings.Join(c.attr.Refs, " or a "), r, r.kind)
	case c.attr.Refs[0] == "environment":
		return c.environment(v, at)
	case v.Type() == cty.String && c.attr.Refs[0] == "*":
		s, _ := c.text(v, at)
		return s
	case v.Type() == cty.String && !v.IsNull():
		c.fail(at, "Reference expected", "wants a reference, not text: write %s.%s without quotes.", c.attr.Refs[0], strings.ReplaceAll(v.AsString(), "/", "."))
	case listLike(v) && !v.IsNull():
		c.fail(at, "Reference expected", "wants one %s, this is a list of %d. Take one of them, as in %s.NAME[0].", c.attr.Refs[0], v.LengthInt(), c.attr.Refs[0])
	default:
		c.wrongType(v, at)
	}
	return ""
}

// environment reads the name of one of the lab's environments.
func (c *converter) environment(v cty.Value, at hcl.Range) string {
	s, ok := c.text(v, at)
	if !ok {
		return ""
	}
	all, known := c.l.environments(at)
	if known && !slices.Contains(all, s) {
		c.fail(at, "Unknown environment", "names %q, which is no environment of the lab.%s", s, orList(suggest(s, all), "The lab has "+list(all)+"."))
	}
	return s
}

// refs reads a list of references. Lists inside it are taken apart, and what
// is named twice counts once.
func (c *converter) refs(v cty.Value, out reflect.Value) {
	out.Set(reflect.ValueOf(c.names(v, func(e cty.Value, at hcl.Range) string { return c.ref(e, at) })))
}

func (c *converter) names(v cty.Value, name func(e cty.Value, at hcl.Range) string) []string {
	list := []string{}
	seen := map[string]bool{}
	add := func(v cty.Value, at hcl.Range) {
		for _, e := range flatten(v) {
			if s := name(e, at); s != "" && !seen[s] {
				seen[s] = true
				list = append(list, s)
			}
		}
	}
	switch {
	case v.Type() == cty.String && !slices.Contains([]string{"environment", "*"}, c.attr.Refs[0]):
		c.ref(v, c.expr.Range())
	case v.Type() == cty.String:
		c.fail(c.expr.Range(), "Wrong type", "wants a list: write [%q].", v.AsString())
	case listLike(v):
		c.each(v, add)
	case asRef(v) != nil || v.Type().IsObjectType() || v.Type().IsMapType():
		add(v, c.expr.Range())
	default:
		c.wrongType(v, c.expr.Range())
	}
	return list
}

// on reads where a cell runs.
func (c *converter) on(v cty.Value, out reflect.Value) {
	var on topology.On
	c.names(v, func(e cty.Value, at hcl.Range) string {
		name := c.ref(e, at)
		if r := asRef(e); r != nil && r.kind == "kubernetes" {
			on.Kubernetes = append(on.Kubernetes, name)
		} else if name != "" {
			on.Hosts = append(on.Hosts, name)
		}
		return ""
	})
	if len(on.Kubernetes) > 0 && len(on.Hosts) > 0 {
		c.fail(c.expr.Range(), "Two places at once", "names a cluster and hosts. Declare one block for each.")
	}
	out.Set(reflect.ValueOf(on))
}

// rawJSON reads JSON: an object, JSON text, or the name of a file that holds it.
func (c *converter) rawJSON(v cty.Value, out reflect.Value) {
	at := c.expr.Range()
	var src []byte
	switch {
	case v.Type() == cty.String && !looksLikeJSON(v.AsString()):
		var err error
		if src, err = c.l.readFile(v.AsString()); err != nil {
			c.fail(at, "File cannot be read", "is the name of a file: %v.", err)
			return
		}
	case v.Type() == cty.String:
		src = []byte(v.AsString())
	default:
		var err error
		if src, err = ctyjson.Marshal(v, v.Type()); err != nil {
			c.fail(at, "Not JSON", "cannot be written as JSON: %v.", err)
			return
		}
	}
	value := jsontext.Value(slices.Clone(src))
	if err := value.Compact(); err != nil {
		c.fail(at, "Not JSON", "is not JSON: %v.", strings.TrimPrefix(fmt.Sprint(err), "jsontext: "))
		return
	}
	out.SetBytes(value)
}

func looksLikeJSON(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{") || s == "true" || s == "false"
}

package load

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// converter turns the value of one attribute into its Go type, and reports
// what does not fit.
type converter struct {
	l      *loader
	attr   *topology.AttrSpec
	expr   hclsyntax.Expression
	what   string // host "theia"
	failed bool
}

// fail reports a problem with the value; article says what was wanted.
func (c *converter) fail(at hcl.Range, summary, format string, args ...any) {
	c.failed = true
	c.l.diags.errorf(posOf(at), summary, "%s", c.attr.Name+" of "+c.what+" "+fmt.Sprintf(format, args...))
}

// convert returns the Go value, or sets failed.
func (c *converter) convert(v cty.Value) reflect.Value {
	if !v.IsWhollyKnown() {
		c.failed = true
		return reflect.Value{}
	}
	out := reflect.New(c.attr.Type).Elem()
	switch {
	case c.attr.Type == reflect.TypeFor[topology.RawJSON]():
		c.rawJSON(v, out)
	case c.attr.Type == reflect.TypeFor[topology.On]():
		c.on(v, out)
	case c.attr.Refs != nil && c.attr.Type.Kind() == reflect.Slice:
		c.refs(v, out)
	case c.attr.Refs != nil:
		out.SetString(c.ref(v, c.expr.Range()))
	case c.attr.Type.Kind() == reflect.Slice:
		c.strings(v, out)
	case c.attr.Type.Kind() == reflect.Map:
		c.stringMap(v, out)
	default:
		c.scalar(v, out)
	}
	return out
}

func (c *converter) scalar(v cty.Value, out reflect.Value) {
	at := c.expr.Range()
	switch {
	case c.attr.Type == reflect.TypeFor[topology.Duration]():
		c.measured(v, out, func(s string) (int64, error) { d, err := topology.ParseDuration(s); return int64(d), err })
	case c.attr.Type == reflect.TypeFor[topology.Bytes]():
		c.measured(v, out, func(s string) (int64, error) { b, err := topology.ParseBytes(s); return int64(b), err })
	case c.attr.Type.Kind() == reflect.String:
		if s, ok := c.text(v, at); ok {
			out.SetString(s)
		}
	case c.attr.Type.Kind() == reflect.Bool:
		b, err := convert.Convert(v, cty.Bool)
		if err != nil || v.Type() == cty.String {
			c.wrongType(v, at)
			return
		}
		out.SetBool(b.True())
	default:
		c.number(v, out)
	}
}

func (c *converter) number(v cty.Value, out reflect.Value) {
	at := c.expr.Range()
	n, err := convert.Convert(v, cty.Number)
	if err != nil {
		c.wrongType(v, at)
		return
	}
	f, _ := n.AsBigFloat().Float64()
	if out.Kind() == reflect.Int {
		i, acc := n.AsBigFloat().Int64()
		if acc != 0 || i > 1<<53 || i < -1<<53 {
			c.fail(at, "Wrong type", "wants a whole number, this is %s.", n.AsBigFloat().Text('g', 10))
			return
		}
		out.SetInt(i)
	} else {
		if n.AsBigFloat().IsInf() || f-f != 0 {
			c.fail(at, "Value out of range", "is infinite.")
			return
		}
		out.SetFloat(f)
	}
	c.bounds(f, n.AsBigFloat().Text('g', 10))
}

// measured reads a duration or a size.
func (c *converter) measured(v cty.Value, out reflect.Value, parse func(string) (int64, error)) {
	at := c.expr.Range()
	if v.Type() == cty.Number {
		unit := "\"%sGiB\" or \"%sMiB\""
		if c.attr.Type == reflect.TypeFor[topology.Duration]() {
			unit = "\"%sms\", \"%ss\" or \"%sm\""
		}
		n := v.AsBigFloat().Text('g', 10)
		c.fail(at, "Unit missing", "is a %s and needs a unit: write %s.", c.attr.Kind(), strings.ReplaceAll(unit, "%s", n))
		return
	}
	if v.Type() != cty.String {
		c.wrongType(v, at)
		return
	}
	n, err := parse(v.AsString())
	if err != nil {
		c.fail(at, "Not a "+c.attr.Kind(), "cannot be read: %v.", err)
		return
	}
	out.SetInt(n)
	c.bounds(float64(n), v.AsString())
}

// text reads a string and holds it against what it may be.
func (c *converter) text(v cty.Value, at hcl.Range) (string, bool) {
	if v.IsNull() || (v.Type() != cty.String && v.Type() != cty.Number) {
		c.wrongType(v, at)
		return "", false
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		c.wrongType(v, at)
		return "", false
	}
	str := s.AsString()
	if c.attr.Enum != nil && !slices.Contains(c.attr.Enum, str) {
		c.fail(at, "Unknown choice", "cannot be %q.%s", str, orList(suggest(str, c.attr.Enum), "It is one of "+list(c.attr.Enum)+"."))
		return "", false
	}
	if secret(str) || c.attr.Path && strings.ContainsAny(str, "\n\r") {
		c.fail(at, "Secret in the declaration", "looks like a secret. A declaration holds paths of secrets, never their content: put it into a file and write the file's path.")
		return "", false
	}
	if strings.ContainsRune(str, 0) {
		c.fail(at, "Wrong type", "holds a NUL character.")
		return "", false
	}
	return str, true
}

var nkeySeed = regexp.MustCompile(`^S[ACNOUX][A-Z2-7]{56}$`)

// secret reports whether a string looks like a private key.
func secret(s string) bool {
	s = strings.TrimSpace(s)
	return strings.Contains(s, "PRIVATE KEY-----") || strings.HasPrefix(s, "AGE-SECRET-KEY-") ||
		strings.Contains(s, "BEGIN NATS USER JWT") || len(s) == 58 && nkeySeed.MatchString(s)
}

// strings reads a list of strings. A command may be one string, cut at spaces.
func (c *converter) strings(v cty.Value, out reflect.Value) {
	at := c.expr.Range()
	if v.Type() == cty.String && c.attr.Name == "command" {
		c.command(v.AsString(), out)
		return
	}
	if v.Type() == cty.String {
		c.fail(at, "Wrong type", "wants a list: write [%q].", v.AsString())
		return
	}
	if !listLike(v) {
		c.wrongType(v, at)
		return
	}
	list := []string{}
	c.each(v, func(e cty.Value, at hcl.Range) {
		if s, ok := c.text(e, at); ok {
			list = append(list, s)
		}
	})
	out.Set(reflect.ValueOf(list))
}

func (c *converter) command(s string, out reflect.Value) {
	if strings.ContainsAny(s, "'\"`\\$|&;<>(){}") {
		c.fail(c.expr.Range(), "Command needs a list", "holds characters that a shell would read, and no shell stands between. Write its words as a list: [\"program\", \"argument\"].")
		return
	}
	out.Set(reflect.ValueOf(strings.Fields(s)))
}

func (c *converter) stringMap(v cty.Value, out reflect.Value) {
	if asRef(v) != nil || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		c.wrongType(v, c.expr.Range())
		return
	}
	m := map[string]string{}
	for key, e := range v.AsValueMap() {
		at := c.expr.Range()
		if x, ok := c.expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range x.Items {
				if keyOf(item.KeyExpr) == key {
					at = item.ValueExpr.Range()
				}
			}
		}
		if c.attr.Key != "" && !c.known(key, at) {
			continue
		}
		if !e.IsNull() {
			if s, ok := c.text(e, at); ok {
				m[key] = s
			}
		}
	}
	out.Set(reflect.ValueOf(m))
}

// known checks that a key of a map names a block.
func (c *converter) known(key string, at hcl.Range) bool {
	kind := c.attr.Key
	if c.l.byName[kind][key] != nil || c.l.incomplete(kind) {
		return true
	}
	hint := c.l.hint(key, "", func() []string { return c.l.names(kind) }, "This folder declares none.")
	c.fail(at, "Unknown "+kind, "names %s %q, which is not declared.%s", kind, key, hint)
	return false
}

// each calls f with every element of a list, and its place where the list is
// written out.
func (c *converter) each(v cty.Value, f func(e cty.Value, at hcl.Range)) {
	tuple, literal := c.expr.(*hclsyntax.TupleConsExpr)
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		_, e := it.Element()
		at := c.expr.Range()
		if literal && i < len(tuple.Exprs) {
			at = tuple.Exprs[i].Range()
		}
		f(e, at)
	}
}

func listLike(v cty.Value) bool {
	t := v.Type()
	return t.IsTupleType() || t.IsListType() || t.IsSetType()
}

func (c *converter) wrongType(v cty.Value, at hcl.Range) {
	c.fail(at, "Wrong type", "wants a %s, this is %s.", c.attr.Kind(), describe(v))
}

// describe says what a value is, for messages.
func describe(v cty.Value) string {
	if r := asRef(v); r != nil {
		return "a reference to " + r.kind + " " + r.name
	}
	switch t := v.Type(); {
	case v.IsNull():
		return "null"
	case t == cty.String:
		return fmt.Sprintf("the text %q", v.AsString())
	case t == cty.Number:
		return "the number " + v.AsBigFloat().Text('g', 10)
	case t == cty.Bool:
		return fmt.Sprint(v.True())
	case listLike(v):
		return fmt.Sprintf("a list of %d", v.LengthInt())
	case t.IsObjectType() || t.IsMapType():
		return "a map"
	default:
		return "a " + t.FriendlyName()
	}
}

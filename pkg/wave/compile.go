package wave

import (
	"bytes"
	"encoding/json" // its Number, which the schema library reads
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Compiled is a JSON Schema ready for use, by several goroutines at once.
type Compiled struct {
	name   string
	schema *jsonschema.Schema
}

// CompileSchema compiles a JSON Schema; draft 2020-12 unless it names another. Formats are asserted. A
// schema stands alone: a reference to a file or an address is refused.
func CompileSchema(name string, doc []byte) (*Compiled, error) {
	if len(doc) > MaxMessage {
		return nil, fmt.Errorf("compile schema %s: %w", quoted(name), tooLarge(len(doc), MaxMessage))
	}
	value, err := readJSON(doc)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", quoted(name), err)
	}
	const here = "urn:nimmer:schema"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	if err := c.AddResource(here, value); err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", quoted(name), err)
	}
	schema, err := c.Compile(here)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", quoted(name), schemaFault(err))
	}
	return &Compiled{name: name, schema: schema}, nil
}

// noLoader keeps a schema from reading files or addresses.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to %s, but a schema must be complete in itself", quoted(url))
}

// schemaFault shortens what the compiler says about a schema that is no schema.
func schemaFault(err error) error {
	if invalid, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if v, ok := invalid.Err.(*jsonschema.ValidationError); ok { //nolint:errorlint // it is not wrapped
			return asRules(v)
		}
	}
	return err
}

// Name returns the name the schema was compiled under.
func (c *Compiled) Name() string { return c.name }

// Validate checks a document. The error is a *Rule: the first thing that is wrong, and how many more are.
func (c *Compiled) Validate(doc []byte) error {
	value, err := readJSON(doc)
	if err != nil {
		return err
	}
	err = c.schema.Validate(value)
	if v, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return asRules(v)
	}
	if err != nil {
		return broken("", err.Error())
	}
	return nil
}

// readJSON reads a document strictly: a key given twice is refused, unlike in the schema library's own reader.
func readJSON(doc []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(doc))
	if _, err := dec.ReadValue(); err != nil {
		return nil, syntax(err)
	}
	if err := atEnd(dec); err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, broken("", "it is not JSON: "+err.Error())
	}
	return plainNumbers(value), nil
}

// plainNumbers writes numbers with an exponent as the float64 that readers make
// of them, capped like theirs: the schema library counts exactly, and a few
// digits of exponent ask it for more memory than there is, or make it panic.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = plainNumbers(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = plainNumbers(inner)
		}
	case json.Number:
		if strings.ContainsAny(v.String(), "eE") {
			f, _ := v.Float64() // the only error is a range error, and its value an infinity
			f = min(max(f, -math.MaxFloat64), math.MaxFloat64)
			return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
		}
	}
	return value
}

// asRules makes one rule of a tree of findings.
func asRules(v *jsonschema.ValidationError) *Rule {
	var found []*Rule
	leaves(v, func(leaf *jsonschema.ValidationError) {
		found = append(found, findings(leaf)...)
	})
	slices.SortStableFunc(found, func(a, b *Rule) int { return strings.Compare(a.Field, b.Field) })
	if len(found) == 0 {
		return &Rule{Reason: "it does not match the schema"}
	}
	first := found[0]
	if more := len(found) - 1; more > 0 {
		first.Reason += fmt.Sprintf(" (and %d more)", more)
	}
	return first
}

func leaves(v *jsonschema.ValidationError, each func(*jsonschema.ValidationError)) {
	if len(v.Causes) == 0 {
		each(v)
	}
	for _, c := range v.Causes {
		leaves(c, each)
	}
}

// findings words one finding as the readers of this package word theirs.
func findings(v *jsonschema.ValidationError) []*Rule {
	at := instancePath(v.InstanceLocation)
	switch k := v.ErrorKind.(type) {
	case *kind.Required:
		var all []*Rule
		for _, name := range k.Missing {
			all = append(all, &Rule{instancePath(append(slices.Clone(v.InstanceLocation), name)), "it is required"})
		}
		return all
	case *kind.Type:
		return []*Rule{{at, "it must be " + strings.Join(k.Want, " or ") + ", not " + k.Got}}
	default:
		alone := jsonschema.ValidationError{SchemaURL: v.SchemaURL, InstanceLocation: v.InstanceLocation, ErrorKind: v.ErrorKind}
		return []*Rule{{at, Cut(alone.BasicOutput().Error.String(), 512)}}
	}
}

func instancePath(location []string) string {
	var p jsontext.Pointer
	for _, tok := range location {
		p = p.AppendToken(tok)
	}
	return pointerPath(p)
}

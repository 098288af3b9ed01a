package identity

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Entry is an entry as the server returns it: nearly every value is a list,
// whatever the attribute holds.
type Entry map[string]any

// All returns the values of an attribute as texts.
func (e Entry) All(attr string) []string { return texts(e[attr]) }

// One returns the first value of an attribute, or "".
func (e Entry) One(attr string) string {
	if all := e.All(attr); len(all) > 0 {
		return all[0]
	}
	return ""
}

// True reports whether an attribute says yes: servers write TRUE, true, or a
// list of either.
func (e Entry) True(attr string) bool { return strings.EqualFold(e.One(attr), "true") }

// texts reads the forms a value may have: a text, a number, a yes or no, a
// list of them, or an object that says what its text means.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var all []string
		for _, element := range v {
			if _, deeper := element.([]any); !deeper {
				all = append(all, texts(element)...)
			}
		}
		return all
	case map[string]any:
		for _, form := range []string{"__dns_name__", "__datetime__", "__base64__"} {
			if s, ok := v[form].(string); ok {
				return []string{s}
			}
		}
	}
	return nil
}

// entries is "result" of a command: one entry, a list of them, or something
// else that says nothing about an entry (true, a summary of deletions).
type entries []Entry

// UnmarshalJSONFrom reads any of the forms.
func (e *entries) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '{':
		var one Entry
		if err := json.UnmarshalDecode(dec, &one); err != nil {
			return err
		}
		*e = entries{one}
	case '[':
		var list []any
		if err := json.UnmarshalDecode(dec, &list); err != nil {
			return err
		}
		for _, v := range list {
			if one, ok := v.(map[string]any); ok {
				*e = append(*e, one)
			}
		}
	default:
		return dec.SkipValue()
	}
	return nil
}

// failures is "failed" of a member command: attribute, type of member, and
// pairs of name and reason.
type failures []FailedMember

// UnmarshalJSONFrom reads the nested form; anything else is no failure.
func (f *failures) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var byAttr map[string]any
	if err := json.UnmarshalDecode(dec, &byAttr); err != nil {
		return err
	}
	for _, attr := range slices.Sorted(maps.Keys(byAttr)) {
		byType, _ := byAttr[attr].(map[string]any)
		for _, typ := range slices.Sorted(maps.Keys(byType)) {
			pairs, _ := byType[typ].([]any)
			for _, p := range pairs {
				*f = append(*f, failed(typ, p))
			}
		}
	}
	return nil
}

func failed(typ string, pair any) FailedMember {
	m := FailedMember{Type: typ}
	switch p := pair.(type) {
	case []any:
		if len(p) > 0 {
			m.Name = strings.Join(texts(p[0]), " ")
		}
		if len(p) > 1 {
			m.Reason = strings.Join(texts(p[1]), " ")
		}
	default:
		m.Name = fmt.Sprint(p)
	}
	return m
}

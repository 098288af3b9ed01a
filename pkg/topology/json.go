package topology

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSON renders a topology as topology.json: two spaces of indent, a line feed
// at the end, members in the order of the structs, maps by key, raw values in
// canonical order. Equal topologies give equal bytes, so a digest of them is a
// digest of the lab.
func JSON(t *Topology) ([]byte, error) {
	out := *t
	out.FormatVersion = FormatVersion
	var buf bytes.Buffer
	err := json.MarshalWrite(&buf, &out, json.Deterministic(true), jsontext.ReorderRawObjects(true),
		jsontext.WithIndent("  "), jsontext.EscapeForHTML(false))
	if err != nil {
		return nil, fmt.Errorf("render topology: %w", err)
	}
	buf.WriteByte('\n')
	return buf.Bytes(), nil
}

// Parse reads topology.json. It refuses another format_version, members it
// does not know or that stand twice, and a form that lacks something: what
// Parse returns is as complete as what package load returns.
func Parse(data []byte) (*Topology, error) {
	if err := checkVersion(data); err != nil {
		return nil, err
	}
	var t Topology
	if err := json.Unmarshal(data, &t, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("parse topology: %w", err)
	}
	var raw any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("parse topology: %w", err)
	}
	if path := missing(reflect.TypeFor[Topology](), raw, ""); path != "" {
		return nil, fmt.Errorf("parse topology: %s is missing: emit it again with \"nimmer topology emit\"", path)
	}
	return &t, nil
}

// checkVersion looks at the version before anything else, since the rest of
// another version cannot be judged.
func checkVersion(data []byte) error {
	var head struct {
		FormatVersion int `json:"format_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("parse topology: %w", err)
	}
	if head.FormatVersion != FormatVersion {
		return fmt.Errorf("parse topology: format_version is %d, this program reads %d: emit it again with \"nimmer topology emit\"",
			head.FormatVersion, FormatVersion)
	}
	return nil
}

// missing returns the path of the first required member that v lacks.
func missing(typ reflect.Type, v any, path string) string {
	switch typ.Kind() {
	case reflect.Pointer:
		return missing(typ.Elem(), v, path)
	case reflect.Struct:
		object, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		return missingMember(typ, object, path)
	case reflect.Slice:
		list, _ := v.([]any)
		for i, element := range list {
			if typ.Elem().Kind() != reflect.Struct {
				return ""
			}
			if p := missing(typ.Elem(), element, path+"["+strconv.Itoa(i)+"]"); p != "" {
				return p
			}
		}
	}
	return ""
}

func missingMember(typ reflect.Type, object map[string]any, path string) string {
	for field := range typ.Fields() {
		member, optional := memberOf(field)
		if member == "" {
			continue
		}
		at := member
		if path != "" {
			at = path + "." + member
		}
		v, ok := object[member]
		if !ok {
			if optional {
				continue
			}
			return at
		}
		if p := missing(field.Type, v, at); p != "" {
			return p
		}
	}
	return ""
}

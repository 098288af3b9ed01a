package wave

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompileSchema(t *testing.T) {
	t.Parallel()
	s, err := CompileSchema("solve", []byte(`{
		"type": "object",
		"required": ["input"],
		"properties": {
			"input": {
				"type": "object",
				"required": ["expression", "sum"],
				"properties": {
					"expression": {"type": "string", "maxLength": 10},
					"sum": {"type": "number"},
					"at": {"type": "string", "format": "date-time"},
					"list": {"type": "array", "items": {"enum": [1, 2]}}
				}
			}
		}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name() != "solve" {
		t.Errorf("its name is %s", s.Name())
	}
	for in, want := range map[string]string{
		`{"input":{"expression":"1+1","sum":2,"more":true}}`: "",
		`{}`:                                 "input: it is required",
		`{"input":{"expression":"1+1"}}`:     "input.sum: it is required",
		`{"input":{}}`:                       "input.expression: it is required (and 1 more)",
		`{"input":{"expression":1,"sum":2}}`: "input.expression: it must be string, not number",
		`{"input":{"expression":"12345678901","sum":2}}`:    "input.expression: maxLength: got 11, want 10",
		`{"input":{"expression":"1","sum":2,"list":[1,3]}}`: "input.list[1]: value must be one of 1, 2",
		`{"input":{"expression":"1","sum":2,"at":"now"}}`:   `input.at: 'now' is not valid date-time`,
		`{"input":{"expression":"1","sum":2,"sum":3}}`:      "input.sum: it is given twice",
		`{"input":`: "it is not JSON: it ends too early",
		`{} {}`:     "there is more after the JSON value",
		`7`:         "it must be object, not number",
		`{"input":"` + strings.Repeat("x", 10000) + `"}`:             "input: it must be object, not string",
		`{"input":{"expression":"1","sum":"` + "\xff" + `"}}`:        "it is not JSON",
		`{"input":{"expression":"` + strings.Repeat("x", 5000) + `"`: "it is not JSON",
	} {
		err := s.Validate([]byte(in))
		var r *Rule
		switch {
		case want == "" && err != nil:
			t.Errorf("%.80s: %v", in, err)
		case want != "" && (!errors.As(err, &r) || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%.80s: got %v, want %s", in, err, want)
		}
	}
}

func TestCompileSchemaRefuses(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(secret, []byte(`{"type":"string"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		``:                                 "it is not JSON: it ends too early",
		`{"type":7}`:                       "type",
		`{"type":"thing"}`:                 "type",
		`{"minLength":-1}`:                 "minLength",
		`{"pattern":"("}`:                  "pattern",
		`{"a":1,"a":2}`:                    "a: it is given twice",
		`{"$ref":"file://` + secret + `"}`: "complete in itself",
		`{"$ref":"http://127.0.0.1:1/x"}`:  "complete in itself",
		`{"$ref":"#/$defs/none"}`:          "none",
		`{"$schema":"urn:unknown"}`:        "urn:unknown",
		strings.Repeat(" ", MaxMessage+1):  "at most 524288",
	} {
		_, err := CompileSchema("event", []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), `compile schema "event": `) {
			t.Errorf("%.60s: got %v, want %q in it", in, err, want)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%.60s: the error has %d bytes", in, len(err.Error()))
		}
	}
}

func TestSchemaByName(t *testing.T) {
	t.Parallel()
	for _, name := range SchemaNames() {
		doc, err := Schema(name)
		if err != nil || len(doc) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "waves", "../wave", "wave.json"} {
		if _, err := Schema(name); err == nil || !strings.Contains(err.Error(), "there are wave, ") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

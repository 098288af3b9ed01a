package wave

import "testing"

// An exponent is a few bytes that stand for a number nobody can hold.
func TestSchemasHoldAgainstExponents(t *testing.T) {
	t.Parallel()
	schema, err := CompileSchema("t", []byte(`{"type": "object", "properties": {"n": {"type": "number", "maximum": 5, "multipleOf": 0.5}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for doc, want := range map[string]string{
		`{"n": 1e0}`:                      "",
		`{"n": 1e-50257683360286}`:        "", // nothing, as every reader has it
		`{"n": 7e0}`:                      "maximum",
		`{"n": 457e50257683360286}`:       "maximum",
		`{"n": 1e400}`:                    "maximum",
		`{"other": [{"deep": 1e999999}]}`: "",
	} {
		if err := schema.Validate([]byte(doc)); (err == nil) != (want == "") {
			t.Errorf("%s: %v, want %q", doc, err, want)
		}
	}
}

package load

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Ten mistakes in four files give ten diagnostics, each at its place.
func TestTen(t *testing.T) {
	files, err := filepath.Glob("testdata/ten/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	total := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line, list := range expected(src) {
			place := fmt.Sprintf("%s:%d", filepath.Base(file), line)
			want[place] = list
			total += len(list)
		}
	}
	if total != 10 {
		t.Fatalf("%d mistakes are planted, want 10", total)
	}

	_, diags := Dir("testdata/ten", Options{})
	found := map[string][]string{}
	for _, d := range diags {
		place := fmt.Sprintf("%s:%d", strings.TrimPrefix(d.Pos.File, "testdata/ten/"), d.Pos.Line)
		found[place] = append(found[place], d.Severity.String()+": "+d.Summary)
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("diagnostics (-planted +found):\n%s\n%s", diff, diags.Text(false))
	}
	if len(diags) != 10 {
		t.Errorf("%d diagnostics, want 10", len(diags))
	}
	columns := map[string]bool{}
	for _, d := range diags {
		columns[offending(d)] = true
	}
	for _, text := range []string{`"10.20.0.128/25"`, "96", `"10.21.0.11"`, "adresses", "2", `"*.organs.vision.detect.nyx-cognitive"`, `"24GiB"`, "[cell.battery]", "frnt", `"90s"`} {
		if !columns[text] {
			t.Errorf("no diagnostic underlines %s", text)
		}
	}
}

// offending is the text that a diagnostic of one line underlines.
func offending(d Diagnostic) string {
	if len(d.Excerpt) == 0 {
		return ""
	}
	return string([]rune(d.Excerpt[0].Text)[d.Pos.Column-1 : d.Pos.EndColumn-1])
}

// What a diagnostic looks like, once for people and once for programs.
func TestRender(t *testing.T) {
	_, diags := Source("test", map[string][]byte{"lab.hcl": []byte("lab \"t\" {}\n\n# für α\nhost \"a\" {\n\tcores = \"viele\"\n\troles = [\n\t\t1,\n\t\t{},\n\t]\n}\nhost \"a\" {}\n")}, Options{})
	want := strings.TrimLeft(`
lab.hcl:5:10: error: Wrong type
  5 |     cores = "viele"
    |             ^^^^^^^
  cores of host "a" wants a whole number, this is the text "viele".

lab.hcl:8:3: error: Wrong type
  8 |         {},
    |         ^^
  roles of host "a" wants a list of strings, this is a map.

lab.hcl:11:1: error: Duplicate block
  11 | host "a" {}
     | ^^^^^^^^
  host "a" is already declared at lab.hcl:4:1. Blocks of one kind have
  different labels.
  see also lab.hcl:4:1
`, "\n")
	if diff := cmp.Diff(want, diags.Text(false)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if coloured := diags.Text(true); !strings.Contains(coloured, "\x1b[1;31merror") || strings.Contains(diags.Text(false), "\x1b") {
		t.Errorf("colour is not optional: %q", coloured)
	}
	b, err := diags[2:].JSON()
	if err != nil {
		t.Fatal(err)
	}
	wantJSON := strings.TrimLeft(`
{
  "format_version": 1,
  "valid": false,
  "errors": 1,
  "warnings": 0,
  "diagnostics": [
    {
      "severity": "error",
      "summary": "Duplicate block",
      "detail": "host \"a\" is already declared at lab.hcl:4:1. Blocks of one kind have different labels.",
      "at": {
        "file": "lab.hcl",
        "line": 11,
        "column": 1,
        "end_line": 11,
        "end_column": 9,
        "excerpt": [
          {
            "number": 11,
            "text": "host \"a\" {}"
          }
        ]
      },
      "see_also": {
        "file": "lab.hcl",
        "line": 4,
        "column": 1,
        "end_line": 4,
        "end_column": 9
      }
    }
  ]
}
`, "\n")
	if diff := cmp.Diff(wantJSON, string(b)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
	if err := diags.Err(); err == nil || !strings.Contains(err.Error(), "3 errors, first lab.hcl:5:10: Wrong type") {
		t.Errorf("Err() = %v", err)
	}
	if err := diags[:0].Err(); err != nil {
		t.Errorf("Err() without diagnostics = %v", err)
	}
}

// A problem of many instances is one diagnostic.
func TestRepeated(t *testing.T) {
	_, diags := Source("test", map[string][]byte{"lab.hcl": []byte(`
lab "t" {}
network "m" { subnet = "10.0.0.0/24" }
host "w" {
  for_each  = range(5)
  addresses = { m = "10.1.0.${each.value}" }
}
`)}, Options{})
	if len(diags) != 1 || !strings.HasSuffix(diags[0].Detail, "(4 more like it from the same place.)") {
		t.Errorf("diagnostics:\n%s", diags.Text(false))
	}
}

func TestMarkOfALongStretch(t *testing.T) {
	d := Diagnostic{Problem: topology.Problem{Summary: "S", Detail: "D.", Pos: topology.Pos{File: "f", Line: 1, Column: 3, EndLine: 9, EndColumn: 2}}}
	for i := range 4 {
		d.Excerpt = append(d.Excerpt, Line{Number: i + 1, Text: "  abc"})
	}
	want := strings.TrimLeft(`
f:1:3: error: S
  1 |   abc
    |   ^^^
  2 |   abc
    |   ^^^
  3 |   abc
    |   ^^^
  4 |   abc
    |   ^^^
    | ...
  D.
`, "\n")
	if diff := cmp.Diff(want, Diagnostics{d}.Text(false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package load

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// expected reads the summaries that a fixture's comments promise, by line:
// "# ERROR: Port taken; WARNING: Even number of hub hosts".
func expected(src []byte) map[int][]string {
	want := map[int][]string{}
	for i, line := range strings.Split(string(src), "\n") {
		at := strings.Index(line, "# ERROR: ")
		if at < 0 {
			at = strings.Index(line, "# WARNING: ")
		}
		if at < 0 {
			continue
		}
		for _, one := range strings.Split(line[at+2:], ";") {
			severity, summary, _ := strings.Cut(strings.TrimSpace(one), ": ")
			want[i+1] = append(want[i+1], strings.ToLower(severity)+": "+summary)
		}
		sort.Strings(want[i+1])
	}
	return want
}

func got(diags Diagnostics) map[int][]string {
	found := map[int][]string{}
	for _, d := range diags {
		found[d.Pos.Line] = append(found[d.Pos.Line], d.Severity.String()+": "+d.Summary)
	}
	for _, list := range found {
		sort.Strings(list)
	}
	return found
}

// Every file of testdata/errors is a declaration. A new case is a new line, or
// a new file.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, diags := Source("fixture", map[string][]byte{"fixture.hcl": src}, Options{})
			if diff := cmp.Diff(expected(src), got(diags)); diff != "" {
				t.Errorf("diagnostics (-promised +found):\n%s\n%s", diff, diags.Text(false))
			}
			for _, d := range diags {
				if d.Detail == "" || !strings.HasSuffix(strings.TrimSpace(d.Detail), ".") && !strings.HasSuffix(d.Detail, "?") && !strings.HasSuffix(d.Detail, "}") && !strings.HasSuffix(d.Detail, ")") {
					t.Errorf("%s: the detail is no sentence: %q", d.Summary, d.Detail)
				}
			}
		})
	}
}

// Every file of testdata/valid loads without any diagnostic, and filling it
// again changes nothing.
func TestValid(t *testing.T) {
	files, err := filepath.Glob("testdata/valid/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			schema, err := os.ReadFile("testdata/valid/schema.json")
			if err != nil {
				t.Fatal(err)
			}
			top, diags := Source("fixture", map[string][]byte{"fixture.hcl": src, "schema.json": schema}, Options{})
			if len(diags) > 0 {
				t.Fatalf("diagnostics:\n%s", diags.Text(false))
			}
			before := mustJSON(t, top)
			topology.Fill(top, topology.Host{})
			if diff := cmp.Diff(before, mustJSON(t, top)); diff != "" {
				t.Errorf("filled twice (-once +twice):\n%s", diff)
			}
		})
	}
}

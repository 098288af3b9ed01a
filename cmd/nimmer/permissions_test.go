package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/cmd/internal/lab"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// TestPermissionsAreReadable: no line is wider than a terminal of 100 columns,
// and every subject is explained.
func TestPermissionsAreReadable(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"", "../../topology", "../../topology/examples/cim"} {
		m, err := accounts.Compile(lab.Load(dir).Topology)
		if err != nil {
			t.Fatal(err)
		}
		users, crossings := permissionsIn(m, "")
		var b bytes.Buffer
		if err := listPermissions(&b, users, crossings, cli.Text); err != nil {
			t.Fatal(err)
		}
		if err := showPermissions(&b, users, cli.Text); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > 100 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		for _, p := range users {
			for _, s := range append(p.Publish.Allow(), p.Subscribe.Allow()...) {
				if accounts.Meaning(s) == "" {
					t.Errorf("%s: nobody knows what %s is", p.Name, s)
				}
			}
		}
	}
}

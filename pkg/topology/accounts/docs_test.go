package accounts_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

var update = flag.Bool("update", false, "write the table of grants in docs/wire.md anew")

const (
	docsPath  = "../../../docs/wire.md"
	docsBegin = "<!-- grants: made by the test of pkg/topology/accounts -->\n"
	docsEnd   = "<!-- end of grants -->\n"
)

// TestDocsSayTheGrants: the table of grants in docs/wire.md is what is compiled.
func TestDocsSayTheGrants(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), docsBegin)
	have, after, ended := strings.Cut(rest, docsEnd)
	if !ok || !ended {
		t.Fatalf("%s has no place for the grants", docsPath)
	}
	want := grantsTable(t)
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: go test ./pkg/topology/accounts -run Docs -update", docsPath)
	}
	if err := os.WriteFile(docsPath, []byte(before+docsBegin+want+docsEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// grantsTable has a row for each role, of the lab of the repository.
func grantsTable(t *testing.T) string {
	t.Helper()
	top := lab(t)
	top.Leaves = nil
	for i := range top.Streams {
		top.Streams[i].At = ""
	}
	site := compile(t, top).HubOf("dev")
	var b strings.Builder
	b.WriteString("| user | account | publishes | subscribes |\n|---|---|---|---|\n")
	for _, row := range []struct{ title, user, name, as string }{
		{"cell", "dev_cell_cpu", "cpu", "{cell}"},
		{"nerve", "dev_nerve_pressure", "pressure", "{gate}"},
		{"gate core, virtual", accounts.GateUser("dev", topology.AccountVirtual), "", ""},
		{"gate core, real", accounts.GateUser("dev", topology.AccountReal), "", ""},
		{"boundary", accounts.BoundaryUser("dev"), "function-gemma", "{organ}"},
		{"mind", accounts.MindUser("dev", "nyx"), "nyx", "{mind}"},
		{"organ host", accounts.OrgansUser("dev", "theia"), "function-gemma", "{organ}"},
		{"host", accounts.HostUser("dev", "saturn"), "saturn", "{host}"},
		{"deployer", "dev_deploy_infra", "", ""},
		{"projector", "dev_phoebe_real", "", ""},
		{"operator", accounts.OperatorUser("dev"), "", ""},
		{"admin", accounts.AdminUser("dev", topology.AccountVirtual), "", ""},
	} {
		account, u := find(site, row.user)
		if u == nil {
			t.Errorf("the lab has no %s", row.user)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", row.title, account, spell(&u.Publish, row.name, row.as), spell(&u.Subscribe, row.name, row.as))
	}
	return b.String()
}

func find(site *accounts.Site, user string) (string, *accounts.User) {
	for i := range site.Accounts {
		if u := site.Accounts[i].User(user); u != nil {
			return site.Accounts[i].Kind, u
		}
	}
	return "", nil
}

// shorthand are the groups of subjects that belong together; {S} is a stream.
var shorthand = []struct {
	short string
	all   []*regexp.Regexp
}{
	{"R($1)", patterns(`^\$JS\.API\.CONSUMER\.CREATE\.DEV_(\w+)\.\*\..+$`, `^\$JS\.API\.CONSUMER\.MSG\.NEXT\.DEV_(\w+)\.\*$`, `^\$JS\.API\.CONSUMER\.DELETE\.DEV_(\w+)\.\*$`)},
	{"D($1)", patterns(`^\$JS\.API\.CONSUMER\.INFO\.DEV_(\w+)\.[\w-]+$`, `^\$JS\.API\.CONSUMER\.MSG\.NEXT\.DEV_(\w+)\.[\w-]+$`, `^\$JS\.ACK\.DEV_(\w+)\.[\w-]+\.>$`)},
	{"KV($1)", patterns(`^\$JS\.API\.STREAM\.INFO\.KV_DEV_(\w+)$`, `^\$JS\.API\.DIRECT\.GET\.KV_DEV_(\w+)\.>$`, `^\$JS\.API\.CONSUMER\.CREATE\.KV_DEV_(\w+)\.>$`, `^\$JS\.API\.CONSUMER\.DELETE\.KV_DEV_(\w+)\.\*$`)},
	{"GET($1)", patterns(`^\$JS\.API\.DIRECT\.GET\.DEV_(\w+)\.>$`)},
	{"the answers", patterns(`^_IN\.>$`, `^_INBOX\.>$`)},
	{"SRV", patterns(`^\$SRV\.INFO$`, `^\$SRV\.PING$`, `^\$SRV\.STATS$`)},
}

var cellWaves = regexp.MustCompile(`^dev\.nervous\.cells\.[\w-]+\.wave(\.\*)?$`)

func patterns(all ...string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, p := range all {
		out = append(out, regexp.MustCompile(p))
	}
	return out
}

// spell writes grants as the table has them.
func spell(g *accounts.Grants, name, as string) string {
	subjects := g.Allow()
	var out []string
	for _, s := range shorthand {
		for _, of := range groups(subjects, s.all) {
			out = append(out, strings.ReplaceAll(s.short, "$1", of))
			subjects = slices.DeleteFunc(subjects, func(x string) bool {
				return slices.ContainsFunc(s.all, func(p *regexp.Regexp) bool {
					m := p.FindStringSubmatch(x)
					return m != nil && (len(m) < 2 || m[1] == of)
				})
			})
		}
	}
	if waves := slices.DeleteFunc(slices.Clone(subjects), func(x string) bool { return !cellWaves.MatchString(x) }); len(waves) > 2 {
		out = append(out, "the waves of its gate's cells")
		subjects = slices.DeleteFunc(subjects, cellWaves.MatchString)
	}
	for _, x := range subjects {
		if strings.HasPrefix(x, "_IN.dev_") || strings.HasPrefix(x, "$SRV.") && x != "$SRV.>" {
			continue // said below the table
		}
		out = append(out, code(x, name, as))
	}
	for _, x := range g.Deny {
		out = append(out, "never "+code(x, name, as))
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ", ")
}

// groups are the names for which every pattern is there.
func groups(subjects []string, all []*regexp.Regexp) []string {
	count := map[string]int{}
	for _, p := range all {
		seen := map[string]bool{}
		for _, x := range subjects {
			if m := p.FindStringSubmatch(x); m != nil {
				of := strings.Join(m[1:], "")
				if !seen[of] {
					seen[of] = true
					count[of]++
				}
			}
		}
	}
	var out []string
	for of, n := range count {
		if n == len(all) {
			out = append(out, of)
		}
	}
	slices.Sort(out)
	return out
}

func code(subject, name, as string) string {
	tokens := strings.Split(subject, ".")
	for i, token := range tokens {
		switch {
		case token == "dev":
			tokens[i] = "{env}"
		case name != "" && token == name && i > 0 && tokens[i-1] == "nerves":
			tokens[i] = "{nerve}"
		case name != "" && token == name:
			tokens[i] = as
		}
	}
	return "`" + strings.ReplaceAll(strings.Join(tokens, "."), "DEV_", "{ENV}_") + "`"
}

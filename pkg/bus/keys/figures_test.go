package keys_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// crowd is a lab with so many identities, each with a user in the virtual
// account and one in the real one.
func crowd(t testing.TB, n int) *topology.Topology {
	t.Helper()
	var b strings.Builder
	b.WriteString("lab \"crowd\" {}\nnats \"hub\" { hosts = [host.hub] }\nhost \"hub\" { system = \"x86_64-linux\" }\n")
	for i := range n {
		fmt.Fprintf(&b, "identity \"person-%05d\" {\n  nats { subscribe = [\"*.nervous.gates.*.lean\"] }\n}\n", i)
	}
	top, diags := load.Source("crowd", map[string][]byte{"lab.hcl": []byte(b.String())}, load.Options{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(false))
	}
	return top
}

// TestFiguresApply measures what docs/benchmarks.md says of 10,000 identities:
//
//	NIMMER_KEYS_FIGURES=1 go test ./pkg/bus/keys -run '^TestFiguresApply' -v
func TestFiguresApply(t *testing.T) {
	n := 200
	if os.Getenv("NIMMER_KEYS_FIGURES") != "" {
		n = 10_000
	}
	top := crowd(t, n)
	m, err := accounts.Compile(top)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o := keys.Options{Dir: filepath.Join(dir, "keys"), Out: filepath.Join(dir, "out")}
	if _, err := keys.Init(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	apply := func(what string, want bool) {
		t.Helper()
		began, cpu := time.Now(), processor(t)
		r, err := keys.Apply(t.Context(), top, m, o)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		t.Logf("%s: %d users changed, %d files, %v, of processors %v", what, r.Count(keys.DidMake)+r.Count(keys.DidSign)+r.Count(keys.DidNarrow), r.Files,
			took.Round(10*time.Millisecond), (processor(t) - cpu).Round(10*time.Millisecond))
		if (r.Files > 0) != want {
			t.Errorf("%s wrote %d files", what, r.Files)
		}
		if used := processor(t) - cpu; used > 30*time.Second {
			t.Errorf("%s took %v of processors", what, used)
		}
	}
	apply("first apply", true)
	apply("second apply", false)
	quarter := 90 * 24 * time.Hour
	o.Expires = &quarter
	apply("from now on all expire, older ones are revoked", true)
	began, cpu := time.Now(), processor(t)
	if _, err := keys.Rotate(t.Context(), keys.What{Account: "DEV_VIRTUAL"}, time.Hour, o); err != nil {
		t.Fatal(err)
	}
	t.Logf("rotating the signing key of %d users: %v, of processors %v", n, time.Since(began).Round(10*time.Millisecond), (processor(t) - cpu).Round(10*time.Millisecond))
}

// processor is how much of processors this process has had: on a machine that
// others use too it says more than the time on the wall.
func processor(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

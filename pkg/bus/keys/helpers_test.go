package keys_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nkeys"

	"github.com/nimmerverse/nimmer/pkg/bus/keys/keystest"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// operatorKey is the key that signs accounts, as it lies among the seeds.
func operatorKey(t testing.TB, l *keystest.Lab, site *accounts.Site) nkeys.KeyPair {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(l.Options.Dir, string(site.Kind)+"-"+site.Name, "seeds.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Seeds map[string][]string }
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	pair, err := nkeys.FromSeed([]byte(f.Seeds["operator/sign"][0]))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

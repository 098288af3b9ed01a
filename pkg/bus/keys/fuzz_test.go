package keys_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// stored adds a real file of the folder of keys, or of what hosts get.
func stored(f *testing.F, name string) []byte {
	f.Helper()
	root := f.TempDir()
	o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
	made(f, o)
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		f.Fatal(err)
	}
	return data
}

func FuzzSite(f *testing.F) {
	f.Add(stored(f, "keys/hub-hub/site.json"))
	f.Add([]byte(`{"format_version":1,"lab":"small","kind":"hub","name":"hub","operator":{},"accounts":[null]}`))
	f.Add([]byte(`{"format_version":1,"lab":"small","kind":"hub","name":"hub","operator":{"jwt":"x"},"accounts":[{"users":[null]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := keys.ParseSite(data, "small", accounts.Hub, "hub")
		if err != nil {
			return
		}
		_ = keys.Verify(s)
		text, err := keys.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := keys.ParseSite(text, "small", accounts.Hub, "hub")
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if twice, err := keys.Encode(again); err != nil || !bytes.Equal(text, twice) {
			t.Fatalf("not the same bytes: %v\n%s\n%s", err, text, twice)
		}
	})
}

func FuzzRing(f *testing.F) {
	f.Add(stored(f, "keys/hub-hub/seeds.json"))
	f.Add([]byte(`{"format_version":1,"lab":"small","site":"hub hub","seeds":{"operator":["SO"],"user/a":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := keys.ParseRing(data, "small", "hub hub")
		if err != nil {
			if strings.Contains(err.Error(), "SUA") {
				t.Fatalf("the message tells a seed: %v", err)
			}
			return
		}
		if twice, err := keys.ParseRing(text, "small", "hub hub"); err != nil || !bytes.Equal(text, twice) {
			t.Fatalf("not the same bytes: %v", err)
		}
	})
}

func FuzzLab(f *testing.F) {
	f.Add(stored(f, "keys/lab.json"))
	f.Add([]byte(`{"format_version":1,"lab":"small","expires":"-1h","sites":[{"kind":"hub","name":"../x","operator":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lab, err := keys.ParseLab(data, "small")
		if err != nil {
			return
		}
		for _, s := range lab.Sites {
			if strings.ContainsAny(s.Name, "/\x00") || s.Name == ".." || s.Name == "" {
				t.Fatalf("a site is called %q", s.Name)
			}
		}
	})
}

func FuzzIdentities(f *testing.F) {
	f.Add([]byte("# created\nAGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n"))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt x\n"))
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := keys.ParseIdentities(data)
		if (err == nil) != (len(found) > 0) {
			t.Fatalf("%d identities, %v", len(found), err)
		}
	})
}

func FuzzRecipients(f *testing.F) {
	f.Add("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice")
	f.Fuzz(func(t *testing.T, word string) {
		if found, err := keys.ParseRecipients([]string{word}); (err == nil) != (len(found) == 1) {
			t.Fatalf("%d recipients, %v", len(found), err)
		}
	})
}

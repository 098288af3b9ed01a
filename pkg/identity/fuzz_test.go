package identity

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

// Whatever a server answers, reading it ends with what is there or an error,
// and so does everything that looks at it.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{
		`{"result":null,"error":{"code":2100,"message":"Insufficient access: no","name":"ACIError","data":{}},"id":1,"principal":"admin@X","version":"4.12.4"}`,
		`{"result":{"result":{"uid":["nyx"],"uidnumber":["1"],"nsaccountlock":false,"usercertificate":[{"__base64__":"AA=="}],"userclass":["nimmer:x"]},"value":"nyx","summary":null},"error":null,"id":0}`,
		`{"result":{"count":2,"results":[{"error":null,"result":{"cn":["a"]},"completed":0,"failed":{"member":{"user":[["x","no such entry"]],"group":[]}}},{"error":"x: user not found","error_code":4001,"error_name":"NotFound"}]},"error":null}`,
		`{"result":{"result":[{"cn":["a"],"description":["x [nimmer:x]"],"ipaenabledflag":["TRUE"],"memberuser_user":["u"]}],"count":1,"truncated":true,"summary":"1 found"},"error":null}`,
		`{"result":{"result":true,"value":["a"],"summary":"Deleted"},"error":null}`,
		`{"result":{"failed":{"a":{"b":["c",["d"],[["e"],["f"]]]}},"result":[1,[2],{"x":[[1]]}]}}`,
	} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, data []byte, want int) {
		res, err := parseResponse(data)
		if err != nil {
			return
		}
		if res.Error == nil && res.Result == nil {
			t.Fatal("an answer without a result and without an error")
		}
		if list, err := res.replies(want & 7); err == nil && len(list) != want&7 {
			t.Fatalf("%d replies for %d commands", len(list), want&7)
		}
		if res.Result == nil {
			return
		}
		m := marks{"nimmer:x", "nimmer-retired:x"}
		for _, e := range res.Result.reply().Entries {
			for _, k := range kinds {
				m.read(k, e)
			}
		}
	})
}

// A version that is read is a version that is written the same way.
func FuzzPing(f *testing.F) {
	f.Add("IPA server version 4.12.4. API version 2.254")
	f.Add("IPA server version . API version 2.")
	f.Fuzz(func(t *testing.T, summary string) {
		v, err := parsePing(summary)
		if err != nil {
			return
		}
		if got := "IPA server version " + v.Release + ". API version " + v.API; strings.TrimSuffix(summary, ".") != got {
			t.Fatalf("%q is read as %+v", summary, v)
		}
		version, _, err := agree(v.API)
		if err != nil {
			return
		}
		if _, minor, err := parseAPI(version); err != nil || minor < apiMinorMin || minor > apiMinor {
			t.Fatalf("agreed on %q with a server of %q", version, v.API)
		}
	})
}

// Whatever stands in a password file, a password is one line and not empty.
func FuzzSecretFile(f *testing.F) {
	f.Add([]byte("secret\n"))
	f.Add([]byte("\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		secret, err := readSecret(path)
		switch {
		case err != nil && secret != "":
			t.Fatalf("an error and a password %q", secret)
		case err == nil && (secret == "" || strings.Contains(secret, "\n") || len(secret) > secretLimit || !bytes.HasPrefix(data, []byte(secret))):
			t.Fatalf("%q gives %q", data, secret)
		}
	})
}

// Any text is an API description or an error; one that is read has no command
// without a name.
func FuzzAPI(f *testing.F) {
	f.Add("command: user_add/1\nargs: 1,2,1\narg: Str('uid')\noption: Str('a*')\noption: Flag('b', autofill=True)\noutput: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		api, err := identitytest.ParseAPI(strings.NewReader(text))
		if err != nil {
			return
		}
		for name, c := range api {
			for _, p := range slices.Concat(c.Args, c.Options) {
				if p.Name == "" || p.Type == "" {
					t.Fatalf("command %q has a parameter %+v", name, p)
				}
			}
		}
	})
}

// Whatever an entry on the server looks like, comparing with it ends, and a
// plan with steps sends only what we may send.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`{"uid":["nyx"],"userclass":["nimmer:x"],"uidnumber":["5"]}`), []byte(`{"cn":["nyx"],"description":["[nimmer:x]"],"member_user":["a","nyx"]}`), true)
	f.Fuzz(func(t *testing.T, user, group []byte, prune bool) {
		var u, g Entry
		if json.Unmarshal(user, &u) != nil || json.Unmarshal(group, &g) != nil {
			return
		}
		d := &ipa.Desired{
			Lab: "x", Mark: "nimmer:x", Retired: "nimmer-retired:x", ServicesGroup: "services",
			Users:  []ipa.User{{Name: "nyx", UID: 5, Home: "/home/nyx", Shell: "/bin/sh"}},
			Groups: []ipa.Group{{Name: "women", Users: []string{"nyx"}, POSIX: true}},
		}
		m := marks{d.Mark, d.Retired}
		l := &live{entries: map[*kind]map[string]*existing{}, hosts: map[string]bool{}, taken: map[string]bool{}}
		for _, k := range kinds {
			l.entries[k] = map[string]*existing{}
		}
		for name, e := range map[string]Entry{"nyx": u, "other": u} {
			l.entries[userKind][name] = m.read(userKind, e)
		}
		for name, e := range map[string]Entry{"women": g, "more": g} {
			l.entries[groupKind][name] = m.read(groupKind, e)
		}
		p := compare(d, wants(d), l, Choice{Prune: prune})
		for _, j := range p.jobs() {
			if err := j.req.check(); err != nil {
				t.Fatal(err)
			}
			for _, name := range append([]string{j.req.subject()}, j.req.Args...) {
				if name == "" {
					t.Fatalf("%s without a name", j.req.Method)
				}
			}
		}
	})
}

package keys_test

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/daemon"
)

func put(t testing.TB, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whatever is wrong with the keys is said in a sentence, with what to do, and
// nothing is written.
func TestBadKeys(t *testing.T) {
	t.Parallel()
	top, m := source(t, smallHCL)
	_, otherLab := source(t, strings.Replace(smallHCL, `lab "small"`, `lab "other"`, 1))
	_, moreSites := source(t, smallHCL+"\nhost \"edge\" { system = \"x86_64-linux\" }\nleaf \"edge\" { host = host.edge }\n")
	for name, tc := range map[string]struct {
		harm func(t *testing.T, dir string)
		want string
		hint string
	}{
		"others may read a seed": {func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, "hub-hub", "seeds.json"), 0o640); err != nil {
				t.Fatal(err)
			}
		}, "others may read it (its mode is 0640)", "chmod 600"},
		"others may look into the folder": {func(t *testing.T, dir string) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}, "others may look into the folder of keys (its mode is 0755)", "chmod 700"},
		"a seed is a link": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "seeds.json")
			if err := errors.Join(os.Rename(path, path+".there"), os.Symlink(path+".there", path)); err != nil {
				t.Fatal(err)
			}
		}, "symbolic link", "put the file itself"},
		"a seed is damaged": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "seeds.json")
			text := read(t, path)
			i := strings.Index(text, `["SO`)
			put(t, path, text[:i+10]+"XXXX"+text[i+14:])
		}, "is damaged", "backup"},
		"a seed was cut off": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "seeds.json")
			put(t, path, read(t, path)[:100])
		}, "it is damaged", "backup"},
		"a seed of a wrong kind": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "seeds.json")
			text := read(t, path)
			i, j := strings.Index(text, `["SA`), strings.Index(text, `["SO`)
			put(t, path, text[:j+2]+text[i+2:i+60]+text[j+60:])
		}, "is that of an account", "backup"},
		"the seeds are missing": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "hub-hub", "seeds.json")); err != nil {
				t.Fatal(err)
			}
		}, "the seeds of hub hub are missing", "backup"},
		"what was signed is missing": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "hub-hub", "site.json")); err != nil {
				t.Fatal(err)
			}
		}, "it is missing, and with it what was signed and revoked for hub hub", "backup"},
		"the folder of another lab's hub": {func(t *testing.T, dir string) {
			swap(t, dir, "hub-hub", otherKeys(t, strings.Replace(smallHCL, `lab "small"`, `lab "other"`, 1)))
		}, `of the lab "other"`, "backup"},
		"the folder of another operator": {func(t *testing.T, dir string) {
			swap(t, dir, "hub-hub", otherKeys(t, smallHCL))
		}, "its operator is a foreign one", "backup"},
		"the seeds of another operator": {func(t *testing.T, dir string) {
			swap(t, dir, "hub-hub/seeds.json", otherKeys(t, smallHCL))
		}, "a foreign one is in its place", "backup"},
		"an account of another operator": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "site.json")
			ours, theirs := read(t, path), read(t, filepath.Join(otherKeys(t, smallHCL), "hub-hub", "site.json"))
			i, j := strings.Index(ours, `"accounts":`), strings.Index(theirs, `"accounts":`)
			put(t, path, ours[:i]+theirs[j:])
		}, "was signed by a foreign operator", "backup"},
		"a JWT that was changed": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "hub-hub", "site.json")
			text := read(t, path)
			i := strings.LastIndex(text, `"jwt":"eyJ`) + 200
			c := "A"
			if text[i] == 'A' {
				c = "B"
			}
			put(t, path, text[:i]+c+text[i+1:])
		}, "is damaged", "backup"},
		"the wrong lab": {nil, `it holds the keys of the lab "small", not of "other"`, "--keys"},
		"a new site":    {nil, "there is no operator for it", "nimmer bus keys init"},
		"no keys":       {func(t *testing.T, dir string) { _ = os.RemoveAll(dir) }, "there are none", "nimmer bus keys init"},
		"lab.json of a later nimmer": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "lab.json")
			put(t, path, strings.Replace(read(t, path), `"format_version":1`, `"format_version":9`, 1))
		}, "its format is 9", "backup"},
		"somebody else is writing": {func(t *testing.T, dir string) { hold(t, filepath.Join(dir, "lock")) }, "another nimmer is writing", "wait"},
		"no permission for credentials": {func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(filepath.Dir(dir), "out", "nats", "hub", "hub", "creds", "dev_cell_a.creds"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "others may read it", "rotate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
			made(t, o)
			if tc.harm != nil {
				tc.harm(t, o.Dir)
			}
			model := m
			switch name {
			case "the wrong lab":
				model = otherLab
			case "a new site":
				model = moreSites
			}
			before := snapshot(t, root)
			_, err := keys.Apply(t.Context(), top, model, o)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(daemon.Hint(err), tc.hint) {
				t.Errorf("got %v (hint: %s)\nwant %q and %q", err, daemon.Hint(err), tc.want, tc.hint)
			}
			if err != nil && (strings.Contains(err.Error(), "\n") || strings.Contains(err.Error()+daemon.Hint(err), "SU") && strings.Contains(err.Error(), "SUA")) {
				t.Errorf("it is not one sentence, or tells a seed: %v", err)
			}
			if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
		})
	}
}

// made makes keys of the small lab.
func made(t testing.TB, o keys.Options) {
	t.Helper()
	top, m := source(t, smallHCL)
	if _, err := keys.Init(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
		t.Fatal(err)
	}
}

func otherKeys(t testing.TB, hcl string) string {
	t.Helper()
	root := t.TempDir()
	o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
	top, m := source(t, hcl)
	if _, err := keys.Init(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
		t.Fatal(err)
	}
	return o.Dir
}

// swap puts another's file or folder in the place of ours.
func swap(t testing.TB, dir, name, other string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(other, name), filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// hold locks a file as another process would.
func hold(t testing.TB, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

func TestForeignOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	top, m := source(t, smallHCL)
	root := t.TempDir()
	o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
	made(t, o)
	for _, tc := range [][2]string{
		{filepath.Join(o.Dir, "hub-hub", "seeds.json"), "it belongs to user id 65534"},
		{o.Dir, "the folder of keys belongs to user id 65534"},
	} {
		path, want := tc[0], tc[1]
		if err := os.Chown(path, 65534, -1); err != nil {
			t.Fatal(err)
		}
		_, err := keys.Apply(t.Context(), top, m, o)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(daemon.Hint(err), "chown") {
			t.Errorf("%s: %v (hint: %s)", path, err, daemon.Hint(err))
		}
	}
}

// Keys and credentials stay out of repositories and of the Nix store.
func TestPlacesForKeys(t *testing.T) {
	_, m := source(t, smallHCL)
	root := t.TempDir()
	repo := filepath.Join(root, "repo")
	if err := os.MkdirAll(filepath.Join(repo, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(repo, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NIX_STORE_DIR", filepath.Join(root, "store"))
	for _, tc := range []struct{ dir, out, want, hint string }{
		{filepath.Join(repo, "keys"), "", "git work tree", "--keys"},
		{filepath.Join(repo, "deep", "er"), "", "git work tree", "--keys"},
		{filepath.Join(link, "keys"), "", "git work tree", "--keys"},
		{filepath.Join(root, "keys"), filepath.Join(repo, "out"), "git work tree", "--out"},
		{filepath.Join(root, "store", "keys"), "", "Nix store", "--keys"},
		{filepath.Join(root, "keys"), filepath.Join(root, "store", "x"), "Nix store", "--out"},
	} {
		_, err := keys.Init(t.Context(), m, keys.Options{Dir: tc.dir, Out: tc.out})
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(daemon.Hint(err), tc.hint) {
			t.Errorf("%+v: %v (hint: %s)", tc, err, daemon.Hint(err))
		}
	}
	if _, err := os.Stat(filepath.Join(repo, "keys")); err == nil {
		t.Error("the folder was made all the same")
	}
}

// A disk that is full or read-only is a sentence with what to do.
func TestDiskErrors(t *testing.T) {
	t.Parallel()
	top, m := source(t, smallHCL)
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "the disk is full: make room", syscall.EROFS: "read-only", syscall.EACCES: "this user may not write there",
	} {
		root := t.TempDir()
		o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
		if _, err := keys.Init(t.Context(), m, o); err != nil {
			t.Fatal(err)
		}
		_, err := keys.Apply(t.Context(), top, m, o.Before(func(step string) error {
			if strings.Contains(step, "creds") {
				return &os.PathError{Op: "write", Path: step, Err: errno}
			}
			return nil
		}))
		if !errors.Is(err, errno) || !strings.Contains(daemon.Hint(err), want) {
			t.Errorf("%v: %v (hint: %s)", errno, err, daemon.Hint(err))
		}
		if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
			t.Errorf("%v, once there is room: %v", errno, err)
		}
	}
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	top, m := source(t, smallHCL)
	root := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(root, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mine, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	opener := write("mine", "# created\n"+mine.String()+"\n", 0o600)
	o := keys.Options{Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out")}
	o.Recipients = []string{mine.Recipient().String()}
	if _, err := keys.Init(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	o.Recipients = nil
	fails := func(want, hint string, identities ...string) {
		t.Helper()
		bad := o
		bad.Identities = identities
		before := snapshot(t, root)
		_, err := keys.Apply(t.Context(), top, m, bad)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(daemon.Hint(err), hint) {
			t.Errorf("got %v (hint: %s)\nwant %q and %q", err, daemon.Hint(err), want, hint)
		}
		if err != nil && strings.Contains(err.Error()+daemon.Hint(err), "SECRET-KEY") {
			t.Errorf("it tells a secret: %v", err)
		}
		if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
			t.Errorf("something was written:\n%s", diff)
		}
	}
	fails("it is encrypted, and no identity was given", "--identity")
	fails("it was encrypted for somebody else", "--identity", write("other", other.String(), 0o600))
	fails("no such file", "--identity", filepath.Join(root, "nowhere"))
	fails("others may read it", "--identity", write("wide", mine.String(), 0o644))
	fails("no identity of age", "--identity", write("noise", mine.String()[:20], 0o600))
	fails("a passphrase", "--identity", write("ssh", sshKey(t, "secret"), 0o600))
	o.Identities = []string{opener}
	for range 2 {
		if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
			t.Fatal(err)
		}
	}
	seed := regexp.MustCompile(`S[AOU][A-Z2-7]{56}`) // as nkeys writes them; shorter ones turn up in any JWT
	for path, text := range snapshot(t, root) {
		if strings.HasPrefix(path, o.Dir+"/") || strings.HasPrefix(path, o.Out+"/") {
			if seed.MatchString(text) {
				t.Errorf("%s holds a seed", path)
			}
		}
	}
	before := snapshot(t, root)
	if r, err := keys.Apply(t.Context(), top, m, o); err != nil || r.Files != 0 {
		t.Errorf("the second apply: %+v, %v", r, err)
	}
	if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
		t.Errorf("the second apply wrote:\n%s", diff)
	}
	// For somebody else, from now on.
	o.Recipients = []string{other.Recipient().String()}
	if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
		t.Fatal(err)
	}
	o.Recipients = nil
	fails("it was encrypted for somebody else", "--identity", opener)
	o.Identities = []string{filepath.Join(root, "other")}
	if r, err := keys.Apply(t.Context(), top, m, o); err != nil || r.Files != 0 {
		t.Errorf("the apply after that: %+v, %v", r, err)
	}
	// Looking takes no identity.
	if _, err := keys.Show(m, "", keys.Options{Dir: o.Dir}); err != nil {
		t.Error(err)
	}
}

// sshKey is a new SSH private key.
func sshKey(t testing.TB, passphrase string) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "test")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "test", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

// An SSH key opens what was encrypted for its public half.
func TestEncryptedForSSH(t *testing.T) {
	t.Parallel()
	top, m := source(t, smallHCL)
	root := t.TempDir()
	private := sshKey(t, "")
	signer, err := ssh.ParsePrivateKey([]byte(private))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "id"), private)
	o := keys.Options{
		Dir: filepath.Join(root, "keys"), Out: filepath.Join(root, "out"),
		Recipients: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))}, Identities: []string{filepath.Join(root, "id")},
	}
	if _, err := keys.Init(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Apply(t.Context(), top, m, o); err != nil {
		t.Fatal(err)
	}
	if r, err := keys.Apply(t.Context(), top, m, o); err != nil || r.Files != 0 {
		t.Errorf("the second apply: %+v, %v", r, err)
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "age1", "age1xyz", id.String(), strings.ToLower(id.String()), "x " + id.String(), "ssh-ed25519 AAAA", "somebody", id.Recipient().String() + "\n" + id.Recipient().String()} {
		if _, err := keys.ParseRecipients([]string{bad}); err == nil {
			t.Errorf("%q is a recipient", bad)
		} else if secret := strings.TrimPrefix(id.String(), "AGE-SECRET-KEY-1")[:8]; strings.Contains(strings.ToUpper(err.Error()), secret) {
			t.Errorf("the message tells the identity: %v", err)
		}
	}
	if _, err := keys.ParseRecipients([]string{id.Recipient().String(), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice"}); err != nil {
		t.Error(err)
	}
}

// Two users of one name in what was signed are refused: a revocation of one
// would be taken for the other's.
func TestTwoOfOneName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ accounts, want string }{
		{`[{"name":"A","users":[{"name":"u"},{"name":"u"}]}]`, "not in order"},
		{`[{"name":"A","users":[{"name":"u"}]},{"name":"A","users":[]}]`, "not in order"},
		{`[{"name":"A","users":[{"name":"u"}]},{"name":"B","users":[{"name":"u"}]}]`, `two users are called "u"`},
		{`[{"name":"A","users":[{"name":"u","status":"removed"}]},{"name":"B","users":[{"name":"u"}]}]`, ""},
	} {
		_, err := keys.ParseSite([]byte(`{"format_version":1,"lab":"small","kind":"hub","name":"hub","operator":{"key":"","sign":"","jwt":""},"accounts":`+tc.accounts+`}`),
			"small", "hub", "hub")
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.accounts, err, tc.want)
		}
	}
}

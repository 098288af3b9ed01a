package k8s

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// dnsLabel is RFC 1123's, written a second time on purpose.
var dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func validLabel(s string) bool { return len(s) <= 63 && dnsLabel.MatchString(s) }

func TestLabel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"math": "math", "collision-avoidance": "collision-avoidance", "0": "0",
		strings.Repeat("a", 63): strings.Repeat("a", 63),
	} {
		if got := label(name); got != want {
			t.Errorf("label(%q) is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"", "-", "a-", "--", "A", "a.b", "ä", strings.Repeat("a", 64), strings.Repeat("a-", 32), label("a-")} {
		got := label(name)
		if got == name || !validLabel(got) || !shortened.MatchString("-"+got) {
			t.Errorf("label(%q) is %q", name, got)
		}
	}
}

// Two names never give one label, however alike they are: long ones that
// differ at the end, ends that are cut off, and what label itself makes.
func TestNoTwoNamesCollide(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	seen := map[string]string{}
	add := func(name string) string {
		got := label(name)
		if !validLabel(got) {
			t.Errorf("label(%q) is %q", name, got)
		}
		if other, taken := seen[got]; taken && other != name {
			t.Errorf("%q and %q are both %q", name, other, got)
		}
		seen[got] = name
		return got
	}
	for range 20_000 {
		name := randomToken(r)
		for range 3 {
			name = add(name)
		}
	}
	if len(seen) < 10_000 {
		t.Errorf("%d names are no test", len(seen))
	}
}

const tokenLetters = "ab0-"

// randomToken is a legal token of a subject, often short, often as long as may be.
func randomToken(r *rand.Rand) string {
	size := 1 + r.IntN(8)
	if r.IntN(3) == 0 {
		size = 56 + r.IntN(9)
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = tokenLetters[r.IntN(len(tokenLetters))]
	}
	b[0] = "ab0"[r.IntN(3)]
	return string(b)
}

// The names of users are made of tokens and "_"; no two share a secret.
func TestSecretNamesAreThoseOfUsers(t *testing.T) {
	t.Parallel()
	if got := secretName("dev_cell_math"); got != "dev.cell.math" {
		t.Errorf("the secret of dev_cell_math is %q", got)
	}
	r := rand.New(rand.NewPCG(8, 8))
	seen := map[string]string{}
	for range 20_000 {
		parts := []string{randomToken(r), []string{"cell", "nerve", "identity"}[r.IntN(3)], randomToken(r)}
		if r.IntN(4) == 0 {
			parts = append(parts, "virtual")
		}
		user := strings.Join(parts, "_")
		got := secretName(user)
		if len(got) > 253 {
			t.Fatalf("%q has %d letters", got, len(got))
		}
		for part := range strings.SplitSeq(got, ".") {
			if !validLabel(part) {
				t.Fatalf("the secret of %q is %q", user, got)
			}
		}
		if other, taken := seen[got]; taken && other != user {
			t.Fatalf("%q and %q share %q", user, other, got)
		}
		seen[got] = user
	}
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"math", "a-", "ä", strings.Repeat("a-", 40), "a-xaaaaaaaaaaaa", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := label(name)
		if !validLabel(got) || got == name && shortened.MatchString("-"+name) {
			t.Errorf("label(%q) is %q", name, got)
		}
		if v := labelValue(name); len(v) > 63 || !legalValue.MatchString(v) {
			t.Errorf("labelValue(%q) is %q", name, v)
		}
	})
}

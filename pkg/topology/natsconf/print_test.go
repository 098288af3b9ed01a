package natsconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/conf"
)

// The server's own parser reads back what was written, whatever it is.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{
		"", "$JS.API.>", "5k", "10MB", "2a$11$bcrypt", "true", "a b", `"quoted"`, `back\slash`, "tab\tline\nreturn\r", "ümläut", "{", "]", "#", "//", "'", "\x00", "\x7f", "\xff\xfe",
		"1h", "-1", "2020-01-01T00:00:00Z", "$HOME", "a,b;c", "include", `\x41`, "\u2028",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		p := &printer{}
		p.comment("%s", "what follows was written by a program")
		p.text("first", a)
		p.block("nested", func() {
			p.list("values", []string{a, b, a + b})
			p.number("n", 7)
			p.flag("on", true)
		})
		p.text("last", b)
		got, err := conf.ParseWithChecks(string(p.data()))
		if err != nil {
			t.Fatalf("%q, %q: %v\n%s", a, b, err, p.data())
		}
		plain, err := conf.Parse(string(p.data()))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"first": a, "last": b, "nested": map[string]any{"values": []any{a, b, a + b}, "n": int64(7), "on": true}}
		if diff := cmp.Diff(want, plain); diff != "" {
			t.Errorf("%q, %q came back as (-want +got):\n%s", a, b, diff)
		}
		if len(got) != len(want) {
			t.Errorf("pedantic: %v", got)
		}
	})
}

// A comment stays a comment: what a declaration calls things cannot end it.
func TestCommentsEnd(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a\nlisten: x", "a\r\nb: 1", "a\rb: 1"} {
		p := &printer{}
		p.comment("%s", s)
		p.number("n", 1)
		got, err := conf.Parse(string(p.data()))
		if err != nil || len(got) != 1 {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

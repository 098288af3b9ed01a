package nix

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unit is a rendered unit file: by section and key what its lines say.
type unit struct {
	lab, host, name string
	text            string
	lines           map[string]map[string][]string
}

// path tells people where it is.
func (u unit) path() string { return filepath.Join("golden", u.lab, u.host, u.name) }

// last is what a key of [Service] says in the end.
func (u unit) last(key string) string {
	values := u.lines["Service"][key]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// all are the values of a key of [Service] that is a list.
func (u unit) all(key string) []string { return u.lines["Service"][key] }

// command is what ExecStart runs, without what only finds it: the program's name and its arguments.
func (u unit) command() (program string, args []string) {
	words := strings.Fields(strings.NewReplacer(`"`, "", `'`, "").Replace(u.last("ExecStart")))
	if len(words) > 2 && strings.HasSuffix(words[0], "-nimmer-nats-start") {
		words = words[2:] // it looks whether a file is complete, and runs the rest
	}
	if len(words) == 0 {
		return "", nil
	}
	return filepath.Base(words[0]), words[1:]
}

// goldenUnits reads what tests/nix/golden holds.
func goldenUnits(t *testing.T) []unit {
	t.Helper()
	files, err := filepath.Glob("golden/*/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden holds no unit: run tests/nix/golden.sh (%v)", err)
	}
	var out []unit
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Split(filepath.ToSlash(file), "/")
		u := unit{lab: at[1], host: at[2], name: at[3], text: string(text), lines: map[string]map[string][]string{}}
		section := ""
		for line := range strings.Lines(u.text) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "[") {
				section = strings.Trim(line, "[]")
				u.lines[section] = map[string][]string{}
			} else if key, value, ok := strings.Cut(line, "="); ok {
				u.lines[section][key] = append(u.lines[section][key], value)
			}
		}
		out = append(out, u)
	}
	return out
}

// services are those of them that run something.
func services(t *testing.T) []unit {
	return slices.DeleteFunc(goldenUnits(t), func(u unit) bool { return !strings.HasSuffix(u.name, ".service") })
}

// TestRenderedTextsAreMasked: nothing in them changes with each build.
func TestRenderedTextsAreMasked(t *testing.T) {
	t.Parallel()
	for _, u := range goldenUnits(t) {
		for line := range strings.Lines(u.text) {
			if _, rest, ok := strings.Cut(line, "/nix/store/"); ok && !strings.HasPrefix(rest, "…-") {
				t.Errorf("%s: %s", u.path(), line)
			}
		}
	}
}

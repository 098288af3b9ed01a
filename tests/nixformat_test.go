package tests

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// nixFaults returns what is wrong with the format of a .nix file, of what can be told without nixfmt.
func nixFaults(text string) []string {
	const width = 120
	var found []string
	if !strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\n\n") {
		found = append(found, "it must end with one newline")
	}
	verbatim := false // inside ''...'': the indentation is the text's own
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		fault := func(format string, args ...any) {
			found = append(found, fmt.Sprintf("line %d: ", number)+fmt.Sprintf(format, args...))
		}
		switch indent := len(line) - len(strings.TrimLeft(line, " ")); {
		case strings.ContainsAny(line, "\t\r"):
			fault("a tab or carriage return")
		case strings.TrimRight(line, " ") != line:
			fault("spaces at its end")
		case !verbatim && indent%2 != 0:
			fault("indented by %d spaces: steps are two", indent)
		}
		// nixfmt breaks lines where it can; a long text, comment or address stays in one piece.
		if n := utf8.RuneCountInString(line); n > width && !strings.ContainsAny(line, `"#`) && !verbatim {
			fault("%d columns, more than %d", n, width)
		}
		if strings.Count(line, "''")%2 != 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			verbatim = !verbatim
		}
	}
	return found
}

// What is formatted by hand is formatted as nixfmt has it, as far as that shows without it; `nix fmt` and the
// flake's check do the rest. Emitted files have their own form.
func TestNixFormatting(t *testing.T) {
	t.Parallel()
	var files []string
	for _, root := range []string{"../flake.nix", "../cmd", "../hosts", "../modules", "../tests"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if os.IsNotExist(err) || filepath.Ext(path) != ".nix" {
				return nil
			}
			files = append(files, path)
			data, err := os.ReadFile(path)
			for _, f := range nixFaults(string(data)) {
				t.Errorf("%s: %s", strings.TrimPrefix(path, "../"), f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Error("no files")
	}
	if _, err := exec.LookPath("nixfmt"); err == nil {
		if out, err := exec.CommandContext(t.Context(), "nixfmt", append([]string{"--check"}, files...)...).CombinedOutput(); err != nil {
			t.Errorf("nixfmt: %v\n%s", err, out)
		}
	}
}

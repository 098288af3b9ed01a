package nix

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An option by its name: at least two words, and no package or function.
var optionName = regexp.MustCompile("`((?:boot|disko|environment|fileSystems|hardware|image|launchd|networking|nix|power|security|services|system|systemd|users|virtualisation|deployment)\\.[A-Za-z0-9.<>-]+)`")

// docs/options-today.md is true of the nixpkgs at hand: what it names for today is an option that one may set, what it
// calls removed, renamed or never there is none, and the files it points at are there.
func TestOptionsToday(t *testing.T) {
	t.Parallel()
	need(t, "nix-darwin", "disko", "deploy-rs")
	text, err := os.ReadFile("../../docs/options-today.md")
	if err != nil {
		t.Fatal(err)
	}
	now, gone := map[string][]string{}, map[string][]string{}
	rows, on := 0, "linux"
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(line, "## "); ok && strings.TrimSpace(title) == "macOS" {
			on = "darwin"
		}
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.Contains(line, "---") || strings.TrimSpace(cells[1]) == "then" {
			continue
		}
		rows++
		for _, m := range optionName.FindAllStringSubmatch(cells[3], -1) {
			now[on] = append(now[on], m[1])
		}
		switch became := strings.TrimSpace(cells[2]); became {
		case "removed", "renamed", "never there":
			for _, m := range optionName.FindAllStringSubmatch(cells[1], -1) {
				gone[on] = append(gone[on], m[1])
			}
		case "exists":
			for _, m := range optionName.FindAllStringSubmatch(cells[1], -1) {
				now[on] = append(now[on], m[1])
			}
		default:
			t.Errorf("%s: it says %q", cells[1], became)
		}
		if m := regexp.MustCompile(`\]\((.*)\)`).FindStringSubmatch(cells[4]); m != nil {
			if _, err := os.Stat(filepath.Join("../../docs", m[1])); err != nil {
				t.Error(err)
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows were read", rows)
	}
	for on, system := range map[string]string{"linux": "nixosConfigurations.theia", "darwin": "darwinConfigurations.cim-mac-studio"} {
		there := settable(t, system, append(now[on], gone[on]...))
		for _, option := range now[on] {
			if !there[option] {
				t.Errorf("%s is no option on %s", option, on)
			}
		}
		for _, option := range gone[on] {
			if there[option] {
				t.Errorf("%s is an option on %s", option, on)
			}
		}
	}
}

// settable says which of these are options that are not hidden, or sets of such.
func settable(t *testing.T, system string, options []string) map[string]bool {
	t.Helper()
	list, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	var there map[string]bool
	evaluate(t, `let
	  inherit (flake.`+system+`) options;
	  # Below an option that takes anything, or sets of submodules, its own names are not looked up.
	  walk = at: path:
	    if path == [ ] then !(lib.isOption at) || at.visible or true != false
	    else if lib.isOption at then at.type.getSubOptions [ ] != { } && walk (at.type.getSubOptions [ ]) (if lib.hasPrefix "<" (lib.head path) then lib.tail path else path)
	    else at ? ${lib.head path} && walk at.${lib.head path} (lib.tail path);
	in lib.genAttrs (builtins.fromJSON ''`+string(list)+`'') (o: walk options (lib.splitString "." o))`, &there)
	return there
}

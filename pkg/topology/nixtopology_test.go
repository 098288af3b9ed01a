package topology

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// readNixString reads a quoted Nix string as Nix does: what stands between two
// quotes, with "${" beginning an expression (which none of ours may).
func readNixString(t *testing.T, s string) (text, rest string) {
	t.Helper()
	if !strings.HasPrefix(s, `"`) {
		t.Fatalf("%q is no string", s)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\':
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(s[i])
			}
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{', s[i] == '\r':
			t.Fatalf("%q is not only a string", s)
		default:
			b.WriteByte(s[i])
		}
	}
	t.Fatalf("%q does not end", s)
	return "", ""
}

func FuzzNixString(f *testing.F) {
	for _, s := range []string{"", "plain", `"; x = ''`, "${builtins.abort \"x\"}", "$${a}", `\${a}`, `$`, `\`, "''", "''${a}", "a\r\nb\tc", "\x00\xff", "名前", `a\nb`, "$\\{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		writeNixString(&b, s)
		want := strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
		if got, rest := readNixString(t, b.String()); got != want || rest != "" {
			t.Errorf("%q came back as %q, %q", s, got, rest)
		}
		b.Reset()
		writeNix(&b, nixAttrs{s: nixList{s, -1, nixWeak{s}}}, "")
		if nixName(s) {
			if !strings.Contains(b.String(), "\n  "+s+" = [") {
				t.Errorf("%q as a name: %s", s, b.String())
			}
		} else if name, rest := readNixString(t, strings.TrimPrefix(b.String(), "{\n  ")); name != want || !strings.HasPrefix(rest, " = [\n    \"") {
			t.Errorf("%q as a quoted name: %s", s, b.String())
		}
	})
}

func TestNixNames(t *testing.T) {
	t.Parallel()
	for s, bare := range map[string]bool{
		"a": true, "_a-b'9": true, "theia": true, "": false, "9a": false, "-a": false, "if": false, "or": false, "let": false, "a.b": false, "ä": false, "a b": false, "true": true,
	} {
		if nixName(s) != bare {
			t.Errorf("%q bare: %v", s, !bare)
		}
	}
}

func TestNixTopology(t *testing.T) {
	t.Parallel()
	text := string(NixTopology(sampleLab()))
	for _, want := range []string{"{ lib, ... }:", "networks = {", `name = weak "management (VLAN `, `parent = weak "`, "hardware = {", `network = "management";`} {
		if !strings.Contains(text, want) {
			t.Errorf("topology.nix has no %q:\n%s", want, text)
		}
	}
}

// Nix itself reads what we write, also for names made to break it. To hold it
// against nix-topology's own options NIMMER_REF_NIXPKGS names a checkout of
// nixpkgs (lib/ is enough), NIMMER_REF_NIX_INPUTS the folder with nix-topology's.
func TestNixReadsIt(t *testing.T) {
	t.Parallel()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("skipped: no nix-instantiate on PATH (apt-get install nix-bin)")
	}
	ugly := sampleLab()
	for i := range ugly.Hosts {
		ugly.Hosts[i].Roles = []string{"${throw \"x\"}", `"; in ''`, "$${a}\\"}
	}
	ugly.Lab.Name = "a\nb"
	ugly.Identities[0].Name = "if"
	declared, err := filepath.Glob("../../topology/topology.json")
	if more, _ := filepath.Glob("../../topology/examples/*/topology.json"); err == nil {
		declared = append(declared, more...)
	}
	labs := []*Topology{sampleLab(), ugly}
	for _, path := range declared {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lab, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		labs = append(labs, lab)
	}
	if len(labs) < 4 {
		t.Errorf("only %d labs", len(labs))
	}
	for i, lab := range labs {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".nix"))
		if err := os.WriteFile(path, NixTopology(lab), 0o644); err != nil {
			t.Fatal(err)
		}
		runNix(t, nix, "--parse", path)
		checkOptions(t, nix, path, len(lab.Hosts))
	}
}

// checkOptions evaluates a file in nix-topology's module system.
func checkOptions(t *testing.T, nix, path string, hosts int) {
	t.Helper()
	module, pkgs := filepath.Join(os.Getenv("NIMMER_REF_NIX_INPUTS"), "nix-topology"), os.Getenv("NIMMER_REF_NIXPKGS")
	if _, err := os.Stat(filepath.Join(module, "options")); err != nil || pkgs == "" {
		t.Log("skipped: nix-topology's options (make nix-check NIXPKGS=DIR INPUTS=DIR)")
		return
	}
	expr := fmt.Sprintf(`
let
  lib = import %[1]s/lib;
  options = map (x: import (%[2]s/options + "/${x}") (m: m)) (builtins.attrNames (builtins.readDir %[2]s/options));
  top = lib.evalModules { modules = options ++ [ %[3]s {
    options.lib = lib.mkOption { default = { }; type = lib.types.attrsOf lib.types.attrs; };
    options.assertions = lib.mkOption { default = [ ]; type = lib.types.listOf lib.types.attrs; };
    options.warnings = lib.mkOption { default = [ ]; type = lib.types.listOf lib.types.str; };
    options.topology.isMainModule = lib.mkOption { default = true; };
  } ]; };
  failed = builtins.filter (a: !a.assertion) top.config.assertions;
  plain = n: {
    inherit (n) name deviceType guestType parent;
    info = n.hardware.info;
    icon = n.deviceIcon;
    interfaces = lib.mapAttrs (_: i: { inherit (i) addresses mac virtual gateways network; }) n.interfaces;
    services = lib.mapAttrs (_: s: { inherit (s) name info icon; details = lib.mapAttrs (_: d: d.text) s.details; }) n.services;
  };
in {
  nodes = lib.mapAttrs (_: plain) top.config.nodes;
  networks = lib.mapAttrs (_: n: { inherit (n) name style cidrv4 cidrv6; }) top.config.networks;
  failed = map (a: a.message) failed;
  inherit (top.config) warnings;
  count = builtins.length (builtins.attrNames top.config.nodes);
}`, pkgs, module, path)
	out := runNix(t, nix, "--eval", "--strict", "--json", "--expr", expr)
	for _, want := range []string{`"failed":[]`, `"warnings":[]`, fmt.Sprintf(`"count":%d,`, hosts)} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}

func runNix(t *testing.T, nix string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(nix, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v\n%s", args[0], err, stderr.String())
	}
	return stdout.String()
}

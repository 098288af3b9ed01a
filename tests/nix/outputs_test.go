package nix

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Packages, shells and the formatter evaluate for every system, with what they say of themselves.
func TestPackages(t *testing.T) {
	t.Parallel()
	nixpkgs(t)
	for _, system := range []string{"x86_64-linux", "aarch64-linux", "aarch64-darwin"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			var packages map[string]struct{ Drv, Program, Description string }
			quiet(t, evaluate(t, fmt.Sprintf(`lib.mapAttrs (_: p: {
			  drv = p.drvPath;
			  program = p.meta.mainProgram or "";
			  description = p.meta.description or "";
			}) (lib.filterAttrs (name: _: name == "default" || lib.hasPrefix "nimmer" name) flake.packages.%s)`, system), &packages))
			for name, p := range packages {
				if p.Drv == "" || p.Program == "" || p.Description == "" {
					t.Errorf("%s is incomplete: %+v", name, p)
				}
			}
			for _, name := range []string{"nimmer", "nimmer-cell", "nimmer-gate", "nimmer-host", "default"} {
				if _, ok := packages[name]; !ok {
					t.Errorf("there is no package %s", name)
				}
			}
		})
	}
}

// Images: of cells, and what machines are installed with.
func TestImages(t *testing.T) {
	t.Parallel()
	for _, name := range names(t, `lib.filterAttrs (name: _: name == "cell-image" || lib.hasPrefix "installer-" name) flake.packages.x86_64-linux`) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var drv string
			quiet(t, evaluate(t, fmt.Sprintf("flake.packages.x86_64-linux.%q.drvPath", name), &drv))
		})
	}
}

// So do the formatter, the shell and what is checked beside the packages. VM tests and the machines that deploy-schema
// looks at are evaluated one by one elsewhere: all in one process would take more memory than most have.
func TestTools(t *testing.T) {
	t.Parallel()
	need(t, inputs...)
	for _, system := range names(t, "flake.packages") {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			var drvs []string
			quiet(t, evaluate(t, fmt.Sprintf(`let
			  light = name: _: !lib.hasPrefix "vm-" name && name != "deploy-schema";
			in [
			  flake.formatter.%[1]q.drvPath
			  flake.devShells.%[1]q.default.drvPath
			] ++ map (check: check.drvPath) (lib.attrValues (lib.filterAttrs light flake.checks.%[1]q))`, system), &drvs))
		})
	}
}

// Each module works alone, on a host that runs what it is for.
func TestModulesAlone(t *testing.T) {
	t.Parallel()
	nixpkgs(t)
	hosts := map[string]string{
		"backup": "phoebe-dev", "cortex": "theia", "default": "theia", "deploy": "prometheus", "disks": "dioscuri", "egress": "theia",
		"gpu": "dioscuri", "identity": "dioscuri", "iris": "iris-dev", "machine": "saturn", "monitoring": "prometheus",
		"network": "saturn", "organ": "dioscuri", "phoebe": "phoebe-dev", "womb": "theia",
	}
	for _, name := range names(t, "flake.nixosModules") {
		host := cmp.Or(hosts[name], "nats-dev")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var drv string
			quiet(t, evaluate(t, fmt.Sprintf(`(lib.nixosSystem { modules = [
			  flake.nixosModules.%q
			  {
			    nimmer = { topology = ../../topology; host = %q; };
			    nixpkgs.hostPlatform = "x86_64-linux";
			    nixpkgs.config.allowUnfree = lib.mkDefault true;
			    nixpkgs.config.allowInsecurePredicate = lib.mkDefault (_: true);
			    fileSystems."/" = lib.mkDefault { device = "/dev/vda1"; fsType = "ext4"; };
			    boot.loader.grub.device = lib.mkDefault "/dev/vda";
			    users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA operator" ];
			    system.stateVersion = lib.mkDefault "26.05";
			  }
			]; }).config.system.build.toplevel.drvPath`, name, host), &drv))
		})
	}
}

// A newcomer's lab is a whole system, once it is emitted. It has nobody's key, and says so.
func TestTemplate(t *testing.T) {
	t.Parallel()
	need(t, "deploy-rs", "disko")
	lab := t.TempDir()
	if err := os.CopyFS(lab, os.DirFS("../../hosts/template")); err != nil {
		t.Fatal(err)
	}
	emit := exec.CommandContext(t.Context(), "go", "run", "../../cmd/nimmer", "topology", "emit", filepath.Join(lab, "topology"))
	if out, err := emit.CombinedOutput(); err != nil {
		t.Fatalf("emit: %v\n%s", err, out)
	}
	var box struct {
		Toplevel string
		Warnings []string
	}
	evaluate(t, fmt.Sprintf(`let
	  inherit ((import %s/flake.nix).outputs { nimmer = flake; }) nixosConfigurations;
	  inherit (nixosConfigurations.box) config;
	in { toplevel = config.system.build.toplevel.drvPath; inherit (config) warnings; }`, lab), &box)
	if len(box.Warnings) != 1 || !strings.Contains(box.Warnings[0], "nimmer.machine.adminKeys") {
		t.Errorf("it warns: %q", box.Warnings)
	}
}

// nix-topology takes both labs: their machines, and what is declared beside them. It draws while it is evaluated, so
// the pictures themselves cannot be had here.
func TestPictures(t *testing.T) {
	t.Parallel()
	need(t, inputs...)
	for _, lab := range []string{"nimmerverse", "cim"} {
		t.Run(lab, func(t *testing.T) {
			t.Parallel()
			var drawn struct{ Missing, Failed, Warnings []string }
			quiet(t, evaluate(t, fmt.Sprintf(`let
			  inherit (flake.topology.x86_64-linux.%s) config;
			  declared = (lib.importJSON (../../topology%s + "/topology.json")).hosts;
			in {
			  missing = lib.filter (h: !config.nodes ? ${h}) (map (h: h.name) declared);
			  failed = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
			  inherit (config) warnings;
			}`, lab, map[string]string{"cim": "/examples/cim"}[lab]), &drawn))
			if len(drawn.Missing)+len(drawn.Failed)+len(drawn.Warnings) > 0 {
				t.Errorf("%+v", drawn)
			}
		})
	}
}

// Every VM test is a machine that can be built.
func TestVMTests(t *testing.T) {
	t.Parallel()
	need(t, "deploy-rs")
	for _, name := range names(t, `lib.filterAttrs (name: _: lib.hasPrefix "vm-" name) flake.checks.x86_64-linux`) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var drv string
			quiet(t, evaluate(t, fmt.Sprintf("flake.checks.x86_64-linux.%q.drvPath", name), &drv))
		})
	}
}

func quiet(t *testing.T, said string) {
	t.Helper()
	if found := warnings(said); len(found) > 0 {
		t.Errorf("it warns: %s", strings.Join(found, "\n"))
	}
}

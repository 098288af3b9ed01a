{ lib, flake, ... }:
let
  topology = ../../topology;
  lab = lib.importJSON (topology + "/topology.json");
  block = lib.head lab.installers;
  images = import ./images.nix {
    inherit lib;
    inherit (lib) nixosSystem;
  };
  of =
    change: modules:
    images {
      inherit topology modules;
      installer = block // change;
    };
  key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIuyCMx+kyMXvJzZkFaLotT+awu/sgD4G4Z8eBod49yT somebody";
  inherit (of { } [ { nimmer.installer.adminKeys = [ key ]; } ]) config;
  failures =
    config:
    lib.filter (lib.hasInfix "installer") (
      map (a: a.message) (lib.filter (a: !a.assertion) config.assertions)
    );
  fails = x: !(builtins.tryEval (builtins.seq x x)).success;
in
{
  "a key opens it, a password does not" = {
    expr = {
      inherit (config.services.openssh.settings) PasswordAuthentication PermitRootLogin;
      inherit (config.users.users.root.openssh.authorizedKeys) keys;
    };
    expected = {
      PasswordAuthentication = false;
      PermitRootLogin = "prohibit-password";
      keys = [ key ];
    };
  };
  "who may log in to its hosts may log in to it" = {
    expr =
      (flake.lib.lab {
        inherit topology;
        hosts = name: { nimmer.machine.adminKeys = [ "ssh-ed25519 AAAA ${name}" ]; };
      }).installers.metal.config.users.users.root.openssh.authorizedKeys.keys;
    expected = map (name: "ssh-ed25519 AAAA ${name}") block.hosts;
  };
  "nobody's is refused" = {
    expr = failures (of { } [ { nimmer.installer.adminKeys = [ ]; } ]).config;
    expected = [
      "installer metal of lab nimmerverse: nobody could log in to it: set nimmer.machine.adminKeys for its hosts (theia dioscuri saturn), or nimmer.installer.adminKeys in installerModules"
    ];
  };
  "it says what it is for" = {
    expr = lib.hasInfix "theia: management 10.20.0.10 (3c:ec:ef:20:00:10)" config.services.getty.helpLine;
    expected = true;
  };
  "the declared formats are packages of the flake" = {
    expr = lib.filter (lib.hasPrefix "installer-") (lib.attrNames flake.packages.x86_64-linux);
    expected = [
      "installer-metal-iso"
      "installer-metal-netboot"
      "installer-node-iso"
      "installer-node-netboot"
    ];
  };
  "the file says whose it is" = {
    expr = flake.packages.x86_64-linux.installer-metal-iso.name;
    expected = "nimmer-installer-metal-x86_64-linux.iso";
  };
  "a Mac in the list is left out" = {
    expr =
      (images {
        topology = ../../topology/examples/cim;
        installer = {
          name = "all";
          hosts = [
            "cim-master-1"
            "cim-mac-studio"
          ];
          formats = [ "iso" ];
        };
      }).config.nimmer.installer.hosts;
    expected = [ "cim-master-1" ];
  };
  "a format that there is not" = {
    expr = fails (of { formats = [ "floppy" ]; } [ ]).floppy;
    expected = true;
  };
  "no host that runs NixOS" = {
    expr = fails (of { hosts = [ ]; } [ ]).system;
    expected = true;
  };
}

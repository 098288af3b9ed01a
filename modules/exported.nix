# nixosModules: "default" is all of them; each alone works too, and brings the declaration it reads.
{ lib }:
let
  folders = lib.attrNames (
    lib.filterAttrs (name: _: lib.pathExists (./. + "/${name}/default.nix")) (builtins.readDir ./.)
  );
  # Functions, what every module has anyway, and what is no NixOS module.
  apart = [
    "darwin"
    "installer"
    "lib"
    "topology"
  ];
  # Whose options a module reads.
  needs = {
    backup = [ "phoebe" ];
    cortex = [ "organ" ];
    egress = [ "identity" ];
    monitoring = [ "bus" ];
    network = [ "machine" ];
    pxe = [
      "machine"
      "network"
    ];
  };
in
lib.genAttrs (lib.subtractLists apart folders) (name: {
  imports = map (part: ./. + "/${part}") ([ "topology" ] ++ needs.${name} or [ ] ++ [ name ]);
})
// {
  default = ./.;
}

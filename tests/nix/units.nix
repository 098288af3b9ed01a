# The units and slices that nimmer makes on a host, by name: what golden.sh keeps.
#
#   nix-instantiate --eval --strict --json tests/nix/units.nix --arg nixpkgs DIR --arg topology ./topology --argstr host nats-dev
{
  nixpkgs,
  topology,
  host,
  inputs ? { },
}:
let
  flake = import ./. { inherit nixpkgs inputs; };
  inherit (flake.inputs.nixpkgs) lib;

  # Hardware and disks make no unit of ours.
  lab = flake.lib.lab {
    inherit topology;
    hosts = _: { };
    modules = [
      (
        { pkgs, ... }:
        let
          # Texts are rendered and nothing is built: names stand for the packages that differ most from one nixpkgs to
          # the next.
          named = name: pkgs.writeTextDir "bin/${name}" "" // { meta.mainProgram = name; };
        in
        {
          nixpkgs.config.allowUnfree = true;
          system.stateVersion = "26.05";
          nimmer.organ.backends = lib.genAttrs [ "llama-server" "boundary" "ollama" "vllm" ] (name: {
            package = named name;
          });
          nimmer.monitoring.dcgmPackage = named "dcgm-exporter";
        }
      )
    ];
  };

  declared = map (u: "${u.name}.service") lab.lab.units;
  ours = name: lib.hasPrefix "nimmer" name || lib.hasPrefix "vllm-" name || lib.elem name declared;
in
lib.mapAttrs (_: unit: unit.text) (
  lib.filterAttrs (
    name: unit: unit.enable && ours name
  ) lab.nixosConfigurations.${host}.config.systemd.units
)

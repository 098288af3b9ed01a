# The lab beside this file, as the tests of the fences evaluate it: with the modules that make them and no others, since
# what else its hosts would run is not emitted.
#
#   fences = import ../../tests/nix/fences { inherit lib; };
#   fences.eval { host = "box"; }
{ lib }:
let
  fences = [
    ../../../modules/topology
    ../../../modules/identity
    ../../../modules/gpu
    ../../../modules/womb
    ../../../modules/egress
  ];
in
{
  module = host: {
    imports = fences;
    nimmer = {
      inherit host;
      topology = ./.;
    };
  };

  eval =
    {
      host,
      topology ? ./.,
      modules ? [ ],
    }:
    lib.nixosSystem {
      modules =
        fences
        ++ [
          {
            nimmer = { inherit host topology; };
            nixpkgs.hostPlatform = "x86_64-linux";
            system.stateVersion = "26.05";
          }
        ]
        ++ modules;
    };

  # What stands in the way of a machine, but for what every machine needs besides.
  failed =
    system:
    lib.filter (lib.hasInfix "nimmer") (
      map (a: a.message) (lib.filter (a: !a.assertion) system.config.assertions)
    );
}

# The flake of this checkout, called by hand: no lock file, no network, no copy into the store.
#
#   nix-instantiate --eval --strict tests/nix -A outputs.nixosConfigurations.theia.config.networking.hostName \
#     --arg nixpkgs DIR --arg inputs '{ disko = DIR; deploy-rs = DIR; nix-darwin = DIR; nix-topology = DIR; }'
{
  nixpkgs,
  inputs ? { },
}:
let
  call =
    dir: given:
    let
      flake = import (dir + "/flake.nix");
      outputs = flake.outputs (given // { self = self; });
      self = outputs // {
        inherit outputs;
        inputs = given;
        outPath = dir;
        _type = "flake";
        sourceInfo.outPath = dir;
        lastModified = 0;
        lastModifiedDate = "19700101000000";
        rev = "0000000000000000000000000000000000000000";
        shortRev = "0000000";
        narHash = "";
      };
    in
    self;
  nixpkgs' = call nixpkgs { };
  # What their flakes need beside nixpkgs is only for their own development.
  given = builtins.mapAttrs (_: dir: call dir { nixpkgs = nixpkgs'; }) inputs;
in
call ../.. (given // { nixpkgs = nixpkgs'; })

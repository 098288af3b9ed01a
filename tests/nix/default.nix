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
      outputs = flake.outputs (given // { inherit self; });
      self = outputs // {
        inherit outputs;
        inputs = given;
        outPath = toString dir;
        _type = "flake";
        sourceInfo.outPath = toString dir;
        lastModified = 0;
        lastModifiedDate = "19700101000000";
        rev = "0000000000000000000000000000000000000000";
        shortRev = "0000000";
        narHash = "";
      };
    in
    self;
  # A checkout without Haskell's packages can show everything but what is written in Haskell: that is stood in for.
  haskell = nixpkgs + "/pkgs/development/haskell-modules/hackage-packages.nix";
  standIns = _: pkgs: {
    nixfmt = pkgs.hello;
    pandoc = pkgs.hello;
    shellcheck = pkgs.hello;
    shellcheck-minimal = pkgs.hello // {
      compiler.bootstrapAvailable = false; # so nobody asks for it
    };
  };
  whole = call nixpkgs { };
  withoutHaskell = builtins.stringLength (builtins.readFile haskell) < 1000;
  nixpkgs' =
    if !withoutHaskell then
      whole
    else
      whole
      // {
        legacyPackages = builtins.mapAttrs (_: pkgs: pkgs.extend standIns) whole.legacyPackages;
        lib = whole.lib // {
          nixosSystem =
            args:
            whole.lib.nixosSystem (
              args // { modules = args.modules ++ [ { nixpkgs.overlays = [ standIns ]; } ]; }
            );
        };
      };

  # What our inputs need of theirs: as much of flake-utils and flake-parts as they call on the way to their libraries.
  theirs = {
    nixpkgs = nixpkgs';
    utils.lib = {
      defaultSystems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      eachSystem =
        systems: f:
        builtins.mapAttrs (output: _: nixpkgs'.lib.genAttrs systems (system: (f system).${output})) (
          f (builtins.head systems)
        );
    };
    flake-parts.lib.mkFlake = _: module: module.flake;
  };
  # An input is given what its outputs name: some take nothing else.
  input =
    dir:
    call dir (
      builtins.intersectAttrs (builtins.functionArgs (import (dir + "/flake.nix")).outputs) theirs
    );
  # The release branch of nix-darwin refuses another release of nixpkgs than its own, and a checkout may be of any. Its
  # manual and its uninstaller are systems of their own, which cannot be told so.
  lenient =
    name: flake:
    if name == "nix-darwin" then
      flake
      // {
        lib = flake.lib // {
          darwinSystem =
            args:
            flake.lib.darwinSystem (
              args
              // {
                enableNixpkgsReleaseCheck = false;
                modules = args.modules ++ [
                  {
                    nixpkgs.overlays = if withoutHaskell then [ standIns ] else [ ];
                    documentation.enable = false;
                    system.tools.darwin-uninstaller.enable = false;
                  }
                ];
              }
            );
        };
      }
    else
      flake;
in
call ../.. (
  builtins.mapAttrs (name: dir: lenient name (input dir)) inputs // { nixpkgs = nixpkgs'; }
)

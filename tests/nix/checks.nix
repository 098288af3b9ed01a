# What `nix flake check` builds: the packages, the modules' tests, formatting, the deploy schema and, on Linux, every VM test.
{
  inputs,
  pkgs,
  self,
}:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) system isLinux;
  inherit (lib)
    filterAttrs
    hasSuffix
    mapAttrs'
    nameValuePair
    ;

  # modules/NAME/vm-test.nix, and tests/vm/NAME.nix for what spans modules.
  ofModules = lib.concatMapAttrs (
    name: _:
    let
      file = ../../modules + "/${name}/vm-test.nix";
    in
    lib.optionalAttrs (lib.pathExists file) { "vm-${name}" = file; }
  ) (builtins.readDir ../../modules);
  spanning = lib.optionalAttrs (lib.pathExists ../vm) (
    mapAttrs' (name: _: nameValuePair "vm-${lib.removeSuffix ".nix" name}" (../vm + "/${name}")) (
      filterAttrs (name: type: type == "regular" && hasSuffix ".nix" name) (builtins.readDir ../vm)
    )
  );
  vmTests = filterAttrs (_: lib.meta.availableOn pkgs.stdenv.hostPlatform) (
    lib.mapAttrs (
      _: file:
      import file {
        inherit pkgs lib self;
        nimmerModule = self.nixosModules.default;
      }
    ) (ofModules // spanning)
  );

  # The schema asks for paths, whichever: the machines themselves are evaluated as nixosConfigurations, and all of them
  # for one check would take all memory.
  nodes = lib.mapAttrs (
    _: node:
    node
    // {
      profiles = lib.mapAttrs (_: profile: profile // { path = "/run/current-system"; }) node.profiles;
    }
  ) self.deploy.nodes;

  evalTests = import ./eval-tests.nix {
    inherit (inputs) nixpkgs;
    flake = self;
  };
in
{
  inherit (self.packages.${system}) nimmer;

  formatting = pkgs.runCommand "nimmer-formatting" { nativeBuildInputs = [ pkgs.nixfmt ]; } ''
    find ${
      lib.fileset.toSource {
        root = ../..;
        fileset = lib.fileset.fileFilter (f: f.hasExt "nix" && f.name != "topology.nix") ../..;
      }
    } -name '*.nix' -print0 | xargs -0 nixfmt --check
    touch $out
  '';

  modules =
    pkgs.runCommand "nimmer-module-tests"
      {
        failures = builtins.toJSON evalTests.failures;
        ran = evalTests.ran;
      }
      ''
        if [ "$failures" != "[]" ]; then
          echo "$failures" >&2
          exit 1
        fi
        echo "$ran tests" > $out
      '';

  inherit ((inputs.deploy-rs.lib.${system}.deployChecks { inherit nodes; })) deploy-schema;
}
// lib.optionalAttrs isLinux vmTests

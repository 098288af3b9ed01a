# Every command of cmd/ as a package of its own, and "nimmer", which has them all. New folders come by themselves.
{ pkgs }:
let
  inherit (pkgs) lib;
  commands = lib.filterAttrs (name: type: type == "directory" && lib.hasPrefix "nimmer-" name) (
    builtins.readDir ./.
  );
  nimmer = pkgs.callPackage ./package.nix { };
  alone = lib.mapAttrs (command: _: pkgs.callPackage ./package.nix { inherit command; }) commands;
in
{
  inherit nimmer;
}
// alone
// lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
  cell-image = pkgs.callPackage ./image.nix { inherit (alone) nimmer-cell; };
}

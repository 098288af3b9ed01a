# Every command as a package of its own; "nimmer" has them all.
{ pkgs }:
let
  package = command: pkgs.callPackage ./package.nix { inherit command; };
in
rec {
  nimmer = package null;
  nimmer-gate = package "nimmer-gate";
  nimmer-cell = package "nimmer-cell";
  nimmer-host = package "nimmer-host";
  default = nimmer;
}

# nixfmt for every .nix file but what nimmer writes itself.
{ nixfmt-tree }:
nixfmt-tree.override {
  settings.formatter.nixfmt.excludes = [ "**/topology.nix" ];
}

# Who is elsewhere reaches the servers exactly where they listen.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.bus;
  inherit (config.nimmer) here topology;
  servers = import ./servers.nix { inherit lib nimmer; } { inherit topology here; };
in
{
  config = lib.mkIf (cfg.enable && cfg.openFirewall) {
    networking.firewall = nimmer.acceptAt config.networking (lib.concatMap (s: s.listens) servers);
  };
}

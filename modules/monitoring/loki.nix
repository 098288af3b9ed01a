# Loki, whole in one process, with its files on this machine's disk.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.monitoring;
  inherit (config.nimmer) here;
  inherit (lib) mkDefault;
  targets = import ./targets.nix { inherit config lib; };
  block = lib.head here.monitoring;
  dir = config.services.loki.dataDir;

  # Loki keeps a day at least, and refuses to start with less.
  hours = builtins.match "([0-9]+)h.*" block.retention;
  retention = if hours != null && lib.toInt (lib.head hours) >= 24 then block.retention else "24h";

  # The other machines that have a journal, and where they send it.
  senders =
    lib.filter (s: s.host != here.host.name)
      (lib.importJSON (targets.folderOf "loki" block + "/labels.json")).hosts;
  pushed = s: lib.head (builtins.match "http://(.*):[0-9]+/.*" s.push);
  addresses = lib.concatMap (s: targets.seenAt s.host (pushed s)) senders;
in
{
  config = lib.mkIf cfg.enable {
    services.loki = {
      enable = true;
      configuration = {
        auth_enabled = false;
        analytics.reporting_enabled = mkDefault false;
        server = {
          # Grafana is here and asks by loopback; the others send by a network of theirs.
          http_listen_address = mkDefault (if addresses == [ ] then "127.0.0.1" else "0.0.0.0");
          http_listen_port = block.loki_port;
          grpc_listen_address = mkDefault "127.0.0.1";
          grpc_listen_port = mkDefault 9096;
          log_level = mkDefault "warn";
        };
        common = {
          path_prefix = dir;
          replication_factor = 1;
          instance_addr = "127.0.0.1";
          ring.kvstore.store = "inmemory";
          storage.filesystem = {
            chunks_directory = "${dir}/chunks";
            rules_directory = "${dir}/rules";
          };
        };
        schema_config.configs = [
          {
            from = "2024-04-01";
            store = "tsdb";
            object_store = "filesystem";
            schema = "v13";
            index = {
              prefix = "index_";
              period = "24h";
            };
          }
        ];
        limits_config.retention_period = mkDefault retention;
        compactor = {
          working_directory = "${dir}/compactor";
          retention_enabled = true;
          delete_request_store = "filesystem";
        };
      };
    };
    networking.firewall = nimmer.acceptFrom config.networking addresses [ block.loki_port ];
  };
}

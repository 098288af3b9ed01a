{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  inherit (config.nimmer) here;
  inherit (lib) mkOption types;
in
{
  options.nimmer.bus = {
    enable = mkOption {
      type = types.bool;
      default = here.hubs != [ ] || here.leaves != [ ];
      defaultText = lib.literalMD "whether a `nats` or `leaf` is declared on this host";
      description = "Run the NATS servers that are declared on this host.";
    };
    server = mkOption {
      type = types.enum [
        "nimmer"
        "nats-server"
      ];
      default = "nimmer";
      description = ''
        Which program serves: the server that is linked into `nimmer` (`nimmer bus serve`), or a plain `nats-server`.
        Both run the same files; what differs is in docs/bus.md, "Changing what runs".
      '';
    };
    package = nimmer.packageOption pkgs "nimmer" // {
      description = "The package that has `nimmer`. It makes the streams also where another program serves.";
    };
    natsServerPackage = mkOption {
      type = types.package;
      default = pkgs.nats-server;
      defaultText = lib.literalExpression "pkgs.nats-server";
      description = "The package that has `nats-server`, at least 2.15, for `nimmer.bus.server = \"nats-server\"`.";
    };
    keys = mkOption {
      type = types.str;
      default = "/var/lib/nimmer/nats";
      example = "/persist/nats";
      description = ''
        Folder on this machine that holds what `nimmer bus keys apply` writes for its servers, laid out as that command's
        `out/nats`: `hub/SITE/resolver.conf`, `leaf/LEAF/remotes.conf` and so on. When a file in it changes, the server
        reads it anew.
      '';
    };
    openFirewall = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Open the ports of clients, leaves, cluster and gateways, on the addresses where the servers listen. What listens on
        loopback needs none, and the monitoring pages are never opened.
      '';
    };
    streams = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Make the declared streams, buckets and readers of each environment whose hub has its first server here, once the
        admins' credentials `{env}_admin_virtual.creds`, `_real` and `_infra` are in {option}`nimmer.credentials`.
      '';
    };
  };
}

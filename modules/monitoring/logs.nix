# The journal's way to Loki: Grafana Alloy with the emitted labels.
{ config, lib, ... }:
let
  cfg = config.nimmer.monitoring.logs;
  inherit (config.nimmer) here lab;
  targets = import ./targets.nix { inherit config lib; };
  block = lib.findFirst (b: b.name == cfg.to) null lab.monitoring;
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = block != null;
        message = "nimmer.monitoring.logs.to: host ${here.host.name}: there is no monitoring block ${cfg.to}: name one of ${
          lib.concatMapStringsSep ", " (b: b.name) lab.monitoring
        }";
      }
    ];

    services.alloy = {
      enable = true;
      extraFlags = [ "--disable-reporting" ];
    };
    environment.etc."alloy/nimmer.alloy".source = "${
      targets.folderOf "loki" block + "/alloy/${here.host.name}.alloy"
    }";
  };
}

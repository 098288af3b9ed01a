# NVIDIA's DCGM exporter, which NixOS has as a package and not as a service.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.monitoring;
  inherit (config.nimmer) here lab;
  targets = import ./targets.nix { inherit config lib; };
  listen = targets.listenOf "dcgm";
  cards = map (g: "${here.host.name}/${g.name}") (lib.filter (g: g.to == "") here.host.gpus);

  declared = lib.concatMap (
    b: lib.filter (e: e.name == "dcgm" && lib.elem here.host.name e.hosts) b.exporters
  ) lab.monitoring;

  # What rules and dashboards ask for; declared fields are told beside them.
  asked = [
    "DCGM_FI_DEV_FB_FREE"
    "DCGM_FI_DEV_FB_USED"
    "DCGM_FI_DEV_GPU_TEMP"
    "DCGM_FI_DEV_GPU_UTIL"
    "DCGM_FI_DEV_MEM_COPY_UTIL"
    "DCGM_FI_DEV_POWER_USAGE"
    "DCGM_FI_DEV_XID_ERRORS"
  ];
  fields = lib.unique (lib.concatMap (e: e.fields) declared ++ asked);
  kind =
    field:
    if builtins.match ".*(_COUNTER|_TOTAL|TOTAL_ENERGY_CONSUMPTION|_VIOLATION)" field != null then
      "counter"
    else
      "gauge";
  csv = pkgs.writeText "dcgm-fields.csv" (
    lib.concatMapStrings (f: "${f}, ${kind f}, ${f} as DCGM tells it.\n") fields
  );
in
{
  config = lib.mkIf (cfg.exporters && declared != [ ] && cfg.dcgmPackage != null) {
    systemd.services.nimmer-dcgm-exporter = {
      description = "NVIDIA DCGM exporter for Prometheus";
      documentation = [ "https://github.com/NVIDIA/dcgm-exporter" ];
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ] ++ nimmer.cardUnits cards;
      after = [ "network-online.target" ] ++ nimmer.cardUnits cards;
      startLimitIntervalSec = 0;
      serviceConfig = nimmer.hardening // {
        DynamicUser = true;
        ExecStart = lib.escapeShellArgs [
          (lib.getExe cfg.dcgmPackage)
          "--address"
          "${listen.address}:${toString listen.port}"
          "--collectors"
          csv
        ];
        Restart = "always";
        RestartSec = 2;
        # It reads every card of this host, and nothing else of /dev.
        PrivateDevices = false;
        DeviceAllow = nimmer.cardDevices cards;
        SupplementaryGroups = nimmer.cardGroups cards;
        # The driver tells of itself in /proc/driver.
        ProcSubset = "all";
        # NVIDIA's libraries place their threads.
        SystemCallFilter = [
          "@system-service"
          "~@privileged"
        ];
      };
    };
  };
}

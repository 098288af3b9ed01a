# The exporters that are declared for this host, where the emitted targets expect them, and the firewall for all that is
# read here.
{
  config,
  lib,
  options,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.monitoring;
  inherit (config.nimmer) here lab;
  inherit (lib) mkDefault mkIf mkMerge;
  targets = import ./targets.nix { inherit config lib; };

  declared = lib.unique (
    lib.concatMap (
      b: map (e: e.name) (lib.filter (e: lib.elem here.host.name e.hosts) b.exporters)
    ) lab.monitoring
  );
  is = job: lib.elem job declared;

  # A declared name is the name that NixOS has for an exporter, but for this one.
  nameOf = job: if job == "nvidia" then "nvidia-gpu" else job;
  # Our own bus server tells of itself by the names of the NATS exporter, and dcgm has a unit of ours.
  elsewhere = {
    dcgm = true;
    nats = config.nimmer.bus.server == "nimmer";
  };
  ofNixos = options.services.prometheus.exporters.type.getSubOptions [ ];
  known = lib.filter (job: !(elsewhere.${job} or false) && ofNixos ? ${nameOf job}) declared;

  exporter = job: {
    ${nameOf job} = {
      enable = mkDefault true;
      listenAddress = mkDefault (targets.listenOf job).address;
      port = mkDefault (targets.listenOf job).port;
    };
  };

  # An address that is not there yet is waited for.
  patient = job: {
    "prometheus-${nameOf job}-exporter" =
      mkIf config.services.prometheus.exporters.${nameOf job}.enable
        {
          wants = [ "network-online.target" ];
          after = [ "network-online.target" ];
          startLimitIntervalSec = 0;
          serviceConfig.RestartSec = mkDefault 2;
        };
  };

  cards = map (g: "${here.host.name}/${g.name}") (lib.filter (g: g.to == "") here.host.gpus);
  monitorPort = if here.hubs == [ ] then 8222 else (lib.head here.hubs).monitor_port;
  postgres = "postgres-exporter";
in
{
  config = mkIf cfg.exporters (mkMerge [
    {
      assertions = map (job: {
        assertion = builtins.length (targets.listenOf job).ports == 1;
        message = "host ${here.host.name}: monitoring blocks differ about the port of exporter ${job} (${
          lib.concatMapStringsSep ", " toString (targets.listenOf job).ports
        }): give it the same in each";
      }) declared;

      services.prometheus.exporters = mkMerge (map exporter known);
      systemd.services = mkMerge (map patient known);

      # What listens on this host's address is for the monitoring host, and for nobody else.
      networking.firewall = mkMerge (
        map (
          t: nimmer.acceptFrom config.networking (targets.seenAt t.block.host t.address) [ t.port ]
        ) targets.remote
      );
    }
    (mkIf (is "nvidia" && cards != [ ]) {
      systemd.services.prometheus-nvidia-gpu-exporter = {
        wants = nimmer.cardUnits cards;
        after = nimmer.cardUnits cards;
        serviceConfig.SupplementaryGroups = nimmer.cardGroups cards;
      };
    })
    (mkIf (is "nats" && !elsewhere.nats) {
      services.prometheus.exporters.nats = {
        url = mkDefault "http://127.0.0.1:${toString monitorPort}";
        extraFlags = [
          "-use_internal_server_id"
          "-varz"
          "-connz"
          "-routez"
          "-leafz"
          "-gatewayz"
          "-jsz=all"
        ];
      };
    })
    (mkIf (is "postgres" && config.services.postgresql.enable) {
      # A user that may read statistics, and nothing else.
      services.prometheus.exporters.postgres.dataSourceName =
        mkDefault "user=${postgres} database=postgres host=/run/postgresql sslmode=disable";
      services.postgresql.ensureUsers = [ { name = postgres; } ];
      systemd.services.postgresql-setup.script = lib.mkAfter ''
        psql -tAc 'GRANT pg_monitor TO "${postgres}"'
      '';
      systemd.services.prometheus-postgres-exporter = {
        wants = [ "postgresql.target" ];
        after = [ "postgresql.target" ];
      };
    })
  ]);
}

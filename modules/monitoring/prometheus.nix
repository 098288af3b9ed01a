# Prometheus with the emitted configuration, rules and targets.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.nimmer.monitoring;
  inherit (config.nimmer) here;
  inherit (lib) mkDefault;
  targets = import ./targets.nix { inherit config lib; };
  block = lib.head here.monitoring;
  folder = targets.folderOf "prometheus" block;
  listen = targets.listenOf "prometheus";

  alerting = builtins.toJSON {
    alertmanagers = [ { static_configs = [ { targets = cfg.alertmanagers; } ]; } ];
  };

  # The emitted folder, with the alertmanagers of this machine added, as promtool finds it good. Its paths are relative:
  # they are checked where they lie.
  checked =
    pkgs.runCommand "nimmer-prometheus"
      {
        nativeBuildInputs = [ config.services.prometheus.package.cli ];
        preferLocalBuild = true;
      }
      ''
        mkdir $out
        cp -r --no-preserve=mode ${folder}/prometheus.yml ${folder}/rules ${folder}/targets $out
        ${lib.optionalString (cfg.alertmanagers != [ ]) ''
          printf 'alerting: %s\n' ${lib.escapeShellArg alerting} >> $out/prometheus.yml
        ''}
        promtool check config $out/prometheus.yml
      '';
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = builtins.length here.monitoring == 1;
        message =
          if here.monitoring == [ ] then
            "nimmer.monitoring.enable: no `monitoring` block names host ${here.host.name}: declare one with host = host.${here.host.name}, or leave the option alone"
          else
            "host ${here.host.name} has the monitoring blocks ${
              lib.concatMapStringsSep " and " (b: b.name) here.monitoring
            }: a machine runs one Prometheus; give one of them another host";
      }
    ];

    services.prometheus = {
      enable = true;
      # With it Prometheus reads /etc/prometheus/prometheus.yaml, where relative paths can lead to the rules and targets
      # beside it, and a new declaration is a reload: no gap in what is recorded.
      enableReload = true;
      configText = builtins.readFile (folder + "/prometheus.yml");
      # That text alone has no rules beside it; `checked` is what is checked, and what runs.
      checkConfig = false;
      port = block.prometheus_port;
      listenAddress = mkDefault (if targets.isLoopback listen.address then listen.address else "0.0.0.0");
      retentionTime = mkDefault block.retention;
    };

    environment.etc = {
      "prometheus/prometheus.yaml".source = lib.mkForce "${checked}/prometheus.yml";
      "prometheus/rules".source = "${checked}/rules";
      "prometheus/targets".source = "${checked}/targets";
    };
    systemd.services.prometheus-config-reload.restartTriggers = [ checked ];
  };
}

# The options of monitoring. What is not here is declared, or is an option of NixOS's own modules.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.nimmer) here lab;
  inherit (lib) mkOption types;
  state = "/var/lib/nimmer/grafana";
in
{
  options.nimmer.monitoring = {
    enable = mkOption {
      type = types.bool;
      default = here.monitoring != [ ];
      defaultText = lib.literalMD "whether a `monitoring` block names this host";
      description = "Run Prometheus, Grafana and Loki here, as they are declared and emitted.";
    };
    alertmanagers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "10.20.0.5:9093" ];
      description = ''
        Alertmanagers that Prometheus tells what fires, as `HOST:PORT`. They are added to the emitted `prometheus.yml`;
        with none, alerts are on the dashboards only.
      '';
    };
    grafanaPasswordFile = mkOption {
      type = types.str;
      default = "${state}/admin_password";
      description = ''
        File on this machine with the password of Grafana's user `admin`. Grafana reads it at its first start only.
        The default one is made, with a random password, when it is not there.
      '';
    };
    grafanaSecretKeyFile = mkOption {
      type = types.str;
      default = "${state}/secret_key";
      description = ''
        File on this machine with the key that Grafana encrypts secrets in its database with. The default one is made,
        with a random key, when it is not there. Keep it with the database: without it, those secrets are lost.
      '';
    };
    exporters = mkOption {
      type = types.bool;
      default = lab.monitoring != [ ];
      defaultText = lib.literalMD "whether the lab has a `monitoring` block";
      description = "Run the exporters that are declared for this host, and let the monitoring host reach what it reads here.";
    };
    dcgmPackage = mkOption {
      type = types.nullOr types.package;
      default = pkgs.prometheus-dcgm-exporter;
      defaultText = lib.literalExpression "pkgs.prometheus-dcgm-exporter";
      description = ''
        The package of dcgm-exporter, where an exporter `dcgm` is declared. It is built with NVIDIA's CUDA libraries,
        which are unfree. `null` runs none: Prometheus then shows this target as down.
      '';
    };
    logs = {
      enable = mkOption {
        type = types.bool;
        default = lab.monitoring != [ ];
        defaultText = lib.literalMD "whether the lab has a `monitoring` block";
        description = "Send this machine's journal to Loki, with the labels that are declared.";
      };
      to = mkOption {
        type = types.str;
        default = (lib.head lab.monitoring).name;
        defaultText = lib.literalMD "the first `monitoring` block";
        description = "The `monitoring` block whose Loki gets the journal. A journal goes to one.";
      };
    };
  };
}

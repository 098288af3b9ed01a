{
  lib,
  eval,
  pkgs,
  ...
}:
let
  cim = ../../topology/examples/cim;
  of = host: modules: (eval { inherit host modules; }).config;
  spine = of "prometheus" [ ];
  theia = of "theia" [
    {
      nixpkgs.config.allowUnfree = true;
      # The true one brings CUDA with it.
      nimmer.monitoring.dcgmPackage = pkgs.writeShellScriptBin "dcgm-exporter" "";
    }
  ];
  unit = config: name: config.systemd.services.${name}.serviceConfig;

  failures = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  ours = lib.filter (lib.hasInfix "monitoring");

  # The firewall's lines for a port.
  accepted =
    config: port:
    lib.filter (lib.hasInfix " --dport ${toString port} ") (
      lib.splitString "\n" config.networking.firewall.extraCommands
    );
in
{
  "Prometheus runs with what was emitted" = {
    expr = {
      inherit (spine.services.prometheus)
        enable
        listenAddress
        port
        retentionTime
        ;
      inherit (spine.services.prometheus) configText;
    };
    expected = {
      enable = true;
      listenAddress = "127.0.0.1";
      port = 9090;
      retentionTime = "720h0m0s";
      configText = builtins.readFile ../../topology/prometheus/prometheus.yml;
    };
  };
  "rules and targets lie beside it" = {
    expr = lib.filter (lib.hasPrefix "prometheus/") (lib.attrNames spine.environment.etc);
    expected = [
      "prometheus/prometheus.yaml"
      "prometheus/rules"
      "prometheus/targets"
    ];
  };
  "a changed rule reloads it" = {
    expr = builtins.length spine.systemd.services.prometheus-config-reload.restartTriggers;
    expected = 2;
  };
  "Grafana is on loopback, without anonymous users, its secrets in files" = {
    expr = {
      inherit (spine.services.grafana.settings.server) http_addr http_port;
      inherit (spine.services.grafana.settings.security) admin_password secret_key;
      anonymous = spine.services.grafana.settings."auth.anonymous".enabled;
      credentials = (unit spine "grafana").LoadCredential;
    };
    expected = {
      http_addr = "127.0.0.1";
      http_port = 3000;
      admin_password = "$__file{/run/credentials/grafana.service/admin_password}";
      secret_key = "$__file{/run/credentials/grafana.service/secret_key}";
      anonymous = false;
      credentials = [
        "admin_password:/var/lib/nimmer/grafana/admin_password"
        "secret_key:/var/lib/nimmer/grafana/secret_key"
      ];
    };
  };
  "what the operator puts elsewhere is not made here" = {
    expr =
      (of "prometheus" [
        {
          nimmer.monitoring = {
            grafanaPasswordFile = "/run/secrets/grafana";
            grafanaSecretKeyFile = "/run/secrets/grafana-key";
          };
        }
      ]).systemd.services ? nimmer-grafana-secrets;
    expected = false;
  };
  "Loki keeps as long as Prometheus" = {
    expr = spine.services.loki.configuration.limits_config.retention_period;
    expected = "720h0m0s";
  };
  "Loki takes logs from the declared hosts alone" = {
    expr = map (lib.hasInfix " -s 10.20.0.11,") (accepted spine 3100);
    expected = [ true ];
  };
  "a host has the exporters that are declared for it, where they are looked for" = {
    expr = {
      node = { inherit (theia.services.prometheus.exporters.node) enable listenAddress port; };
      nvidia = { inherit (theia.services.prometheus.exporters.nvidia-gpu) enable listenAddress port; };
      nats = theia.services.prometheus.exporters.nats.enable;
    };
    expected = {
      node = {
        enable = true;
        listenAddress = "10.20.0.10";
        port = 9100;
      };
      nvidia = {
        enable = true;
        listenAddress = "10.20.0.10";
        port = 9835;
      };
      nats = false;
    };
  };
  "our own bus server needs no exporter" = {
    expr = (of "nats-dev" [ ]).services.prometheus.exporters.nats.enable;
    expected = false;
  };
  "the exporters of cards see the cards of the host" = {
    expr = map (name: (unit theia name).SupplementaryGroups) [
      "prometheus-nvidia-gpu-exporter"
      "nimmer-dcgm-exporter"
    ];
    expected = [
      [
        "nimmer-gpu"
        "nimmer-gpu-0"
      ]
      [
        "nimmer-gpu"
        "nimmer-gpu-0"
      ]
    ];
  };
  "DCGM's exporter listens where it is looked for" = {
    expr = lib.hasInfix " --address 10.20.0.10:9400 " (unit theia "nimmer-dcgm-exporter").ExecStart;
    expected = true;
  };
  "no package, no DCGM exporter" = {
    expr =
      (of "theia" [ { nimmer.monitoring.dcgmPackage = null; } ]).systemd.services ? nimmer-dcgm-exporter;
    expected = false;
  };
  "the firewall is open for the monitoring host alone" = {
    expr = map (lib.hasInfix " -s 10.20.0.5 ") (
      accepted (of "nats-dev" [ { networking.nftables.enable = false; } ]) 9100
    );
    expected = [ true ];
  };
  "for nftables, too" = {
    expr =
      lib.hasInfix "ip saddr { 10.20.0.5 } tcp dport { 9100 } accept"
        (of "nats-dev" [
          { networking.nftables.enable = true; }
        ]).networking.firewall.extraInputRules;
    expected = true;
  };
  "every host ships its journal" = {
    expr =
      (of "nats-dev" [ ]).environment.etc."alloy/nimmer.alloy".source
      == "${../../topology/loki/alloy/nats-dev.alloy}";
    expected = true;
  };
  "to a Loki that there is" = {
    expr = ours (failures (of "nats-dev" [ { nimmer.monitoring.logs.to = "other"; } ]));
    expected = [
      "nimmer.monitoring.logs.to: host nats-dev: there is no monitoring block other: name one of spine"
    ];
  };
  "another lab's monitoring host" = {
    expr =
      let
        master =
          (eval {
            host = "cim-master-1";
            topology = cim;
          }).config;
      in
      {
        inherit (master.services.prometheus) enable retentionTime;
        grafana = master.services.grafana.enable;
        loki = master.services.loki.enable;
      };
    expected = {
      enable = true;
      retentionTime = "360h0m0s";
      grafana = true;
      loki = true;
    };
  };
  "a lab without monitoring has none" = {
    expr =
      let
        config =
          (eval {
            host = "localhost";
            topology = ../../topology/examples/robot;
          }).config;
      in
      {
        prometheus = config.services.prometheus.enable;
        alloy = config.services.alloy.enable;
        node = config.services.prometheus.exporters.node.enable;
      };
    expected = {
      prometheus = false;
      alloy = false;
      node = false;
    };
  };
  "a host that no block names cannot watch" = {
    expr = ours (failures (of "nats-dev" [ { nimmer.monitoring.enable = true; } ]));
    expected = [
      "nimmer.monitoring.enable: no `monitoring` block names host nats-dev: declare one with host = host.nats-dev, or leave the option alone"
    ];
  };
}

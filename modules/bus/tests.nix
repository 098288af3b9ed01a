{ lib, eval, ... }:
let
  theia = (eval { host = "theia"; }).config;
  hubHost = (eval { host = "nats-dev"; }).config;
  hub = hubHost.systemd.services.nimmer-nats-dev;
  streams = hubHost.systemd.services.nimmer-streams-dev;
  stock = eval {
    host = "nats-dev";
    modules = [
      (
        { pkgs, ... }:
        {
          nimmer.bus.server = "nats-server";
          nimmer.bus.natsServerPackage = pkgs.nats-server // {
            version = "2.15.2";
          };
        }
      )
    ];
  };
  messages =
    modules:
    map (a: a.message) (
      lib.filter (a: !a.assertion)
        (eval {
          host = "theia";
          inherit modules;
        }).config.assertions
    );
  about = option: modules: lib.any (lib.hasPrefix option) (messages modules);
  servers = config: lib.filter (lib.hasPrefix "nimmer-nats-") (lib.attrNames config.systemd.services);
in
{
  "a hub runs where it is declared" = {
    expr = servers hubHost;
    expected = [
      "nimmer-nats-dev"
      "nimmer-nats-dev-keys"
    ];
  };
  "a leaf runs where it is declared" = {
    expr = servers theia;
    expected = [
      "nimmer-nats-leaf"
      "nimmer-nats-leaf-keys"
    ];
  };
  "and neither anywhere else" = {
    expr = servers (eval { host = "phoebe-dev"; }).config;
    expected = [ ];
  };
  "the server reads its emitted file, and waits for reloads" = {
    expr = [
      hub.serviceConfig.Type
      (lib.hasInfix "bus serve -c /etc/nimmer/nats/hub/dev/dev_nats-dev.conf" hub.serviceConfig.ExecStart)
      (
        hubHost.environment.etc."nimmer/nats/hub/dev/dev_nats-dev.conf".source
        == "${../../topology/nats/hub/dev/dev_nats-dev.conf}"
      )
    ];
    expected = [
      "notify-reload"
      true
      true
    ];
  };
  "Prometheus finds it where the targets say" = {
    expr = lib.last (lib.splitString " --http " hub.serviceConfig.ExecStart);
    expected = "10.20.0.21:7777";
  };
  "and an exporter there beside a plain nats-server" = {
    expr =
      let
        inherit (stock.config.services.prometheus.exporters) nats;
      in
      [
        nats.enable
        nats.listenAddress
        nats.port
        nats.url
        stock.config.systemd.services.nimmer-nats-dev.serviceConfig.Type
      ];
    expected = [
      true
      "10.20.0.21"
      7777
      "http://127.0.0.1:8222"
      "exec"
    ];
  };
  "what holds keys stays outside the store" = {
    expr = lib.mapAttrs (_: e: e.source) (
      lib.filterAttrs (
        n: _: lib.hasPrefix "nimmer/nats/" n && !lib.hasSuffix "/theia.conf" n
      ) theia.environment.etc
    );
    expected = {
      "nimmer/nats/leaf/theia/remotes.conf" = "/var/lib/nimmer/nats/leaf/theia/remotes.conf";
      "nimmer/nats/leaf/theia/resolver.conf" = "/var/lib/nimmer/nats/leaf/theia/resolver.conf";
      "nimmer/nats/links" = "/var/lib/nimmer/nats/leaf/theia/creds";
    };
  };
  "other keys are read anew" = {
    expr = hubHost.systemd.paths.nimmer-nats-dev-keys.pathConfig.PathChanged;
    expected = [ "/var/lib/nimmer/nats/hub/dev/resolver.conf" ];
  };
  "its own store, and nothing else" = {
    expr = [
      hub.serviceConfig.StateDirectory
      theia.systemd.services.nimmer-nats-leaf.serviceConfig.StateDirectory
    ];
    expected = [
      "nats/hub-dev"
      "nats/leaf-theia"
    ];
  };
  "what talks here starts after the bus" = {
    expr = map (unit: lib.elem "nimmer-gate-dev.service" unit.before) [
      hub
      streams
    ];
    expected = [
      true
      true
    ];
  };
  "the admins make the streams, once they may" = {
    expr = {
      inherit (streams.unitConfig) ConditionPathExists;
      command = lib.drop 2 (lib.splitString " " streams.serviceConfig.ExecStart);
    };
    expected = {
      ConditionPathExists = [
        "/var/lib/nimmer/creds/dev_admin_virtual.creds"
        "/var/lib/nimmer/creds/dev_admin_real.creds"
        "/var/lib/nimmer/creds/dev_admin_infra.creds"
      ];
      command = [
        "apply"
        "${../../topology/topology.json}"
        "--env"
        "dev"
        "--server"
        "nats://10.20.1.21:4222"
        "--creds"
        "\${CREDENTIALS_DIRECTORY}"
      ];
    };
  };
  "a leaf makes no streams" = {
    expr = theia.systemd.services ? nimmer-streams-dev;
    expected = false;
  };
  "ports are open where they are listened on" = {
    expr = lib.filter (lib.hasInfix " -d ") (
      lib.splitString "\n" hubHost.networking.firewall.extraCommands
    );
    expected = [
      "iptables -w -A nixos-fw -p tcp -d 10.20.1.21 --dport 4222 -j nixos-fw-accept"
      "iptables -w -A nixos-fw -p tcp -d 10.20.1.21 --dport 7422 -j nixos-fw-accept"
    ];
  };
  "with nftables, too" = {
    expr = lib.filter (lib.hasInfix " daddr ") (
      lib.splitString "\n"
        (eval {
          host = "nats-dev";
          modules = [ { networking.nftables.enable = true; } ];
        }).config.networking.firewall.extraInputRules
    );
    expected = [
      "ip daddr 10.20.1.21 tcp dport 4222 accept"
      "ip daddr 10.20.1.21 tcp dport 7422 accept"
    ];
  };
  "a leaf opens nothing" = {
    expr = lib.hasInfix " -d " theia.networking.firewall.extraCommands;
    expected = false;
  };
  "an old nats-server is refused" = {
    expr = about "nimmer.bus.natsServerPackage on host theia is 2.14.3:" [
      (
        { pkgs, ... }:
        {
          nimmer.bus.server = "nats-server";
          nimmer.bus.natsServerPackage = pkgs.hello // {
            version = "2.14.3";
          };
        }
      )
    ];
    expected = true;
  };
  "keys in the store are refused" = {
    expr = about "nimmer.bus.keys on host theia is /nix/store/" [
      { nimmer.bus.keys = "${builtins.storeDir}/keys"; }
    ];
    expected = true;
  };
  "the default is fine" = {
    expr = about "nimmer.bus" [ ];
    expected = false;
  };
}

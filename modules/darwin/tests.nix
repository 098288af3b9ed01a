{ lib, evalDarwin, ... }:
let
  mac =
    modules:
    (evalDarwin {
      host = "cim-mac-studio";
      topology = ../../topology/examples/cim;
      modules = [ ../../hosts/cim-mac-studio ] ++ modules;
    }).config;
  plain = mac [ ];
  organs = mac [
    (
      { pkgs, ... }:
      {
        nimmer.organ.package = pkgs.hello;
      }
    )
  ];
  ours = config: lib.filter (lib.hasPrefix "nimmer-") (lib.attrNames config.launchd.daemons);
in
{
  "the leaf, the agent and what hands them their files" = {
    expr = ours plain;
    expected = [
      "nimmer-credentials"
      "nimmer-host"
      "nimmer-nats-leaf"
      "nimmer-nats-leaf-keys"
    ];
  };
  "the dispatcher of organs comes with its package, and runs as their identity" = {
    expr = organs.launchd.daemons.nimmer-organ.serviceConfig.UserName;
    expected = "cim";
  };
  "each account is handed its own credentials" = {
    expr = organs.nimmer.handed;
    expected = {
      _nimmer-host = [ "prod_host_cim-mac-studio" ];
      cim = [
        "prod_identity_cim_virtual"
        "prod_organs_cim-mac-studio"
      ];
    };
  };
  "a server never sleeps" = {
    expr = plain.power.sleep;
    expected = {
      allowSleepByPowerButton = null;
      computer = "never";
      display = "never";
      harddisk = "never";
    };
  };
  "its figures are read where the declaration says" = {
    expr = "${plain.services.prometheus.exporters.node.listenAddress}:${toString plain.services.prometheus.exporters.node.port}";
    expected = "10.0.0.30:9100";
  };
  "the keys of the leaf are live files, its configuration is not" = {
    expr = plain.environment.etc."nimmer/nats/leaf/cim-mac-studio/remotes.conf".source;
    expected = "/var/lib/nimmer/nats/leaf/cim-mac-studio/remotes.conf";
  };
  "a folder of its own for what the leaf stores" = {
    expr = lib.hasInfix "-o _nimmer-bus -g _nimmer-bus /var/lib/nats/leaf-cim-mac-studio" plain.system.activationScripts.launchd.text;
    expected = true;
  };
  "a Mac may sleep when it is told to" = {
    expr = (mac [ { nimmer.machine.awake = false; } ]).power.sleep.computer;
    expected = null;
  };
}

{ lib, eval, ... }:
let
  network = config: config.systemd.network;
  systemOf =
    host: modules:
    (eval {
      inherit host modules;
    }).config;
  cimOf =
    host: modules:
    (eval {
      inherit host modules;
      topology = ../../topology/examples/cim;
    }).config;
  theia = network (systemOf "theia" [ ]);
  saturn = network (systemOf "saturn" [ ]);
  faults = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  ours = config: lib.filter (lib.hasPrefix "nimmer.network") (faults config);
  gateways = net: lib.concatMap (n: map (r: r.Gateway) n.routes) (lib.attrValues net.networks);
in
{
  "a declared hardware address finds the card, not what stands on it" = {
    expr = theia.networks."40-management".matchConfig;
    expected.PermanentMACAddress = "3c:ec:ef:20:00:10";
  };
  "the other networks are VLANs on the card of the deployment network" = {
    expr = {
      over = theia.networks."40-management".vlan;
      id = theia.netdevs."40-vlan20".vlanConfig.Id;
      address = theia.networks."40-vlan20".address;
    };
    expected = {
      over = [
        "vlan20"
        "vlan30"
      ];
      id = 20;
      address = [ "10.20.1.10/24" ];
    };
  };
  "one default route, one set of name servers" = {
    expr = {
      gateways = gateways theia;
      inherit (theia.networks."40-management") dns domains;
    };
    expected = {
      gateways = [ "10.20.0.1" ];
      dns = [ "10.20.0.2" ];
      domains = [ "eachpath.local" ];
    };
  };
  "a hypervisor bridges what its guests are in, though it has no address there itself" = {
    expr = {
      bridges = lib.attrNames (lib.filterAttrs (_: d: d.netdevConfig.Kind == "bridge") saturn.netdevs);
      port = saturn.networks."40-vlan20".networkConfig.Bridge;
      nervous = saturn.networks."40-br-nervous".address;
      management = saturn.networks."40-br-management".address;
      # The card itself has none.
      card = saturn.networks."40-management".address;
    };
    expected = {
      bridges = [
        "40-br-management"
        "40-br-nervous"
        "40-br-womb"
      ];
      port = "br-nervous";
      nervous = [ ];
      management = [ "10.20.0.12/24" ];
      card = [ ];
    };
  };
  "a guest has a card for each network, known by an address that follows from its name" = {
    expr =
      lib.mapAttrs (_: n: n.matchConfig.PermanentMACAddress)
        (network (systemOf "nats-dev" [ ])).networks;
    expected = {
      "40-management" = "52:54:00:e5:c0:63";
      "40-nervous" = "52:54:00:43:e6:6e";
    };
  };
  "a guest with a trunk has VLANs" = {
    expr =
      lib.attrNames
        (network (systemOf "nats-dev" [ { nimmer.network.trunk = "enp1s0"; } ])).networks;
    expected = [
      "40-enp1s0"
      "40-vlan10"
      "40-vlan20"
    ];
  };
  "a card carries the largest packets of its VLANs" = {
    expr =
      lib.mapAttrs (_: n: n.linkConfig.MTUBytes or "")
        (network (systemOf "theia" [ { nimmer.network.mtu.womb = 9000; } ])).networks;
    expected = {
      "40-management" = "9000";
      "40-vlan20" = "";
      "40-vlan30" = "9000";
    };
  };
  "a gateway forwards, and routes to nobody" = {
    expr =
      let
        config = cimOf "cim-gateway" [ { nimmer.network.interfaces.management = "enp1s0"; } ];
      in
      {
        forwards = config.boot.kernel.sysctl."net.ipv4.conf.all.forwarding";
        gateways = gateways (network config);
      };
    expected = {
      forwards = true;
      gateways = [ ];
    };
  };
  "a network without an interface is refused, with the remedy" = {
    expr = lib.head (ours (cimOf "cim-worker-1" [ ]));
    expected =
      "nimmer.network: host cim-worker-1 has no interface for network cim-internal: declare the card's address in "
      + "`macs` of the host, or set nimmer.network.interfaces.cim-internal in hosts/cim-worker-1, or "
      + "nimmer.network.trunk to have it there as VLAN 20";
  };
  "an interface for no network is refused" = {
    expr = ours (systemOf "theia" [ { nimmer.network.interfaces.nervus = "enp1s0"; } ]);
    expected = [
      (
        "nimmer.network.interfaces.nervus: lab nimmerverse has no network nervus: host theia may name one of "
        + "management, nervous, womb"
      )
    ];
  };
  "a lab of one machine leaves the network alone" = {
    expr =
      (eval {
        host = "localhost";
        topology = ../../topology/examples/robot;
      }).config.nimmer.network.enable;
    expected = false;
  };
}

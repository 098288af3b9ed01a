# A machine's addresses: each declared network on an interface, a VLAN or a bridge, by systemd-networkd.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.network;
  inherit (config.nimmer) here lab;
  inherit (here) host;
  inherit (lib)
    concatMap
    filter
    mkDefault
    mkMerge
    optional
    optionalAttrs
    ;
  inherit
    (import ./links.nix {
      inherit
        lib
        lab
        host
        cfg
        ;
    })
    links
    missing
    ordered
    own
    ;

  isV6 = lib.hasInfix ":";
  all = lib.attrValues links;
  vlansOver = link: filter (l: l ? over && l.over.key == link.key) all;

  # One default route for each family, and none on the gateway itself.
  routed = filter (n: n.gateway != "" && n.gateway != host.addresses.${n.name}) ordered;
  defaults = lib.concatMap (v6: lib.take 1 (filter (n: isV6 n.gateway == v6) routed)) [
    false
    true
  ];
  routes = map (n: {
    Gateway = n.gateway;
  });

  mtuOf =
    link:
    let
      sizes = concatMap (n: optional (cfg.mtu ? ${n.name}) cfg.mtu.${n.name}) (
        link.networks ++ concatMap (l: l.networks) (vlansOver link)
      );
    in
    optionalAttrs (sizes != [ ]) { MTUBytes = toString (lib.foldl' lib.max 0 sizes); };

  quiet = {
    DHCP = "no";
    IPv6AcceptRA = false;
    LinkLocalAddressing = "no";
  };

  # What stands on a link, or on the bridge that it is a port of.
  addressing = networks: {
    address = map (n: "${host.addresses.${n.name}}/${toString (nimmer.prefixOf n.subnet)}") networks;
    routes = routes (filter (n: lib.elem n defaults) networks);
    dns = concatMap (n: n.dns) networks;
    domains = if lib.any (n: n.dns != [ ]) networks then [ lab.lab.domain ] else null;
    networkConfig = quiet // {
      LinkLocalAddressing = if lib.any (n: isV6 n.subnet) networks then "ipv6" else "no";
    };
  };

  linkNetwork =
    link:
    mkMerge [
      {
        matchConfig = link.match or { Name = link.key; };
        vlan = map (l: l.key) (vlansOver link);
        linkConfig = mtuOf link;
      }
      (
        if link.bridge != null then
          {
            networkConfig = quiet // {
              Bridge = link.bridge;
            };
            linkConfig.RequiredForOnline = "enslaved";
          }
        else
          addressing link.networks
          // {
            linkConfig.RequiredForOnline = if link.networks == [ ] then "carrier" else "routable";
          }
      )
    ];

  bridgeNetwork =
    link:
    addressing link.networks
    // {
      matchConfig.Name = link.bridge;
      linkConfig = mtuOf link // {
        RequiredForOnline = if link.networks == [ ] then "no" else "routable";
      };
    };

  bridges = filter (l: l.bridge != null) all;
  each = f: list: lib.listToAttrs (map f list);
  file = name: lib.nameValuePair "40-${name}";
in
{
  imports = [ ./options.nix ];

  config = lib.mkIf cfg.enable {
    networking.useNetworkd = mkDefault true;
    networking.useDHCP = mkDefault false;

    # A host that is a network's gateway forwards for it.
    boot.kernel.sysctl = lib.mkIf (lib.any (n: n.gateway == host.addresses.${n.name}) own) {
      "net.ipv4.conf.all.forwarding" = mkDefault true;
      "net.ipv6.conf.all.forwarding" = mkDefault true;
    };

    systemd.network = {
      wait-online.timeout = mkDefault 60;
      netdevs = mkMerge [
        (each (
          l:
          file l.key {
            netdevConfig = {
              Name = l.key;
              Kind = "vlan";
            };
            vlanConfig.Id = l.vlan;
          }
        ) (filter (l: l ? over) all))
        (each (
          l:
          file l.bridge {
            netdevConfig = {
              Name = l.bridge;
              Kind = "bridge";
            }
            # Known to switches and to address reservations as the card was.
            // lib.mapAttrs' (_: lib.nameValuePair "MACAddress") (
              lib.filterAttrs (k: _: k == "PermanentMACAddress") (l.match or { })
            );
          }
        ) bridges)
      ];
      networks = mkMerge [
        (each (l: file l.key (linkNetwork l)) all)
        (each (l: file l.bridge (bridgeNetwork l)) bridges)
        (each (
          name:
          file "dhcp-${name}" {
            matchConfig.Name = name;
            networkConfig.DHCP = "yes";
            linkConfig.RequiredForOnline = "no";
          }
        ) cfg.dhcp)
      ];
    };

    assertions =
      map (n: {
        assertion = false;
        message =
          "nimmer.network: host ${host.name} has no interface for network ${n.name}: declare the card's address in `macs` of the host, "
          + "or set nimmer.network.interfaces.${n.name} in hosts/${host.name}"
          + lib.optionalString (
            n.vlan != 0
          ) ", or nimmer.network.trunk to have it there as VLAN ${toString n.vlan}";
      }) missing
      ++
        map
          (option: {
            assertion =
              cfg.${option.name} ? ${option.network} -> lib.any (n: n.name == option.network) lab.networks;
            message = "nimmer.network.${option.name}.${option.network}: lab ${lab.lab.name} has no network ${option.network}: host ${host.name} may name one of ${
              lib.concatMapStringsSep ", " (n: n.name) lab.networks
            }";
          })
          (
            concatMap (name: map (network: { inherit name network; }) (lib.attrNames cfg.${name})) [
              "interfaces"
              "mtu"
            ]
          );
  };
}

# Network boot of a declared `pxe`: kea gives addresses, pixiecore tells where to boot from and hands out the installer.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.pxe;
  inherit (config.nimmer) here lab;
  inherit (here) host;
  inherit (lib)
    mkDefault
    mkIf
    mkOption
    optional
    types
    ;

  block = lib.head here.pxes;
  network = lib.findFirst (n: n.name == block.network) null lab.networks;
  address = nimmer.addressOn lab host.name block.network;
  image = cfg.images.${block.installer} or null;
  formats = (lib.findFirst (i: i.name == block.installer) null lab.installers).formats;
  reserved = map (nimmer.hostOf lab) block.reservations;
  known = lib.filter (h: h.macs ? ${block.network} && h.addresses ? ${block.network}) reserved;

  # The interface of the network, as modules/network places it. One that is found by its hardware address has a name of
  # the kernel's own, which nobody knows here: it gets one.
  inherit
    (import ../network/links.nix {
      inherit lib lab host;
      cfg = config.nimmer.network;
    })
    links
    ;
  link = lib.findFirst (l: lib.any (n: n.name == block.network) l.networks) null (
    lib.attrValues links
  );
  mac = if link == null || link.bridge != null then null else link.match.PermanentMACAddress or null;
  given = lib.substring 0 15 "lab-${block.network}";
  placed =
    if link == null || !config.nimmer.network.enable then
      null
    else if link.bridge != null then
      link.bridge
    else if mac != null then
      given
    else
      link.match.Name or link.key;
in
{
  options.nimmer.pxe = {
    enable = mkOption {
      type = types.bool;
      default = here.pxes != [ ];
      defaultText = lib.literalMD "whether a `pxe` block names this host";
      description = "Give addresses in the declared network and boot machines there into the declared installer.";
    };
    interface = mkOption {
      type = types.nullOr types.str;
      default = placed;
      defaultText = lib.literalMD "the interface that has the declared network";
      example = "enp1s0";
      description = "Interface that is served. Nothing is answered on others.";
    };
    images = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
      example = lib.literalExpression "{ metal = { system = \"x86_64-linux\"; kernel = \"...\"; initrd = \"...\"; cmdLine = \"...\"; }; }";
      description = ''
        What to boot, by the name of its `installer`: the path of a kernel, that of an initrd, and the kernel's command
        line. `nimmer.lib.lab` fills in the declared installers.
      '';
    };
  };

  config = lib.mkMerge [
    (mkIf cfg.enable {
      assertions = [
        {
          assertion = builtins.length here.pxes == 1;
          message =
            if here.pxes == [ ] then
              "nimmer.pxe.enable: no `pxe` block names host ${host.name}: declare one with host = host.${host.name}, or leave the option alone"
            else
              "host ${host.name} has the pxe blocks ${
                lib.concatMapStringsSep " and " (p: p.name) here.pxes
              }: one machine boots one network; give one of them another host";
        }
      ];
    })
    (mkIf (cfg.enable && here.pxes != [ ]) {
      assertions = [
        {
          assertion = cfg.interface != null;
          message = "nimmer.pxe.interface: host ${host.name}: which interface is on network ${block.network}? Name it here, or in nimmer.network.interfaces.${block.network}";
        }
      ]
      ++ map (h: {
        assertion = h.macs ? ${block.network} && h.addresses ? ${block.network};
        message = "pxe ${block.name}: host ${h.name} is reserved for and has no address or no MAC on network ${block.network}: declare macs = { ${block.network} = \"...\" } and addresses of it and emit again";
      }) reserved
      ++ lib.optionals (block.installer != "") [
        {
          assertion = lib.elem "netboot" formats;
          message = "pxe ${block.name} boots installer ${block.installer}, whose formats are ${lib.concatStringsSep ", " formats}: add \"netboot\" to them and emit again";
        }
        {
          assertion = image != null;
          message = "nimmer.pxe.images.${block.installer}: host ${host.name} boots it and has no image of it: nimmer.lib.lab fills it in; without that, name its kernel, initrd and cmdLine";
        }
        {
          assertion = image == null || image.system or "x86_64-linux" == "x86_64-linux";
          message = "pxe ${block.name}: installer ${block.installer} is for ${image.system}, and pixiecore has loaders for x86_64 only: install those hosts by \"iso\"";
        }
      ];

      services.kea.dhcp4 = {
        enable = mkDefault true;
        settings = {
          interfaces-config = {
            interfaces = [ "${cfg.interface}/${address}" ];
            # Without its socket kea would run and hear nothing.
            service-sockets-require-all = true;
            service-sockets-max-retries = 5;
            service-sockets-retry-wait-time = 2000;
          };
          lease-database = {
            type = "memfile";
            persist = true;
            name = "/var/lib/kea/dhcp4.leases";
          };
          valid-lifetime = mkDefault 3600;
          host-reservation-identifiers = [ "hw-address" ];
          subnet4 = [
            {
              id = 1;
              inherit (network) subnet;
              inherit (cfg) interface;
              pools = [ { pool = "${block.first} - ${block.last}"; } ];
              # Reserved addresses are static ones, outside of the range.
              reservations-out-of-pool = true;
              reservations = map (h: {
                hw-address = h.macs.${block.network};
                ip-address = h.addresses.${block.network};
                hostname = h.name;
              }) known;
              option-data =
                optional (block.router != "") {
                  name = "routers";
                  data = block.router;
                }
                ++ optional (network.dns != [ ]) {
                  name = "domain-name-servers";
                  data = lib.concatStringsSep ", " network.dns;
                }
                ++ [
                  {
                    name = "domain-name";
                    data = lab.lab.domain;
                  }
                ];
            }
          ];
        };
      };

      # It refuses to start before its interface has the address.
      systemd.services.kea-dhcp4-server = mkIf config.services.kea.dhcp4.enable {
        startLimitIntervalSec = 0;
        serviceConfig.RestartSec = 2;
      };

      services.pixiecore = mkIf (image != null) {
        enable = true;
        mode = "boot";
        # kea has the port: pixiecore listens beside it and adds what a booting machine wants to know.
        dhcpNoBind = true;
        # On other interfaces it says nothing.
        listen = address;
        inherit (image) kernel initrd cmdLine;
      };
      systemd.services.pixiecore = mkIf (image != null) {
        # It binds to an address.
        wants = [ "network-online.target" ];
        after = [ "network-online.target" ];
        startLimitIntervalSec = 0;
        serviceConfig =
          removeAttrs nimmer.hardening [
            "AmbientCapabilities" # those of its module
            "PrivateUsers" # raw sockets of the machine's own network
          ]
          // {
            CapabilityBoundingSet = [
              "CAP_NET_BIND_SERVICE"
              "CAP_NET_RAW"
            ];
            RestrictAddressFamilies = nimmer.hardening.RestrictAddressFamilies ++ [
              "AF_NETLINK" # which interface has the address
            ];
            RestartSec = 2;
          };
      };

      systemd.network.links = mkIf (mac != null && cfg.interface == given) {
        "10-${given}" = {
          matchConfig.PermanentMACAddress = mac;
          linkConfig.Name = given;
        };
      };

      networking.firewall.interfaces = mkIf (cfg.interface != null) {
        ${cfg.interface} = {
          allowedUDPPorts = [
            67 # DHCP
          ]
          ++ lib.optionals (image != null) [
            69 # TFTP, for the loader
            4011 # the boot server, as PXE has it
          ];
          allowedTCPPorts = mkIf (image != null) [
            config.services.pixiecore.port
            config.services.pixiecore.statusPort
          ];
        };
      };
    })
  ];
}

{ lib, eval, ... }:
let
  image = {
    system = "x86_64-linux";
    kernel = "/boot/kernel";
    initrd = "/boot/initrd";
    cmdLine = "init=/boot/init";
  };
  given.nimmer.pxe.images.metal = image;
  of =
    modules:
    (eval {
      host = "prometheus";
      inherit modules;
    }).config;
  config = of [ given ];
  subnet = lib.head config.services.kea.dhcp4.settings.subnet4;

  failures =
    config:
    lib.filter (lib.hasInfix "pxe") (
      map (a: a.message) (lib.filter (a: !a.assertion) config.assertions)
    );

  # The declaration with its pxe block changed, as if it had been emitted so.
  changed =
    change:
    failures (of [
      given
      (
        { lib, ... }:
        {
          options.nimmer.lab = lib.mkOption { apply = change; };
        }
      )
    ]);
in
{
  "addresses of the declared range, by the declared router and name server" = {
    expr = {
      inherit (subnet) subnet pools;
      options = lib.listToAttrs (map (o: lib.nameValuePair o.name o.data) subnet.option-data);
    };
    expected = {
      subnet = "10.20.0.0/24";
      pools = [ { pool = "10.20.0.200 - 10.20.0.249"; } ];
      options = {
        routers = "10.20.0.1";
        domain-name-servers = "10.20.0.2";
        domain-name = "eachpath.local";
      };
    };
  };
  "a reserved host gets its own address" = {
    expr = lib.head subnet.reservations;
    expected = {
      hw-address = "3c:ec:ef:20:00:10";
      ip-address = "10.20.0.10";
      hostname = "theia";
    };
  };
  "pixiecore boots the installer, beside kea" = {
    expr = {
      inherit (config.services.pixiecore)
        enable
        mode
        dhcpNoBind
        listen
        kernel
        initrd
        cmdLine
        ;
    };
    expected = {
      enable = true;
      mode = "boot";
      dhcpNoBind = true;
      listen = "10.20.0.5";
      kernel = "/boot/kernel";
      initrd = "/boot/initrd";
      cmdLine = "init=/boot/init";
    };
  };
  "a card that is known by its address gets a name" = {
    expr = {
      inherit (config.nimmer.pxe) interface;
      inherit (config.systemd.network.links."10-lab-management".linkConfig) Name;
      kea = config.services.kea.dhcp4.settings.interfaces-config.interfaces;
    };
    expected = {
      interface = "lab-management";
      Name = "lab-management";
      kea = [ "lab-management/10.20.0.5" ];
    };
  };
  "one that has a name keeps it" = {
    expr =
      let
        named = of [
          given
          { nimmer.network.interfaces.management = "enp1s0"; }
        ];
      in
      {
        inherit (named.nimmer.pxe) interface;
        links = lib.attrNames (
          lib.filterAttrs (name: _: lib.hasPrefix "10-lab-" name) named.systemd.network.links
        );
      };
    expected = {
      interface = "enp1s0";
      links = [ ];
    };
  };
  "the firewall is open on that interface alone" = {
    expr = {
      inherit (config.networking.firewall.interfaces.lab-management) allowedUDPPorts allowedTCPPorts;
      everywhere = lib.intersectLists [ 67 69 80 4011 ] (
        config.networking.firewall.allowedUDPPorts ++ config.networking.firewall.allowedTCPPorts
      );
    };
    expected = {
      allowedUDPPorts = [
        67
        69
        4011
      ];
      allowedTCPPorts = [
        80
      ];
      everywhere = [ ];
    };
  };
  "nothing is wrong with it" = {
    expr = failures config;
    expected = [ ];
  };
  "another host serves nothing" = {
    expr =
      let
        other = (eval { host = "nats-dev"; }).config;
      in
      other.services.kea.dhcp4.enable || other.services.pixiecore.enable;
    expected = false;
  };
  "a host that no block names" = {
    expr =
      failures
        (eval {
          host = "nats-dev";
          modules = [ { nimmer.pxe.enable = true; } ];
        }).config;
    expected = [
      "nimmer.pxe.enable: no `pxe` block names host nats-dev: declare one with host = host.nats-dev, or leave the option alone"
    ];
  };
  "no image" = {
    expr = failures (of [ ]);
    expected = [
      "nimmer.pxe.images.metal: host prometheus boots it and has no image of it: nimmer.lib.lab fills it in; without that, name its kernel, initrd and cmdLine"
    ];
  };
  "an image that pixiecore cannot boot" = {
    expr = failures (of [
      {
        nimmer.pxe.images.metal = image // {
          system = "aarch64-linux";
        };
      }
    ]);
    expected = [
      "pxe metal: installer metal is for aarch64-linux, and pixiecore has loaders for x86_64 only: install those hosts by \"iso\""
    ];
  };
  "no interface" = {
    expr = failures (of [
      given
      { nimmer.pxe.interface = null; }
    ]);
    expected = [
      "nimmer.pxe.interface: host prometheus: which interface is on network management? Name it here, or in nimmer.network.interfaces.management"
    ];
  };
  "a reservation without a MAC" = {
    expr = changed (
      lab: lab // { hosts = map (h: if h.name == "theia" then h // { macs = { }; } else h) lab.hosts; }
    );
    expected = [
      "pxe metal: host theia is reserved for and has no address or no MAC on network management: declare macs = { management = \"...\" } and addresses of it and emit again"
    ];
  };
  "an installer that does not boot from the network" = {
    expr = changed (
      lab: lab // { installers = map (i: i // { formats = [ "iso" ]; }) lab.installers; }
    );
    expected = [
      "pxe metal boots installer metal, whose formats are iso: add \"netboot\" to them and emit again"
    ];
  };
}

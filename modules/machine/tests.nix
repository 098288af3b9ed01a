{ lib, eval, ... }:
let
  systemOf = host: modules: (eval { inherit host modules; }).config;
  theia = systemOf "theia" [ ];
  natsDev = systemOf "nats-dev" [ ];
  saturn = systemOf "saturn" [ ];
  reachable = systemOf "k8s-control" [ { nimmer.machine.adminKeys = [ "ssh-ed25519 AAAA admin" ]; } ];
  ours = config: lib.filter (lib.hasPrefix "nimmer.machine") config.warnings;
  cim =
    host:
    (eval {
      inherit host;
      topology = ../../topology/examples/cim;
    }).config;
in
{
  "name and domain are the declared ones" = {
    expr = theia.networking.fqdn;
    expected = "theia.eachpath.local";
  };
  "its own name is its address in the lab" = {
    expr = {
      inherit (theia.networking.hosts) "10.20.0.10" "127.0.0.2";
    };
    expected = {
      "10.20.0.10" = [
        "theia.eachpath.local"
        "theia"
      ];
      "127.0.0.2" = [ ];
    };
  };
  "the name of a hub is the address it listens on" = {
    expr = theia.networking.hosts."10.20.1.21";
    expected = [
      "nats-dev.eachpath.local"
      "nats-dev"
    ];
  };
  "aliases go with the name" = {
    expr = lib.last theia.networking.hosts."10.20.0.33";
    expected = "phoebe.eachpath.local";
  };
  "keys open the declared user, passwords nobody" = {
    expr = {
      inherit (reachable.users.users.root.openssh.authorizedKeys) keys;
      inherit (reachable.services.openssh.settings) PasswordAuthentication PermitRootLogin;
      warnings = ours reachable;
    };
    expected = {
      keys = [ "ssh-ed25519 AAAA admin" ];
      PasswordAuthentication = false;
      PermitRootLogin = "prohibit-password";
      warnings = [ ];
    };
  };
  "a machine that nobody can log in to is told" = {
    expr = ours natsDev;
    expected = [
      (
        "nimmer.machine.adminKeys: nobody can log in to host nats-dev: root has no key and no password; "
        + "name a public key there"
      )
    ];
  };
  "only guests have a hypervisor's devices" = {
    expr = map (c: c.services.qemuGuest.enable) [
      natsDev
      theia
    ];
    expected = [
      true
      false
    ];
  };
  "only a parent is a hypervisor" = {
    expr = map (c: c.virtualisation.libvirtd.enable) [
      saturn
      theia
      natsDev
    ];
    expected = [
      true
      false
      false
    ];
  };
  "and may be none" = {
    expr =
      let
        config = systemOf "saturn" [ { nimmer.machine.hypervisor = false; } ];
      in
      [
        config.virtualisation.libvirtd.enable
        (config.systemd.network.netdevs ? "40-br-nervous")
      ];
    expected = [
      false
      false
    ];
  };
  "the clock is chrony's, alone" = {
    expr = [
      theia.services.chrony.enable
      theia.services.timesyncd.enable
    ];
    expected = [
      true
      false
    ];
  };
  "a host of another lab has that lab's names" = {
    expr = (cim "cim-worker-10").networking.hosts."10.0.0.20";
    expected = [
      "cim-worker-10.cim.internal"
      "cim-worker-10"
    ];
  };
  "a machine of another kind than declared is refused" = {
    expr = map (a: a.message) (
      lib.filter (a: !a.assertion && lib.hasPrefix "nimmer.host" a.message)
        (systemOf "nats-dev" [ { nixpkgs.hostPlatform = "aarch64-linux"; } ]).assertions
    );
    expected = [
      (
        "nimmer.host: host nats-dev is declared with system x86_64-linux and built for aarch64-linux: set "
        + "nixpkgs.hostPlatform, or declare its `system`"
      )
    ];
  };
}

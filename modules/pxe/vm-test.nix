# A machine without a disk boots over the network into the installer, at the address that is reserved for it, and opens
# to the admin's key. One that nobody declared gets an address of the range.
{ pkgs, nimmerModule, ... }:
let
  inherit (pkgs) lib;
  topology = ../../topology/examples/cim;
  declared = lib.importJSON (topology + "/topology.json");
  keys = import (pkgs.path + "/nixos/tests/ssh-keys.nix") pkgs;

  images = import ../installer/images.nix {
    inherit lib;
    nixosSystem = args: import (pkgs.path + "/nixos/lib/eval-config.nix") (args // { system = null; });
  };
  installer = images {
    inherit topology;
    installer = lib.head declared.installers;
    modules = [
      (pkgs.path + "/nixos/modules/testing/test-instrumentation.nix")
      {
        nimmer.installer.adminKeys = [ keys.snakeOilPublicKey ];
        nixpkgs.pkgs = pkgs;
        # The test driver gives root a password of its own.
        users.users.root.initialHashedPassword = lib.mkForce null;
      }
    ];
  };

  qemu =
    (import (pkgs.path + "/nixos/lib/qemu-common.nix") { inherit (pkgs) lib stdenv; }).qemuBinary
      pkgs.qemu_test;
  start = lib.concatStringsSep " " [
    qemu
    "-m 6144"
    "-boot order=n"
    "-netdev vde,id=lan,sock=$QEMU_VDE_SOCKET_1"
    "-device virtio-net-pci,netdev=lan,mac=00:11:22:33:44:55" # that of cim-master-1
  ];
in
pkgs.testers.runNixOSTest {
  name = "nimmer-pxe";
  # pixiecore's loaders are.
  meta.platforms = [ "x86_64-linux" ];

  nodes = {
    cim-gateway =
      { lib, ... }:
      {
        imports = [ nimmerModule ];
        nimmer = {
          inherit topology;
          host = "cim-gateway";
          network.interfaces.management = "eth1";
          pxe.images.node = installer.netboot;
        };
        networking.interfaces.eth1 = lib.mkForce { };
        virtualisation.memorySize = 2048;
      };
    visitor =
      { lib, ... }:
      {
        networking.useDHCP = false;
        networking.interfaces.eth1 = lib.mkForce { useDHCP = true; };
      };
  };

  testScript = ''
    gateway = cim_gateway
    gateway.start()
    for unit in ["kea-dhcp4-server", "pixiecore"]:
        gateway.wait_for_unit(unit + ".service")
    gateway.wait_until_succeeds("ip -4 -o addr show dev eth1 | grep -F 10.0.0.1/24")

    with subtest("a machine that nobody declared gets an address of the range, and the way out"):
        visitor.start()
        visitor.wait_until_succeeds("ip -4 -o addr show dev eth1 | grep -E ' 10\\.0\\.0\\.(1[0-9][0-9]|200)/24'", timeout=120)
        visitor.succeed("ip route show default | grep -F 'via 10.0.0.1'")
        visitor.succeed("curl -sS -o /dev/null http://10.0.0.1:80/")

    with subtest("a machine without a disk boots into the installer"):
        metal = create_machine("${start}", name="metal")
        metal.start()
        metal.wait_for_unit("multi-user.target", timeout=900)
        metal.succeed("grep -F 'init=' /proc/cmdline")
        metal.succeed("grep -F '\"cim-master-1\"' /etc/nimmer/topology.json")
        metal.succeed("type disko nixos-facter nixos-install nixos-generate-config")
        gateway.succeed("journalctl -u pixiecore.service | grep -F 00:11:22:33:44:55")

    with subtest("it has the address that is reserved for it"):
        metal.wait_until_succeeds("ip -4 -o addr | grep -F 10.0.0.10/24", timeout=120)

    with subtest("the admin's key opens it, and nothing else does"):
        metal.wait_for_unit("sshd.service")
        gateway.succeed("install -m 0600 ${keys.snakeOilPrivateKey} /root/key")
        ssh = "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
        gateway.wait_until_succeeds(f"{ssh} -i /root/key root@10.0.0.10 true", timeout=120)
        gateway.fail(f"{ssh} root@10.0.0.10 true")
        methods = gateway.succeed(f"{ssh} -v root@10.0.0.10 true 2>&1 || true")
        assert "password" not in methods.split("Authentications that can continue:")[1].splitlines()[0], methods

    with subtest("what boots machines does not answer beside their network"):
        rules = gateway.succeed("iptables-save")
        for port in ["67", "69", "4011"]:
            lines = [line for line in rules.splitlines() if f"--dport {port} " in line and "nixos-fw-accept" in line]
            assert lines and all("-i eth1 " in line for line in lines), rules

    metal.shutdown()
  '';
}

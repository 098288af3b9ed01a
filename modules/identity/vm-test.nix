# Two identities on one machine, and what neither gets of the other: files, sockets, credentials, journal, cards, the way
# out. Cards are stand-ins: nodes of a driver that is not loaded, so that who may open one is told that no device is there.
{ pkgs, ... }:
let
  inherit (pkgs) lib;
  nimmer = import ../lib { inherit lib; };
  fences = import ../../tests/nix/fences { inherit lib; };
  lab = nimmer.read ../../tests/nix/fences;

  socat = lib.getExe pkgs.socat;

  # What a unit of alpha finds: its credential, and what the kernel says of either card.
  look = pkgs.writeShellScript "look" ''
    echo "alpha speaks of $(cat "$CREDENTIALS_DIRECTORY/token")"
    for card in 0 1; do
      { : < "/dev/nvidia$card"; } 2> "$STATE_DIRECTORY/card-$card"
    done
    exec ${socat} UNIX-LISTEN:"$RUNTIME_DIRECTORY/socket",fork EXEC:true
  '';

  unit =
    name: cards:
    let
      own = nimmer.identityOf lab "box" "alpha";
    in
    {
      wants = nimmer.identityUnits "alpha";
      after = nimmer.identityUnits "alpha";
      serviceConfig =
        nimmer.hardening
        // own
        // {
          ExecStart = look;
          LoadCredential = "token:/var/lib/nimmer/creds/alpha.creds";
          RuntimeDirectory = name;
          RuntimeDirectoryMode = "0700";
          StateDirectory = name;
          # A card is a device.
          PrivateDevices = false;
          DeviceAllow = nimmer.cardDevices cards;
        };
    };
in
pkgs.testers.runNixOSTest {
  name = "identity-isolation";

  nodes.box = {
    imports = [ (fences.module "box") ];
    # There is no card and no driver; the groups are as the module makes them.
    nimmer.gpu.enable = false;
    users.groups = {
      nimmer-gpu.members = [
        "alpha"
        "beta"
      ];
      nimmer-gpu-0.members = [ "beta" ];
      nimmer-gpu-1.members = [ "alpha" ];
    };
    environment.systemPackages = [ pkgs.socat ];
    systemd.services.with-card = unit "with-card" [ "box/1" ];
    systemd.services.without-card = unit "without-card" [ ];
  };

  # The lab's resolver, and behind it addresses that are not the lab's.
  nodes.world = {
    networking.firewall.enable = false;
    systemd.services = lib.listToAttrs (
      map
        (
          port:
          lib.nameValuePair "listen-${toString port}" {
            wantedBy = [ "multi-user.target" ];
            serviceConfig.ExecStart = "${socat} TCP-LISTEN:${toString port},fork,reuseaddr EXEC:true";
          }
        )
        [
          80
          443
        ]
    );
  };

  testScript = ''
    start_all()
    box.wait_for_unit("multi-user.target")
    world.wait_for_unit("listen-80.service")
    world.wait_for_unit("listen-443.service")
    box.wait_for_unit("nimmer-identities.service")
    box.wait_for_unit("nimmer-egress.service")
    box.wait_for_unit("nimmer-womb.service")
    beta = box.succeed("id -u beta").strip()


    # A unit's PATH is not a shell's.
    tools = "/run/current-system/sw/bin"


    def as_user(user, command):
        return f"su {user} -c '{command}'"


    with subtest("homes"):
        box.succeed("test \"$(stat -c %a:%U /home/alpha)\" = 700:alpha")
        box.succeed(as_user("alpha", "echo mine > /home/alpha/file; chmod 644 /home/alpha/file"))
        box.succeed(as_user("alpha", "cat /home/alpha/file"))
        box.fail(as_user("beta", "cat /home/alpha/file"))

    with subtest("cards, found and opened to their groups"):
        for minor, address in enumerate(["0000:41:00.0", "0000:61:00.0"]):
            box.succeed(
                f"mkdir -p /tmp/proc/driver/nvidia/gpus/{address}",
                f"echo 'Device Minor: {minor}' > /tmp/proc/driver/nvidia/gpus/{address}/information",
            )
        box.succeed(
            "touch /tmp/proc/devices",
            "NIMMER_PROC=/tmp/proc bash ${../gpu/nodes.sh} open 0=index:0 1=pci:0000:61:00.0",
        )
        t.assertEqual("660:nimmer-gpu-1", box.succeed("stat -c %a:%G /dev/nvidia1").strip())
        t.assertEqual("/dev/nvidia1", box.succeed("readlink -f /dev/nimmer/gpu-1").strip())
        t.assertIn("Permission denied", box.fail(as_user("beta", ": < /dev/nvidia1") + " 2>&1"))
        t.assertIn("No such device", box.fail(as_user("alpha", ": < /dev/nvidia1") + " 2>&1"))

    with subtest("units"):
        box.succeed(
            "install -d -m 0700 /var/lib/nimmer/creds",
            "echo secret-of-alpha > /var/lib/nimmer/creds/alpha.creds",
            "systemctl start with-card without-card",
        )
        box.wait_for_file("/run/with-card/socket")
        box.wait_for_file("/run/without-card/socket")

    with subtest("a unit opens its card and no other"):
        t.assertIn("No such device", box.succeed("cat /var/lib/with-card/card-1"))
        t.assertIn("denied", box.succeed("cat /var/lib/with-card/card-0"))
        t.assertIn("not permitted", box.succeed("cat /var/lib/without-card/card-1"))

    with subtest("sockets"):
        box.succeed(as_user("alpha", "socat -u OPEN:/dev/null UNIX-CONNECT:/run/with-card/socket"))
        box.fail(as_user("beta", "socat -u OPEN:/dev/null UNIX-CONNECT:/run/with-card/socket"))
        box.fail(as_user("beta", "ls /run/user/2001"))

    with subtest("credentials"):
        box.succeed("test -s /run/credentials/with-card.service/token")
        box.fail(as_user("beta", "cat /run/credentials/with-card.service/token"))
        for user in ["alpha", "beta"]:
            box.fail(as_user(user, "cat /var/lib/nimmer/creds/alpha.creds"))

    with subtest("journal"):
        said = "journalctl --quiet --no-pager -o cat | grep -q secret-of-alpha"
        box.succeed("journalctl --sync")
        box.succeed(said)
        box.succeed(as_user("alpha", said))
        box.fail(as_user("beta", said))

    with subtest("slices carry the limits, in both forms"):
        for slice, limit in [
            ("nimmer-alpha", 536870912),
            ("user-2001", 536870912),
            ("nimmer-beta", 268435456),
            (f"user-{beta}", 268435456),
        ]:
            t.assertEqual(
                f"MemoryMax={limit}", box.succeed(f"systemctl show -p MemoryMax {slice}.slice").strip()
            )
        group = box.succeed("systemctl show -p ControlGroup --value with-card").strip()
        t.assertIn("/nimmer-alpha.slice/", group)
        t.assertEqual("536870912", box.succeed(f"cat /sys/fs/cgroup{group}/../memory.max").strip())

    with subtest("a manager runs for who lingers, and its units are in the user's slice"):
        box.wait_for_unit("user@2001.service")
        box.wait_for_unit(f"user@{beta}.service")
        out = box.succeed(
            f"systemd-run --user --machine=alpha@ --quiet --pipe --wait {tools}/cat /proc/self/cgroup"
        )
        t.assertIn("/user-2001.slice/", out)

    with subtest("wombs"):
        box.succeed(as_user("alpha", "umask 077; echo weights > /womb/shared/model"))
        t.assertEqual("/data/womb/shared/model", box.succeed("readlink -f /womb/shared/model").strip())
        box.succeed(as_user("beta", "cat /womb/shared/model"))
        box.fail(as_user("alpha", "ls /womb/read"))

    world.succeed("ip addr add 203.0.113.8/32 dev eth1", "ip addr add 203.0.113.9/32 dev eth1")
    box.succeed("ip route add 203.0.113.0/24 via 192.168.1.2")


    def reach(address, port):
        return f"socat -u OPEN:/dev/null TCP:{address}:{port},connect-timeout=5"


    with subtest("the way out: the lab and what is allowed, nothing else"):
        box.succeed(reach("203.0.113.9", 443))
        for user in ["alpha", "beta"]:
            box.succeed(as_user(user, reach("192.168.1.2", 80)))
            box.succeed(as_user(user, reach("203.0.113.8", 443)))
            box.fail(as_user(user, reach("203.0.113.8", 80)))
            box.fail(as_user(user, reach("203.0.113.9", 443)))
        for uid in ["2001", beta]:
            box.wait_until_succeeds(
                f"journalctl -k | grep -q 'nimmer-egress closed: .*DST=203.0.113.9 .*UID={uid}'"
            )

    with subtest("a reload of the firewall keeps the numbers that are not declared"):
        box.succeed("systemctl reload nftables")
        box.wait_until_fails(as_user("beta", reach("203.0.113.9", 443)))

    with subtest("the slices hold alone, for services of the system and of the users"):
        box.succeed("nft delete table inet nimmer-egress")
        box.succeed(as_user("alpha", reach("203.0.113.9", 443)))
        for run in [
            "systemd-run --quiet --wait --slice=nimmer-alpha.slice --uid=alpha",
            "systemd-run --quiet --wait --user --machine=alpha@",
            "systemd-run --quiet --wait --user --machine=beta@",
        ]:
            box.succeed(f"{run} {tools}/" + reach("192.168.1.2", 80))
            box.fail(f"{run} {tools}/" + reach("203.0.113.9", 443))
  '';
}

# A hub and two leaves with gate core and cells: keys, streams, a wave that becomes a transition, a leaf that is cut
# off, credentials that are foreign or revoked.
{ pkgs, nimmerModule, ... }:
let
  machine =
    name:
    { config, ... }:
    {
      imports = [ nimmerModule ];
      nimmer = {
        host = name;
        topology = ./bus;
        # The test driver has configured the interfaces, with the addresses that are declared.
        network.enable = false;
      };
      environment.systemPackages = [
        config.nimmer.bus.package
        pkgs.curl
        pkgs.jq
        pkgs.rsync
      ];
    };
in
pkgs.testers.runNixOSTest {
  name = "nimmer-bus";

  nodes = {
    hub = machine "hub";
    left = machine "left";
    right = machine "right";
  };

  testScript = ''
    import json

    LAB = "${./bus}"
    AT_HUB = "--server nats://192.168.1.1:4222"
    AT_LEAF = "--server nats://127.0.0.1:4222"
    OPERATOR = "/var/lib/nimmer/creds/dev_operator.creds"
    SITES = {hub: "hub/spine", left: "leaf/west", right: "leaf/east"}
    SERVER = {hub: "nimmer-nats-spine", left: "nimmer-nats-leaf", right: "nimmer-nats-leaf"}


    def active(machine, unit):
        machine.wait_until_succeeds(f"systemctl is-active {unit}.service", timeout=120)


    def bring(machine):
        """Brings what the last `nimmer bus keys` wrote for a machine, as modules/bus/README.md has it."""
        hub.succeed("rm -rf /tmp/shared/out && cp -r /root/keys/out /tmp/shared/out")
        machine.succeed(
            "cd /tmp/shared/out/nats && rsync -Rrpt --chmod=D0750,F0640 --chown=root:nimmer-bus"
            f" --include='*_leaf_*.creds' --exclude='*.creds' --delete {SITES[machine]} /var/lib/nimmer/nats/",
            "install -d -m 0700 /var/lib/nimmer/creds",
            "rsync -rpt --chmod=F0600 --chown=root:root --exclude='*_leaf_*'"
            f" /tmp/shared/out/nats/{SITES[machine]}/creds/ /var/lib/nimmer/creds/",
        )


    def stored(machine):
        """How many messages a stream of a machine's server holds, by name."""
        details = json.loads(machine.succeed("curl -sSf 'http://127.0.0.1:8222/jsz?streams=true'"))
        return {
            stream["name"]: stream["state"]["messages"]
            for account in details.get("account_details", [])
            for stream in account.get("stream_detail", [])
        }


    def holds(machine, stream, count):
        def enough(_last):
            return stored(machine).get(stream, 0) >= count

        retry(enough, 120)


    start_all()
    for machine in SITES:
        machine.wait_for_unit("multi-user.target")

    with subtest("without keys no server starts, and each says what it lacks"):
        for machine, unit in SERVER.items():
            machine.wait_until_succeeds(f"systemctl is-failed {unit}.service")
            machine.succeed(f"journalctl -u {unit} | grep 'resolver.conf is missing.*nimmer bus keys apply'")

    with subtest("the servers start when their keys are brought"):
        hub.succeed(f"nimmer bus keys init {LAB} --keys /root/keys")
        hub.succeed(f"nimmer bus keys apply {LAB} --keys /root/keys --creds-path /etc/nimmer/nats/links")
        for machine in SITES:
            bring(machine)
        for machine, unit in SERVER.items():
            active(machine, unit)
        # Three accounts of each leaf.
        hub.wait_until_succeeds("test $(curl -sSf 127.0.0.1:8222/leafz | jq .leafnodes) = 6", timeout=120)

    with subtest("a leaf's links are the server's alone"):
        links = "/etc/nimmer/nats/links"
        left.succeed(f"runuser -u nimmer-bus -- cat {links}/dev_leaf_west_virtual.creds >/dev/null")
        left.fail(f"runuser -u nobody -- cat {links}/dev_leaf_west_virtual.creds")
        left.fail(f"test -e {links}/dev_operator.creds")

    with subtest("the hub serves its own network and nobody on loopback, monitoring is for loopback"):
        left.succeed("timeout 5 bash -c '</dev/tcp/192.168.1.1/4222'")
        left.fail("timeout 5 bash -c '</dev/tcp/192.168.1.1/8222'")
        hub.fail("timeout 5 bash -c '</dev/tcp/127.0.0.1/4222'")

    with subtest("the streams are made"):
        hub.succeed("systemctl restart --no-block nimmer-streams-dev.service")
        active(hub, "nimmer-streams-dev")
        hub.succeed(f"nimmer bus plan {LAB} {AT_HUB} --creds /var/lib/nimmer/creds")
        assert "DEV_NOTES" in stored(left)

    with subtest("what cells say in the leaves opens a gate at the hub"):
        for machine, unit in {hub: "nimmer-gate", left: "nimmer-cell", right: "nimmer-cell"}.items():
            machine.succeed(f"systemctl reset-failed {unit}.service || true", f"systemctl restart {unit}.service")
            active(machine, unit)
        hub.succeed(
            "systemd-run --unit=watch --property=StandardOutput=file:/tmp/heard --property=User=root"
            f" $(command -v nimmer) gate watch --output json {AT_HUB} --creds {OPERATOR}"
        )
        hub.wait_until_succeeds(
            f"nimmer wave send --cell text {AT_HUB} --creds {OPERATOR} 'what is 15 + 27'; sleep 1; grep -q '\"sum\"' /tmp/heard",
            timeout=60,
        )

    with subtest("a leaf that is cut off goes on, and what it kept arrives"):
        left.succeed(f"nimmer wave send --cell note {AT_LEAF} --creds {OPERATOR} 'good morning'")
        holds(left, "DEV_NOTES", 2)
        before = stored(left)["DEV_NOTES"]
        holds(hub, "DEV_NOTES_FROM_LEFT", before)
        left.block()
        hub.fail("ping -c 1 -W 2 192.168.1.2")
        for n in range(5):
            left.succeed(f"nimmer wave send --cell note {AT_LEAF} --creds {OPERATOR} 'what is {n} + 1'")
        # Each was stored, and so was what the cell beside it made of it.
        holds(left, "DEV_NOTES", before + 10)
        assert stored(hub)["DEV_NOTES_FROM_LEFT"] < before + 10
        left.unblock()
        holds(hub, "DEV_NOTES_FROM_LEFT", before + 10)

    with subtest("foreign credentials are refused"):
        hub.succeed(f"nimmer bus keys init {LAB} --keys /root/foreign")
        hub.succeed(f"nimmer bus keys apply {LAB} --keys /root/foreign")
        hub.succeed(f"nimmer gate ls {AT_HUB} --creds {OPERATOR}")
        for creds in [
            "/root/foreign/out/nats/hub/spine/creds/dev_operator.creds",
            "/root/keys/out/nats/leaf/west/creds/dev_operator.creds",  # what is a leaf's opens no hub
        ]:
            out = hub.fail(f"nimmer gate ls {AT_HUB} --creds {creds} 2>&1")
            assert "uthorization" in out, out

    with subtest("revoked credentials are refused after a reload, and nobody else notices"):
        process = hub.succeed("systemctl show -P MainPID nimmer-nats-spine.service")
        hub.succeed("nimmer bus keys revoke dev_operator --site spine --keys /root/keys")
        hub.succeed(f"nimmer gate ls {AT_HUB} --creds {OPERATOR}")
        hub.succeed(f"cp {OPERATOR} /root/revoked.creds")
        bring(hub)
        hub.wait_until_fails(f"nimmer gate ls {AT_HUB} --creds /root/revoked.creds", timeout=60)
        out = hub.fail(f"nimmer gate ls {AT_HUB} --creds /root/revoked.creds 2>&1")
        assert "uthorization" in out, out
        assert process == hub.succeed("systemctl show -P MainPID nimmer-nats-spine.service")
        active(hub, "nimmer-gate")
  '';
}

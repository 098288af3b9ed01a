# A monitoring host and one that it watches: targets are up, rules are loaded, dashboards are served, the journal arrives,
# and who is not declared reaches nothing.
{ pkgs, nimmerModule, ... }:
let
  address =
    ip:
    { lib, ... }:
    {
      networking.interfaces.eth1.ipv4.addresses = lib.mkForce [
        {
          address = ip;
          prefixLength = 24;
        }
      ];
    };
  declared = host: ip: {
    imports = [
      nimmerModule
      (address ip)
    ];
    nimmer = {
      inherit host;
      topology = ../../topology;
    };
    virtualisation.memorySize = 2048;
  };
in
pkgs.testers.runNixOSTest {
  name = "nimmer-monitoring";

  nodes = {
    prometheus = {
      imports = [ (declared "prometheus" "10.20.0.5") ];
      nimmer.monitoring.alertmanagers = [ "127.0.0.1:9093" ];
      nimmer.pxe.enable = false;
      environment.systemPackages = [ pkgs.jq ];
    };
    nats-dev = {
      imports = [ (declared "nats-dev" "10.20.0.21") ];
      nimmer.gate.enable = false;
    };
    stranger = address "10.20.0.99";
  };

  testScript = ''
    import json
    from shlex import quote

    monitor, watched = prometheus, nats_dev

    PROMETHEUS = "http://127.0.0.1:9090/api/v1"
    GRAFANA = "http://127.0.0.1:3000/api"
    LOKI = "http://127.0.0.1:3100/loki/api/v1"

    def asked(base, path, *params):
        data = " ".join("--data-urlencode " + quote(p) for p in params)
        return f"curl -sSfG {base}/{path} {data}"

    def wait_for_series(query, count):
        """Waits until a query has that many results."""
        monitor.wait_until_succeeds(
            asked(PROMETHEUS, "query", "query=" + query) + f" | jq -e '.data.result | length == {count}'",
            timeout=120,
        )

    def wait_for_lines(query):
        monitor.wait_until_succeeds(
            asked(LOKI, "query_range", "query=" + query) + " | jq -e '.data.result | length > 0'",
            timeout=120,
        )

    start_all()
    for unit in ["prometheus", "grafana", "loki", "alloy", "prometheus-node-exporter"]:
        monitor.wait_for_unit(unit + ".service")
    watched.wait_for_unit("prometheus-node-exporter.service")
    watched.wait_for_unit("alloy.service")
    stranger.wait_for_unit("network.target")

    with subtest("the monitoring host is up in every job of its own"):
        wait_for_series('up{host="prometheus", job=~"prometheus|grafana|loki|node"} == 1', 4)

    with subtest("what is watched is up, with its declared labels"):
        wait_for_series('up{host="nats-dev", job="node", environment="dev", roles="bus"} == 1', 1)

    with subtest("rules are loaded and well"):
        rules = json.loads(monitor.succeed(asked(PROMETHEUS, "rules")))["data"]["groups"]
        names = {r["name"] for g in rules for r in g["rules"]}
        assert {"NimmerHostSilent", "nimmer:host:declared"} <= names, names
        wait_for_series("nimmer:host:declared", 17)
        broken = [r for g in rules for r in g["rules"] if r["health"] == "err"]
        assert not broken, broken

    with subtest("Prometheus knows the alertmanager that was added"):
        known = json.loads(monitor.succeed(asked(PROMETHEUS, "alertmanagers")))["data"]
        assert "127.0.0.1:9093" in json.dumps(known), known

    with subtest("what stops is seen to be down"):
        watched.succeed("systemctl stop prometheus-node-exporter.service")
        wait_for_series('up{host="nats-dev", job="node"} == 0', 1)
        watched.succeed("systemctl start prometheus-node-exporter.service")

    with subtest("Grafana serves the dashboards to who knows the password, and to nobody else"):
        monitor.wait_for_open_port(3000, "127.0.0.1")
        monitor.succeed("test $(stat -c %a:%U /var/lib/nimmer/grafana) = 700:root")
        password = monitor.succeed("cat /var/lib/nimmer/grafana/admin_password").strip()
        login = "--user " + quote("admin:" + password) + " "
        monitor.wait_until_succeeds(
            asked(login + GRAFANA, "search", "type=dash-db") + " | jq -e 'length == 6'", timeout=120
        )
        monitor.succeed(asked(login + GRAFANA, "dashboards/uid/nimmer-overview"))
        monitor.succeed(asked(login + GRAFANA, "datasources/uid/nimmer-prometheus/health"))
        monitor.succeed(asked(login + GRAFANA, "datasources/uid/nimmer-loki/health"))
        monitor.fail(asked(GRAFANA, "search", "type=dash-db"))
        monitor.fail(asked("--user admin:admin " + GRAFANA, "search", "type=dash-db"))

    with subtest("the journal of both arrives, and an identity is known by its slice"):
        monitor.succeed("logger said-on-the-monitor")
        watched.succeed(
            "systemd-run --unit said --slice nimmer-probe.slice --wait sh -c 'echo said-on-the-watched; sleep 3'"
        )
        wait_for_lines('{host="prometheus"} |= "said-on-the-monitor"')
        wait_for_lines(
            '{host="nats-dev", environment="dev", identity="probe", unit="said.service"} |= "said-on-the-watched"'
        )

    with subtest("who is not declared reaches nothing, and what is not for others is on loopback"):
        stranger.wait_until_succeeds("ping -c 1 10.20.0.21")
        monitor.succeed("curl -sSf -o /dev/null http://10.20.0.21:9100/metrics")
        stranger.fail("curl -sSf -m 5 http://10.20.0.21:9100/metrics")
        watched.wait_until_succeeds("curl -sSf -o /dev/null http://10.20.0.5:3100/ready", timeout=120)
        stranger.fail("curl -sSf -m 5 http://10.20.0.5:3100/ready")
        watched.fail("curl -sSf -m 5 http://10.20.0.5:9090/-/ready")
        watched.fail("curl -sSf -m 5 http://10.20.0.5:3000/api/health")
  '';
}

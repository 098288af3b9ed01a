# An organ of the processor, on a machine with two identities: who starts it, who speaks to it, what it may touch.
{ pkgs, ... }:
let
  inherit (pkgs) lib;

  organ = name: more: {
    inherit name;
    host = "box";
    hosts = [ "box" ];
    identity = "alpha";
    device = "cpu";
    gpus = [ ];
    memory = 268435456;
    idle = "5m0s";
    pinned = false;
    backend = {
      kind = "exec";
      model = "/models/${name}";
      served_as = "";
      port = 0;
      url = "";
      command = [ "engine" ];
      context = 0;
      parallel = 0;
      args = [ ];
      max_model_len = 0;
      gpu_memory_utilization = 0;
      dtype = "";
    }
    // more;
  };

  # The lab of the fences' tests, with organs.
  declared =
    { config, lib, ... }@args:
    lib.recursiveUpdate (import ../topology args) {
      options.nimmer.lab.default = lib.importJSON ../../tests/nix/fences/topology.json // {
        organs = [
          (organ "asked" { })
          (organ "absent" { model = "/models/nowhere"; })
          (organ "port" { port = 8645; })
        ];
      };
    };

  # It says what it finds when it is asked, a line for each thing.
  engine = pkgs.writeShellScriptBin "engine" ''
    export PATH=${
      lib.makeBinPath [
        pkgs.bash
        pkgs.coreutils
        pkgs.socat
      ]
    }
    if [ -n "''${NIMMER_SOCKET-}" ]; then listen="UNIX-LISTEN:$NIMMER_SOCKET"; else listen="TCP-LISTEN:$NIMMER_PORT,bind=127.0.0.1"; fi
    exec socat "$listen,fork" EXEC:${pkgs.writeShellScript "answer" ''
      id -un
      cat "$NIMMER_MODEL"
      for path in "$NIMMER_MODEL" /models/new /home/alpha/new; do
        (echo >>"$path") 2>/dev/null && echo "wrote $path"
      done
      timeout 2 bash -c 'exec 3<>/dev/tcp/192.168.1.9/80' 2>/dev/null && echo "reached the network"
      echo end
    ''}
  '';
in
pkgs.testers.runNixOSTest {
  name = "nimmer-organ";

  nodes = {
    box =
      { lib, ... }:
      {
        imports = [
          declared
          ../identity
          ./.
        ];
        nimmer = {
          host = "box";
          topology = ../../tests/nix/fences;
          organ.programs = [ engine ];
        };
        networking.interfaces.eth1.ipv4.addresses = lib.mkForce [
          {
            address = "192.168.1.1";
            prefixLength = 24;
          }
        ];
        environment.systemPackages = [
          pkgs.socat
          pkgs.jq
        ];
        systemd.tmpfiles.rules = [
          "d /models 0755 root root"
          "f /models/asked 0644 alpha root - weights\\n"
          "f /models/port 0644 alpha root - weights\\n"
        ];
      };
    web =
      { lib, ... }:
      {
        networking.interfaces.eth1.ipv4.addresses = lib.mkForce [
          {
            address = "192.168.1.9";
            prefixLength = 24;
          }
        ];
        networking.firewall.enable = false;
        services.nginx.enable = true;
      };
  };

  testScript = ''
    import json

    ASKED, PORT = "nimmer-organ-asked.service", "nimmer-organ-port.service"
    SOCKET = "/run/nimmer-organ-asked/engine.sock"

    def ask(user, to):
        return f"sudo -u {user} socat -t 20 - {to} < /dev/null"

    start_all()
    web.wait_for_open_port(80)
    box.wait_for_unit("multi-user.target")
    box.succeed("sudo -u alpha bash -c 'exec 3<>/dev/tcp/192.168.1.9/80'")

    with subtest("nothing is loaded before somebody asks"):
        for unit in [ASKED, PORT]:
            assert box.get_unit_info(unit)["ActiveState"] == "inactive"

    with subtest("the dispatcher starts it without being root, and others do not"):
        for user in ["alpha", "beta", "nobody"]:
            box.fail(f"sudo -u {user} systemctl --no-ask-password start {ASKED}")
        box.succeed(f"sudo -u nimmer-organ systemctl --no-ask-password start {ASKED}")
        box.wait_for_unit(ASKED)

    with subtest("and nothing else of the manager"):
        for command in ["stop sshd.service", f"set-property --runtime {ASKED} DevicePolicy=auto", "daemon-reload", "reboot"]:
            box.fail(f"sudo -u nimmer-organ systemctl --no-ask-password {command}")

    with subtest("it is its identity, in its slice, and only reads"):
        box.wait_for_file(SOCKET)
        answer = box.succeed(ask("nimmer-organ", f"UNIX-CONNECT:{SOCKET}")).split("\n")
        assert answer == ["alpha", "weights", "end", ""], answer
        group = box.succeed(f"systemctl show --value -p ControlGroup {ASKED}")
        assert "nimmer-alpha.slice" in group, group
        assert box.succeed(f"systemctl show --value -p MemoryMax {ASKED}").strip() == "268435456"

    with subtest("its socket is for the dispatcher"):
        box.fail(ask("beta", f"UNIX-CONNECT:{SOCKET}"))
        box.fail(ask("nobody", f"UNIX-CONNECT:{SOCKET}"))

    with subtest("with a port it hears loopback and speaks to nobody else"):
        box.succeed(f"sudo -u nimmer-organ systemctl --no-ask-password start {PORT}")
        box.wait_for_open_port(8645)
        answer = box.succeed(ask("beta", "TCP:127.0.0.1:8645")).split("\n")
        assert answer == ["alpha", "weights", "end", ""], answer
        web.fail("curl -sS -m 5 telnet://192.168.1.1:8645")

    with subtest("the dispatcher reads where they are"):
        engines = json.loads(box.succeed("cat /etc/nimmer/engines.json"))["engines"]
        assert {e["name"]: e.get("socket", e.get("url")) for e in engines} == {
            "absent": "/run/nimmer-organ-absent/engine.sock",
            "asked": SOCKET,
            "port": "http://127.0.0.1:8645",
        }, engines

    with subtest("without its model it does not start, and says why"):
        box.fail("sudo -u nimmer-organ systemctl --no-ask-password start nimmer-organ-absent.service")
        box.succeed("journalctl -u nimmer-organ-absent.service | grep -i assert")

    with subtest("and stops it"):
        box.succeed(f"sudo -u nimmer-organ systemctl --no-ask-password stop {ASKED}")
        box.fail(f"test -e {SOCKET}")
  '';
}

# The NATS servers of this host, from their emitted configurations and the keys that are brought beside them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.bus;
  inherit (config.nimmer) here topology;
  servers = import ./servers.nix { inherit lib nimmer; } { inherit topology here; };

  targets = import ../monitoring/targets.nix { inherit config lib; };
  # Where Prometheus reads this host's server, if it does. There is one such place, for the first server.
  scraped =
    let
      at = targets.listenOf "nats";
    in
    if lib.elem "nats" targets.jobs then "${at.address}:${toString at.port}" else "none";
  first = lib.head servers;

  start = pkgs.writeShellScript "nimmer-nats-start" ''
    PATH=${lib.makeBinPath [ pkgs.coreutils ]}
    ${builtins.readFile ./start.sh}
  '';

  live = s: map (f: "${cfg.keys}/${s.folder}/${f}") s.includes;

  # Our server tells the service manager when it is ready, when a reload is over, and that it is alive.
  ours = s: {
    Type = "notify-reload";
    WatchdogSec = 60;
    ExecStart = lib.escapeShellArgs [
      start
      s.config
      (lib.getExe cfg.package)
      "bus"
      "serve"
      "-c"
      s.config
      "--http"
      (if s.unit == first.unit then scraped else "none")
    ];
  };

  stock = s: {
    Type = "exec";
    ExecStart = lib.escapeShellArgs [
      start
      s.config
      (lib.getExe cfg.natsServerPackage)
      "-c"
      s.config
    ];
    ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
  };

  service =
    s:
    lib.nameValuePair s.unit {
      description = "NATS ${if s.kind == "hub" then "hub ${s.declared.name}" else "leaf ${s.site}"}";
      documentation = [ "https://github.com/nimmerverse/nimmer" ];
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      # What talks on this host starts after it, and has somebody to say goodbye to when it stops.
      before = map (p: p.unit) (nimmer.processesOn topology here.host.name);
      # A changed file is mostly one that needs a restart: names, addresses, the store. Keys are not in it.
      restartTriggers = [ s.source ];
      stopIfChanged = false;
      startLimitIntervalSec = 0;
      serviceConfig =
        nimmer.hardening
        // {
          User = "nimmer-bus";
          Group = "nimmer-bus";
          StateDirectory = lib.removePrefix "/var/lib/" s.store;
          StateDirectoryMode = "0700";
          LimitNOFILE = 524288; # two for each stream, one for each client
          TimeoutStartSec = "10min"; # it is ready when its streams are loaded
          Restart = "on-failure";
          RestartSec = 1;
          RestartSteps = 6;
          RestartMaxDelaySec = 30;
          RestartPreventExitStatus = 78; # keys are missing: see start.sh
        }
        // (
          if s.member then
            {
              # Lame duck: clients move to the others one after the other, in two minutes.
              KillSignal = "SIGUSR2";
              TimeoutStopSec = 180;
            }
          else
            { TimeoutStopSec = 60; }
        )
        // (if cfg.server == "nimmer" then ours s else stock s);
    };

  # Reads the keys anew when somebody has brought other ones.
  watched =
    s:
    lib.nameValuePair "${s.unit}-keys" {
      description = "Watch the keys of ${s.unit}";
      wantedBy = [ "multi-user.target" ];
      pathConfig.PathChanged = live s;
    };

  reload =
    s:
    lib.nameValuePair "${s.unit}-keys" {
      description = "Have ${s.unit} read its keys anew";
      path = [ pkgs.coreutils ];
      startLimitIntervalSec = 0;
      serviceConfig = nimmer.hardening // {
        # The service manager is asked by root, who looks at process 1 first.
        PrivateUsers = false;
        ProcSubset = "all";
        ProtectProc = "default";
        Type = "oneshot";
        PrivateNetwork = true;
        RestrictAddressFamilies = [ "AF_UNIX" ];
        IPAddressDeny = "any";
      };
      # Several files come one after the other, and what changes while this runs starts it no second time.
      script = ''
        state() { stat --format '%n %i %s %.9Y' ${lib.escapeShellArgs (live s)} 2>/dev/null || true; }
        seen=
        while now=$(state); [ "$now" != "$seen" ]; do
          seen=$now
          sleep 1
          case $(systemctl is-active ${s.unit}.service) in
            active | reloading | refreshing) systemctl reload ${s.unit}.service ;;
            failed | activating) systemctl restart ${s.unit}.service ;;
          esac
        done
      '';
    };

  files =
    s:
    [
      (lib.nameValuePair "nimmer/nats/${s.folder}/${s.name}.conf" { inherit (s) source; })
    ]
    ++ map (path: lib.nameValuePair "nimmer/nats/${s.folder}/${baseNameOf path}" { source = path; }) (
      live s
    )
    # One name on every host, so that `nimmer bus keys apply --creds-path` takes it for all leaves.
    ++ lib.optional (s.kind == "leaf") (
      lib.nameValuePair "nimmer/nats/links" { source = "${cfg.keys}/${s.folder}/creds"; }
    );
in
{
  imports = [
    ./options.nix
    ./firewall.nix
    ./streams.nix
  ];

  config = lib.mkIf (cfg.enable && servers != [ ]) {
    assertions = [
      {
        assertion = cfg.server == "nimmer" || lib.versionAtLeast cfg.natsServerPackage.version "2.15";
        message = "nimmer.bus.natsServerPackage on host ${here.host.name} is ${cfg.natsServerPackage.version}: nats-server has known faults in atomic batches before 2.15. Take a newer package, or leave nimmer.bus.server at \"nimmer\"";
      }
      {
        assertion = lib.hasPrefix "/" cfg.keys && !lib.hasPrefix builtins.storeDir cfg.keys;
        message = "nimmer.bus.keys on host ${here.host.name} is ${cfg.keys}: name an absolute path outside the Nix store, which everybody may read";
      }
    ];

    users.users.nimmer-bus = {
      isSystemUser = true;
      group = "nimmer-bus";
      description = "NATS servers";
    };
    users.groups.nimmer-bus = { };

    systemd.tmpfiles.settings."10-nimmer-bus".${cfg.keys}.d = {
      user = "root";
      group = "nimmer-bus";
      mode = "0750";
    };

    environment.etc = lib.listToAttrs (lib.concatMap files servers);

    systemd.services = lib.listToAttrs (map service servers ++ map reload servers);
    systemd.paths = lib.listToAttrs (map watched servers);
  };
}

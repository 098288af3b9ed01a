# The streams of each environment are made from the declaration, by the first host of its first hub.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.bus;
  inherit (config.nimmer) here lab topology;
  servers = import ./servers.nix { inherit lib nimmer; } { inherit topology here; };

  # Hubs that are joined may serve the same environment.
  mine =
    s:
    lib.filter (
      env: (lib.findFirst (n: lib.elem env n.environments) null lab.nats).name == s.declared.name
    ) s.declared.environments;
  first = lib.filter (s: s.kind == "hub" && lib.head s.declared.hosts == here.host.name) servers;

  # A certificate is for the hub's name; else where this server listens.
  urlOf =
    s:
    let
      client = lib.head s.listens;
      address = if lib.hasInfix ":" client.address then "[${client.address}]" else client.address;
    in
    if s.declared ? tls then
      "tls://${s.declared.address}:${toString client.port}"
    else
      "nats://${address}:${toString client.port}";

  admins =
    env:
    map (kind: "${env}_admin_${kind}") [
      "virtual"
      "real"
      "infra"
    ];

  unit =
    s: env:
    lib.nameValuePair "nimmer-streams-${env}" {
      description = "Streams, buckets and readers of ${env}";
      documentation = [ "https://github.com/nimmerverse/nimmer" ];
      wantedBy = [ "multi-user.target" ];
      wants = [ "${s.unit}.service" ];
      after = [ "${s.unit}.service" ];
      # Who reads a stream finds it; who starts meanwhile tries again.
      before = map (p: p.unit) (
        lib.filter (p: lib.elem env p.environments) (nimmer.processesOn topology here.host.name)
      );
      # Without them there is nobody who may.
      unitConfig.ConditionPathExists = map (u: "${config.nimmer.credentials}/${u}.creds") (admins env);
      startLimitIntervalSec = 0;
      serviceConfig = nimmer.hardening // {
        Type = "oneshot";
        RemainAfterExit = true;
        DynamicUser = true;
        LoadCredential = nimmer.loadCredentials config.nimmer.credentials (admins env);
        ExecStart = lib.concatStringsSep " " [
          (lib.getExe cfg.package)
          "bus apply ${nimmer.topologyFile topology}"
          "--env ${env}"
          "--server ${urlOf s}"
          "--creds \${CREDENTIALS_DIRECTORY}"
        ];
        # A hub that elects, and a leaf with streams of its own that is not there yet.
        Restart = "on-failure";
        RestartSec = 5;
        RestartSteps = 8;
        RestartMaxDelaySec = 300;
        TimeoutStartSec = 120;
      };
    };
in
{
  config = lib.mkIf (cfg.enable && cfg.streams) {
    systemd.services = lib.listToAttrs (lib.concatMap (s: map (unit s) (mine s)) first);
  };
}

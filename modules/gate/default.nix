# Gate core: one unit for each environment that a declared `service` of process "gate" has on this host.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.gate;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;

  processes = lib.filter (p: p.process == "gate") (nimmer.processesOn topology here.host.name);

  service =
    process:
    let
      env = lib.head process.environments;
      # One in each garden, and the boundary where events are declared.
      users =
        nimmer.usersOf topology env [ "service.${process.service}" ]
        ++ map (u: u.name) (lib.filter (u: u.role == "boundary") (nimmer.busUsers topology env));
    in
    lib.nameValuePair (lib.removeSuffix ".service" process.unit) (
      nimmer.unit process.identity
      // {
        description = "nimmer gate core of ${env}";
        environment.NATS_URL = nimmer.busUrl lab here.host.name env;
        serviceConfig =
          nimmer.daemon
          // nimmer.identityOf lab here.host.name process.identity
          // {
            LoadCredential = nimmer.loadCredentials config.nimmer.credentials users;
            ExecStart = lib.escapeShellArgs [
              (lib.getExe cfg.package)
              "--topology"
              (nimmer.topologyFile topology)
              "--env"
              env
              "--http"
              process.listen
            ];
          };
      }
    );
in
{
  options.nimmer.gate = {
    enable = mkOption {
      type = types.bool;
      default = processes != [ ];
      defaultText = lib.literalMD "whether a `service` of process `gate` is declared on this host";
      description = "Run gate core here.";
    };
    package = nimmer.packageOption pkgs "nimmer-gate";
  };

  config = lib.mkIf cfg.enable {
    systemd.services = lib.listToAttrs (map service processes);
  };
}

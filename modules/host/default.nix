# The agent of this machine: its heartbeat in every environment of the host, and the sensors that name the host.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.agent;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host;

  process = lib.findFirst (p: p.process == "host") null (nimmer.processesOn topology host.name);
  sensors = lib.optionals cfg.sensors (
    lib.filter (c: lib.elem c.builtin nimmer.sensors && lib.elem host.name c.on.hosts) lab.cells
  );

  # What it says where: the heartbeat, and the waves of each sensor.
  usersIn =
    env:
    nimmer.usersOf topology env (
      [ "host.${host.name}" ]
      ++ map (c: "cell.${c.name}") (lib.filter (c: lib.elem env c.environments) sensors)
    );

  # Cards that a guest has are seen by the guest.
  cards = map (g: "${host.name}/${g.name}") (lib.filter (g: g.to == "" && !g.metal) host.gpus);

  servers = lib.concatMap (env: [
    "--server"
    "${env}=${nimmer.busUrl lab host.name env}"
  ]) host.environments;

  base = nimmer.unit "";
in
{
  options.nimmer.agent = {
    enable = mkOption {
      type = types.bool;
      default = process != null;
      defaultText = lib.literalMD "true";
      description = "Run the host's agent, `nimmer-host`.";
    };
    package = nimmer.packageOption pkgs "nimmer-host";
    sensors = mkOption {
      type = types.bool;
      default = true;
      description = "Run the declared sensors of this host, too.";
    };
  };

  config = lib.mkIf cfg.enable {
    users.users.nimmer-host = {
      isSystemUser = true;
      group = "nimmer-host";
      description = "Agent of this machine";
    };
    users.groups.nimmer-host = { };

    systemd.services.nimmer-host = base // {
      wants = base.wants ++ nimmer.cardUnits cards;
      after = base.after ++ nimmer.cardUnits cards;
      description = "nimmer agent of host ${host.name}";
      # systemctl says which units failed, nvidia-smi what the cards do.
      path = [
        config.systemd.package
      ]
      ++ lib.optional (cards != [ ] && config.hardware.nvidia.enabled) config.hardware.nvidia.package.bin;
      serviceConfig =
        nimmer.daemon
        // {
          # D-Bus asks by name who it is; that of a dynamic user is known only where nss-systemd is.
          User = "nimmer-host";
          LoadCredential = nimmer.loadCredentials config.nimmer.credentials (
            lib.concatMap usersIn host.environments
          );
          ExecStart = lib.escapeShellArgs (
            [
              (lib.getExe cfg.package)
              "--topology"
              (nimmer.topologyFile topology)
              "--host"
              host.name
              "--http"
              process.listen
            ]
            ++ servers
            ++ lib.optionals (!cfg.sensors) [
              "--cells"
              "none"
            ]
          );
        }
        // nimmer.sensing (map (c: c.builtin) sensors)
        // {
          ProcSubset = "all"; # /proc/loadavg, /proc/meminfo, the boot id
        }
        // lib.optionalAttrs (cards != [ ]) {
          # nvidia-smi opens every card that it is to report.
          PrivateDevices = false;
          DeviceAllow = nimmer.cardDevices cards;
          SupplementaryGroups = nimmer.cardGroups cards;
        };
    };
  };
}

# The agent of this Mac, as ../host is on NixOS.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  daemon = import ./daemon.nix { inherit lib; };
  cfg = config.nimmer.agent;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host;

  process = lib.findFirst (p: p.process == "host") null (nimmer.processesOn topology host.name);
  sensors = lib.filter (
    c: lib.elem c.builtin nimmer.sensors && lib.elem host.name c.on.hosts
  ) lab.cells;
  usersIn =
    env:
    nimmer.usersOf topology env (
      [ "host.${host.name}" ]
      ++ map (c: "cell.${c.name}") (lib.filter (c: lib.elem env c.environments) sensors)
    );
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
  };

  config = lib.mkIf cfg.enable {
    nimmer.accounts._nimmer-host.id = lib.mkDefault 551;
    nimmer.handed._nimmer-host = lib.concatMap usersIn host.environments;
    launchd.daemons.nimmer-host = daemon {
      name = "nimmer-host";
      account = "_nimmer-host";
      command = [
        (lib.getExe cfg.package)
        "--topology"
        (nimmer.topologyFile topology)
        "--host"
        host.name
        "--creds"
        "/var/run/nimmer/_nimmer-host"
        "--http"
        process.listen
      ]
      ++ lib.concatMap (env: [
        "--server"
        "${env}=${nimmer.busUrl lab host.name env}"
      ]) host.environments;
    };
  };
}

# The dispatcher of organs on a Mac. There are no units to start: it runs the engines itself, as the identity of them all.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  daemon = import ./daemon.nix { inherit lib; };
  cfg = config.nimmer.organ;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host;

  minds = here.organs ++ here.cortexes;
  identities = lib.unique (map (o: o.identity) minds);
  identity = lib.head identities;
  process = lib.findFirst (p: p.process == "organ") null (nimmer.processesOn topology host.name);
  usersIn =
    env:
    nimmer.usersOf topology env (
      map (o: "organ.${o.name}") (lib.filter (o: lib.elem env o.environments) here.organs)
      ++ map (c: "cortex.${c.name}") (lib.filter (c: lib.elem env c.environments) here.cortexes)
    );
in
{
  options.nimmer.organ = {
    enable = mkOption {
      type = types.bool;
      default = minds != [ ] && cfg.package != null;
      defaultText = lib.literalMD "whether an `organ` or a `cortex` is declared on this host, and a package is set";
      description = "Run the dispatcher of this host's organs.";
    };
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
      description = "The package that has `nimmer-organ`.";
    };
    path = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.ollama pkgs.llama-cpp ]";
      description = "Packages with the engines that the declared backends name.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.package != null;
        message = "nimmer.organ.package on host ${host.name} is not set: name the package that has nimmer-organ, or leave nimmer.organ.enable off";
      }
      {
        assertion = lib.length identities == 1;
        message = "nimmer.organ on host ${host.name}: its organs have the identities ${lib.concatStringsSep ", " identities}; on a Mac one account runs them all, so declare one identity for them, or put some on another host";
      }
    ];

    nimmer.handed.${identity} = lib.concatMap usersIn host.environments;
    launchd.daemons.nimmer-organ = lib.mkIf (cfg.package != null) (
      daemon {
        name = "nimmer-organ";
        account = identity;
        command = [
          (lib.getExe' cfg.package "nimmer-organ")
          "--topology"
          (nimmer.topologyFile topology)
          "--host"
          host.name
          "--creds"
          "/var/run/nimmer/${identity}"
          "--http"
          process.listen
        ]
        ++ lib.concatMap (env: [
          "--server"
          "${env}=${nimmer.busUrl lab host.name env}"
        ]) host.environments;
      }
      // {
        path = cfg.path ++ [ "/usr/bin:/bin:/usr/sbin:/sbin" ];
      }
    );
  };
}

# Gate core: one unit for each environment that a declared `service` of process "gate" has on this host.
{ config, lib, pkgs, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.gate;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;

  unit =
    service: env:
    let
      name = if builtins.length service.environments == 1 then "nimmer-${service.name}" else "nimmer-${service.name}-${env}";
      listen = nimmer.listenOf topology here.host.name service.name;
    in
    lib.nameValuePair name {
      description = "nimmer gate core of ${env}";
      documentation = [ "https://github.com/nimmerverse/nimmer" ];
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      environment.NATS_URL = nimmer.busUrl lab here.host.name env;
      serviceConfig = nimmer.daemon // {
        DynamicUser = true;
        LoadCredential = nimmer.loadCredentials config.nimmer.credentials [
          "${env}_gate_virtual"
          "${env}_gate_real"
          "${env}_boundary"
        ];
        ExecStart = lib.escapeShellArgs [
          (lib.getExe cfg.package)
          "--topology"
          (nimmer.topologyFile topology)
          "--env"
          env
          "--http"
          (if listen == null then "none" else listen.listen)
        ];
      };
    };
in
{
  options.nimmer.gate = {
    enable = mkOption {
      type = types.bool;
      default = lib.any (s: s.process == "gate") here.services;
      defaultText = lib.literalMD "whether a `service` of process `gate` is declared on this host";
      description = "Run gate core here.";
    };
    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ../../cmd/package.nix { command = "nimmer-gate"; };
      defaultText = lib.literalExpression "nimmer.packages.\${system}.nimmer-gate";
      description = "The package that has `nimmer-gate`.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services = lib.listToAttrs (
      lib.concatMap (s: map (unit s) s.environments) (lib.filter (s: s.process == "gate") here.services)
    );
  };
}

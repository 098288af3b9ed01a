# The deployer: the bus it hears, the key that it reaches machines with, and its own working copy of the flake.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.deploy;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host.name;

  process = lib.findFirst (p: p.process == "deploy") null (nimmer.processesOn topology host);
  declared = lib.findFirst (s: s.process == "deploy") null here.services;
  copy = "/var/lib/nimmer-deploy/flake";
in
{
  options.nimmer.deploy = {
    enable = mkOption {
      type = types.bool;
      default = declared != null && cfg.package != null;
      defaultText = lib.literalMD "whether a `service` of process `deploy` is declared on this host, and a package is set";
      description = "Run the deployer here.";
    };
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
      description = "The package that has `nimmer-deploy`.";
    };
    flake = mkOption {
      type = types.str;
      default = if declared == null then "" else declared.flake;
      defaultText = lib.literalMD "`flake` of the declared service";
      example = "git+ssh://git@git.example.org/lab";
      description = "Where the working copy comes from: a git URL, as flakes write it.";
    };
    sshKey = mkOption {
      type = types.str;
      default = "/var/lib/nimmer/deploy/ssh_key";
      description = ''
        Private key on this machine that the deployer reaches the flake's remote and the lab's machines with. It belongs
        to root; the unit gets it as a systemd credential. Their host keys are those of {option}`programs.ssh.knownHosts`.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = declared != null;
        message = "nimmer.deploy.enable on host ${host}: no `service` of process deploy is declared there; declare it, and emit again";
      }
      {
        assertion = cfg.package != null;
        message = "nimmer.deploy.package on host ${host} is not set: name the package that has nimmer-deploy, or leave nimmer.deploy.enable off";
      }
      {
        assertion = cfg.flake != "";
        message = "nimmer.deploy.flake on host ${host} is empty: declare `flake` in the service of process deploy";
      }
    ];

    users.users.nimmer-deploy = {
      isSystemUser = true;
      group = "nimmer-deploy";
      home = "/var/lib/nimmer-deploy";
      description = "Deployer";
    };
    users.groups.nimmer-deploy = { };

    systemd.services.nimmer-deploy = lib.mkIf (declared != null && cfg.package != null) (
      nimmer.unit ""
      // {
        description = "nimmer deployer";
        path = [
          config.nix.package
          config.programs.ssh.package
          pkgs.gitMinimal
        ];
        environment = {
          HOME = "/var/lib/nimmer-deploy"; # of git and nix
          GIT_SSH_COMMAND = "ssh -i %d/ssh_key -o IdentitiesOnly=yes -o BatchMode=yes";
        };
        # Once; to follow the remote is the deployer's own business.
        preStart = ''
          if [ ! -e ${copy}/.git ]; then
            rm -rf ${copy}.new
            git clone --quiet ${lib.escapeShellArg (lib.removePrefix "git+" cfg.flake)} ${copy}.new
            mv ${copy}.new ${copy}
          fi
        '';
        serviceConfig = nimmer.daemon // {
          User = "nimmer-deploy";
          StateDirectory = "nimmer-deploy";
          StateDirectoryMode = "0700";
          TimeoutStartSec = "15min"; # the clone
          TimeoutStopSec = "10min"; # a batch that is under way is not cut off
          LoadCredential =
            nimmer.loadCredentials config.nimmer.credentials (
              lib.concatMap (
                env: nimmer.usersOf topology env [ "service.${declared.name}" ]
              ) declared.environments
            )
            ++ [ "ssh_key:${cfg.sshKey}" ];
          ExecStart = lib.concatStringsSep " " (
            [
              (lib.getExe' cfg.package "nimmer-deploy")
              "--topology ${nimmer.topologyFile topology}"
              "--flake ${copy}"
              "--ssh-key %d/ssh_key"
              "--http ${process.listen}"
            ]
            ++ map (env: "--server ${env}=${nimmer.busUrl lab host env}") declared.environments
          );
        };
      }
    );
  };
}

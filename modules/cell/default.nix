# Cells and nerves: built-in ones in `nimmer-cell`, one unit for each environment and identity, and those that a
# declared command runs. Sensors that name this host are not here: its agent runs them.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.cell;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host.name;

  processes = lib.filter (p: p.process == "cell") (nimmer.processesOn topology host);

  # Which built-in one "cell.NAME" or "nerve.NAME" is.
  builtinOf =
    let
      all = kind: map (x: lib.nameValuePair "${kind}.${x.name}" x.builtin);
      known = lib.listToAttrs (all "cell" lab.cells ++ all "nerve" lab.nerves);
    in
    name: known.${name};

  service =
    process:
    let
      env = lib.head process.environments;
      builtins = map builtinOf process.runs;
    in
    lib.nameValuePair (lib.removeSuffix ".service" process.unit) (
      nimmer.unit process.identity
      // {
        description = "nimmer cells and nerves of ${env}: ${lib.concatStringsSep ", " process.runs}";
        environment = {
          NATS_URL = nimmer.busUrl lab host env;
          NIMMERVERSE_ENV = env;
        };
        serviceConfig =
          nimmer.daemon
          // nimmer.identityOf lab host process.identity
          // nimmer.sensing builtins
          // {
            LoadCredential = nimmer.loadCredentials config.nimmer.credentials (
              nimmer.usersOf topology env process.runs
            );
            ExecStart = lib.escapeShellArgs (
              [
                (lib.getExe cfg.package)
                "--topology"
                (nimmer.topologyFile topology)
                "--host"
                host
                "--http"
                process.listen
              ]
              ++ process.runs
            );
          };
      }
    );

  # Cells and nerves with a command are somebody's own programs. They find environment, bus and login as ours do.
  commands =
    let
      own = kind: map (x: x // { inherit kind; });
    in
    lib.filter (x: x.command != [ ] && lib.elem host x.on.hosts) (
      own "cell" lab.cells ++ own "nerve" lab.nerves
    );

  programs =
    x:
    map (
      env:
      let
        users = nimmer.usersOf topology env [ "${x.kind}.${x.name}" ];
      in
      lib.nameValuePair
        ("nimmer-${x.kind}-${x.name}" + lib.optionalString (lib.length x.environments > 1) "-${env}")
        (
          nimmer.unit x.identity
          // {
            description = "nimmer ${x.kind} ${x.name} of ${env}";
            environment = {
              NATS_URL = nimmer.busUrl lab host env;
              NIMMERVERSE_ENV = env;
              NATS_CREDS = "%d/nats.creds";
            }
            # A program's own settings: no specifier of systemd's in them.
            // lib.mapAttrs (_: lib.replaceStrings [ "%" ] [ "%%" ]) x.env;
            # Such a program may need more than ours do: each of these can be set otherwise.
            serviceConfig =
              lib.mapAttrs (_: lib.mkDefault) nimmer.daemon
              // nimmer.identityOf lab host x.identity
              // {
                Type = "exec"; # whether it is ready is its own business
                LoadCredential = map (u: "nats.creds:${config.nimmer.credentials}/${u}.creds") users;
                ExecStart = utils.escapeSystemdExecArgs x.command;
              }
              // lib.optionalAttrs (cfg.path != [ ]) { ExecSearchPath = lib.makeBinPath cfg.path; };
          }
        )
    ) x.environments;

  relative = lib.filter (x: !lib.hasPrefix "/" (lib.head x.command)) commands;
in
{
  options.nimmer.cell = {
    enable = mkOption {
      type = types.bool;
      default = processes != [ ] || commands != [ ];
      defaultText = lib.literalMD "whether a `service` of process `cell`, or a `cell` or `nerve` that is no sensor, is declared on this host";
      description = "Run cells and nerves here.";
    };
    package = nimmer.packageOption pkgs "nimmer-cell";
    path = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.door-cell ]";
      description = "Packages in which the declared `command` of a cell or nerve is looked for, when it is no absolute path.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = relative == [ ] || cfg.path != [ ];
        message = "nimmer.cell.path on host ${host} is empty, and ${
          lib.concatMapStringsSep ", " (x: "${x.kind} ${x.name} runs ${lib.head x.command}") relative
        }: name the packages that have it, or declare an absolute path";
      }
    ];
    systemd.services = lib.listToAttrs (map service processes ++ lib.concatMap programs commands);
  };
}

# The declaration's `unit` blocks: processes of the user's own, each as its identity, in its slice, with its cards and
# its logins.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.units;
  inherit (config.nimmer) here lab topology;
  inherit (lib) mkOption types;
  host = here.host.name;

  declared = nimmer.byName here.units;

  service =
    unit:
    let
      own = cfg.${unit.name};
      identity = lib.findFirst (i: i.name == unit.identity) null lab.identities;
      cards = lib.filter (lib.hasPrefix "${host}/") (nimmer.cardsOf identity);
      users = lib.concatMap (
        env: nimmer.usersOf topology env [ "identity.${unit.identity}" ]
      ) unit.environments;
      after = nimmer.cardUnits cards;
      base = nimmer.unit unit.identity;
    in
    base
    // {
      description = "${unit.name} of ${unit.identity}";
      wants = base.wants ++ after;
      after = base.after ++ after;
      # What is declared is the program's own: no specifier of systemd's in it.
      environment = lib.mapAttrs (_: lib.replaceStrings [ "%" ] [ "%%" ]) (
        lib.optionalAttrs (lib.length unit.environments == 1) {
          NIMMERVERSE_ENV = lib.head unit.environments;
          NATS_URL = nimmer.busUrl lab host (lib.head unit.environments);
        }
        // unit.env
      );
      # Somebody else's program may need more than ours do: each of these can be set otherwise.
      serviceConfig =
        lib.mapAttrs (_: lib.mkDefault) (
          nimmer.hardening
          // {
            Restart = "on-failure";
            RestartSec = 2;
            # Its own, and nobody else's.
            StateDirectory = unit.name;
            StateDirectoryMode = "0700";
            RuntimeDirectory = unit.name;
            RuntimeDirectoryMode = "0700";
            WorkingDirectory = "%S/${unit.name}";
          }
          // lib.optionalAttrs (cards != [ ]) {
            PrivateDevices = false; # it has cards, and sees no others
            DeviceAllow = nimmer.cardDevices cards;
            SupplementaryGroups = nimmer.cardGroups cards;
          }
        )
        // nimmer.identityOf lab host unit.identity
        // {
          LoadCredential = nimmer.loadCredentials config.nimmer.credentials users;
          ExecSearchPath = "${
            lib.optionalString (own.package != null) "${lib.getBin own.package}/bin:"
          }/run/current-system/sw/bin";
          ExecStart = utils.escapeSystemdExecArgs own.command;
        };
    };
in
{
  options.nimmer.units = mkOption {
    default = { };
    description = "The declared `unit` blocks of this host, by name.";
    type = types.attrsOf (
      types.submodule (
        { name, ... }:
        {
          options = {
            package = mkOption {
              type = types.nullOr types.package;
              default = null;
              example = lib.literalExpression "pkgs.hello";
              description = "The package that has the command. Without it the command is looked for in the system's own path.";
            };
            command = mkOption {
              type = types.nonEmptyListOf types.str;
              default = declared.${name}.command or [ "false" ];
              defaultText = lib.literalMD "the declared `command`";
              description = "The command and its arguments; no shell stands between.";
            };
          };
        }
      )
    );
  };

  config = {
    # Every declared one has its options, whether somebody sets them or not.
    nimmer.units = lib.mapAttrs (_: _: { }) declared;

    assertions = map (name: {
      assertion = declared ? ${name};
      message = "nimmer.units.${name} on host ${host}: no such `unit` is declared here; ${
        if declared == { } then
          "none is"
        else
          "there are ${lib.concatStringsSep ", " (lib.attrNames declared)}"
      }";
    }) (lib.attrNames cfg);

    systemd.services = lib.mapAttrs (_: service) declared;
  };
}

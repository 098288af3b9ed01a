# The users of this machine, their homes and slices: local ones, or those that FreeIPA knows.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.identity;
  inherit (config.nimmer) here topology;
  inherit (lib) elem filter;

  declared = lib.importJSON (nimmer.emitted topology "ipa/local.json");
  host = here.host.name;

  # Whom this machine must know: who lives here, and people whom a rule of this host names.
  known = filter (u: elem host u.hosts) declared.users;

  # Who runs something here, with the properties that bound it.
  living = map (
    i:
    lib.findFirst (
      u: u.name == i.name
    ) (throw "nimmer.identity: ipa/local.json does not know ${i.name}: emit again") declared.users
  ) here.identities;

  propertiesOf = name: cfg.properties.${name} or { };
in
{
  imports = [
    ./options.nix
    ./freeipa.nix
    ./unit.nix
    ./journal.nix
  ];

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        nimmer.identity = {
          inherit declared known living;
          properties = lib.mkMerge (map (u: { ${u.name} = u.slice; }) living);
        };

        assertions = lib.concatMap (
          a:
          map (b: {
            assertion = !lib.hasPrefix "${a.name}-" b.name;
            message = "nimmer: on host ${host} the slice of identity ${b.name} would lie in that of identity ${a.name} and share its limits, since systemd reads each dash as a level: rename one of them in the declaration";
          }) cfg.living
        ) cfg.living;

        # What the system runs for an identity.
        systemd.slices = lib.listToAttrs (
          map (
            u:
            lib.nameValuePair (lib.removeSuffix ".slice" (nimmer.sliceOf u.name)) {
              description = "All that identity ${u.name} runs as services of the system";
              sliceConfig = propertiesOf u.name;
            }
          ) living
        );
      }

      # What it runs as services of its own. Where the number is not declared, nimmer-identities.service does the same.
      {
        systemd.slices = lib.listToAttrs (
          map (
            u:
            lib.nameValuePair "user-${toString u.uid}" {
              overrideStrategy = "asDropin";
              sliceConfig = propertiesOf u.name;
            }
          ) (filter (u: u ? uid) living)
        );
      }

      (lib.mkIf (!cfg.ipa.enable) {
        users.users = lib.listToAttrs (
          map (
            u:
            let
              system = u ? uid && u.uid < 1000;
            in
            lib.nameValuePair u.name {
              uid = lib.mkIf (u ? uid) u.uid;
              isNormalUser = !system;
              isSystemUser = system;
              inherit (u) group home linger;
              extraGroups = u.groups;
              createHome = true;
              homeMode = "0700";
              useDefaultShell = false;
              shell = lib.mkDefault u.shell;
            }
          ) known
        );
        users.groups = lib.mkMerge (
          map (u: { ${u.group} = lib.optionalAttrs (u ? uid) { gid = lib.mkDefault u.uid; }; }) known
          ++ map (g: { ${g.name} = { }; }) (filter (g: elem host g.hosts) declared.groups)
        );
        security.sudo.extraRules = map (r: {
          inherit (r) users;
          commands = cfg.sudo.${r.name};
        }) (filter (r: r.host == host && cfg.sudo ? ${r.name}) declared.sudo_rules);
      })
    ]
  );
}

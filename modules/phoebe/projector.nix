# The projector: what keeps the databases of this host in step with the log.
{
  config,
  lib,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.phoebe;
  inherit (config.nimmer) here lab topology;
  host = here.host.name;
  user = "nimmer-phoebe";

  processes = lib.filter (p: p.process == "phoebe") (nimmer.processesOn topology host);
  # The database of the process's environment, when it is on this host: its writer logs in by its Unix user.
  databaseOf =
    process:
    lib.findFirst (p: lib.intersectLists p.environments process.environments != [ ]) null here.phoebes;

  service =
    process:
    let
      database = databaseOf process;
      writer = if database != null && database.identity != "" then database.identity else user;
      users = lib.concatMap (
        env: nimmer.usersOf topology env [ "service.${process.service}" ]
      ) process.environments;
      base = nimmer.unit (if writer == user then "" else writer);
    in
    lib.nameValuePair (lib.removeSuffix ".service" process.unit) (
      base
      // {
        description = "nimmer projector of ${lib.concatStringsSep ", " process.environments}";
        after = base.after ++ lib.optional (database != null) "postgresql.target";
        serviceConfig =
          nimmer.daemon
          // (if writer == user then { User = user; } else nimmer.identityOf lab host writer)
          // {
            LoadCredential = nimmer.loadCredentials config.nimmer.credentials users;
            ExecStart = lib.escapeShellArgs (
              [
                (lib.getExe' cfg.package "nimmer-phoebe")
                "--topology"
                (nimmer.topologyFile topology)
                "--http"
                process.listen
              ]
              ++ lib.concatMap (env: [
                "--server"
                "${env}=${nimmer.busUrl lab host env}"
              ]) process.environments
            );
          };
      }
    );
in
{
  # Its user owns the databases, whether or not it runs yet.
  config = lib.mkIf (cfg.enable || (cfg.package != null && processes != [ ])) {
    users.users.${user} = {
      isSystemUser = true;
      group = user;
      description = "nimmer's projector";
    };
    users.groups.${user} = { };
    systemd.services = lib.mkIf (cfg.package != null) (lib.listToAttrs (map service processes));
  };
}

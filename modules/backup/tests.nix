{ lib, eval, ... }:
let
  on = args: (eval args).config;
  phoebe = on { host = "phoebe-dev"; };
  theia = on { host = "theia"; };
  cim =
    host:
    on {
      inherit host;
      topology = ../../topology/examples/cim;
    };
  dump = phoebe.services.restic.backups.nimmer-memory-phoebe-dev;
  files = theia.services.restic.backups.nimmer-memory-files;
  filesUnit = theia.systemd.services.restic-backups-nimmer-memory-files;
in
{
  "each host backs up what lies there" = {
    expr = map (c: lib.attrNames c.services.restic.backups) [
      phoebe
      theia
      (on { host = "nats-dev"; })
      (cim "cim-master-1")
    ];
    expected = [
      [ "nimmer-memory-phoebe-dev" ]
      [ "nimmer-memory-files" ]
      [ ]
      [ "nimmer-state-files" ]
    ];
  };
  "a database is dumped in one snapshot, into the host's own repository" = {
    expr = {
      inherit (dump) repository user;
      command = [ (baseNameOf (lib.head dump.command)) ] ++ lib.tail dump.command;
      keep = lib.head dump.pruneOpts;
      when = dump.timerConfig.OnCalendar;
    };
    expected = {
      repository = "b2:nimmerverse-backup:phoebe-dev";
      user = "nimmer-backup";
      command = [
        "pg_dump"
        "--host=/run/postgresql"
        "--port=5432"
        "--format=custom"
        "--compress=0"
        "nimmerverse"
      ];
      keep = "--keep-last=30";
      when = "daily";
    };
  };
  "by a role that reads and does nothing else" = {
    expr = [
      (lib.any (u: u.name == "nimmer-backup") phoebe.services.postgresql.ensureUsers)
      (lib.hasInfix "GRANT pg_read_all_data TO \"nimmer-backup\"" phoebe.systemd.services.postgresql-setup.script)
    ];
    expected = [
      true
      true
    ];
  };
  "files of others are read, and nothing else is done with them" = {
    expr = {
      inherit (filesUnit.serviceConfig) CapabilityBoundingSet ProtectSystem ReadWritePaths;
      path = lib.hasInfix "/womb/cognitive/loras" files.dynamicFilesFrom;
    };
    expected = {
      CapabilityBoundingSet = [ "CAP_DAC_READ_SEARCH" ];
      ProtectSystem = "strict";
      ReadWritePaths = [ ];
      path = true;
    };
  };
  "the password is a credential, sealed for the recipient" = {
    expr = [
      filesUnit.serviceConfig.LoadCredential
      theia.systemd.services.nimmer-backup-memory-password.environment.RECIPIENT
    ];
    expected = [
      "password:/var/lib/nimmer/backup/memory.password"
      "age1809mc4cj84lyfz9hm6vmkr6qmvpzxjc776ch9fdpqhd7p7scu9gq9ssvuk"
    ];
  };
  "a folder is made for each host, and is all that is written" = {
    expr =
      let
        c = cim "cim-master-1";
      in
      [
        (lib.elem "d /backup/cim-state/cim-master-1 0700 nimmer-backup nimmer-backup" c.systemd.tmpfiles.rules)
        c.systemd.services.restic-backups-nimmer-state-files.serviceConfig.ReadWritePaths
      ];
    expected = [
      true
      [ "/backup/cim-state/cim-master-1" ]
    ];
  };
}

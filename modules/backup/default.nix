# Backups by restic: on each host what lies there, of what the declared `backup` blocks name.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.backup;
  inherit (config.nimmer) here lab;
  inherit (lib)
    elem
    escapeShellArg
    filter
    hasPrefix
    listToAttrs
    mkOption
    nameValuePair
    optional
    optionals
    types
    ;
  host = here.host.name;
  user = "nimmer-backup";

  passwordOf = b: "${cfg.folder}/${b.name}.password";

  # A repository for each host: none can read another's.
  repositoryOf =
    b: if builtins.match "b2:[^:]*" b.to != null then "${b.to}:${host}" else "${b.to}/${host}";
  isFolder = b: hasPrefix "/" b.to;

  # What is named: a path, a womb, a phoebe or all of them, the bus's streams.
  pathOf =
    what:
    let
      womb = lib.findFirst (w: what == "womb.${w.name}") null lab.wombs;
    in
    if hasPrefix "/" what then
      what
    else if womb != null then
      womb.path
    else
      null;
  databasesOf = what: filter (p: what == "phoebe" || what == "phoebe.${p.name}") lab.phoebes;
  known = what: pathOf what != null || databasesOf what != [ ] || what == "streams";

  # Below a womb it lies with the womb's identity, below the bus's folder where a server runs, else wherever it is found.
  liesHere =
    path:
    let
      below = folder: path == folder || hasPrefix "${folder}/" path;
      wombs = filter (w: below w.path) lab.wombs;
    in
    if wombs != [ ] then
      lib.any (w: elem w here.wombs) wombs
    else if below "/var/lib/nats" then
      here.hubs != [ ] || here.leaves != [ ]
    else
      true;

  jobsOf =
    b:
    let
      databases = filter (p: p.host == host) (lib.concatMap databasesOf b.what);
      paths = filter liesHere (filter (p: p != null) (map pathOf b.what));
    in
    map (p: {
      inherit b;
      name = "nimmer-${b.name}-${p.name}";
      database = p;
      paths = [ ];
    }) (lib.unique databases)
    ++ optional (paths != [ ]) {
      inherit b;
      name = "nimmer-${b.name}-files";
      database = null;
      paths = lib.unique paths;
    };

  jobs = lib.concatMap jobsOf lab.backups;
  blocks = lib.unique (map (j: j.b) jobs);
  dumps = filter (j: j.database != null) jobs;

  restic = j: {
    inherit user;
    repository = repositoryOf j.b;
    initialize = true;
    passwordFile = "/run/credentials/restic-backups-${j.name}.service/password";
    environmentFile = lib.mkIf (j.b.credentials != "") j.b.credentials;
    timerConfig = {
      OnCalendar = j.b.schedule;
      Persistent = true;
      RandomizedDelaySec = "30min";
    };
    extraBackupArgs = [
      "--host=${host}"
      "--tag=${j.name}"
      "--retry-lock=1h"
    ]
    ++ optional (j.database != null) "--stdin-filename=${j.database.database}.dump";
    # In one snapshot of the database, whatever is written meanwhile; not compressed, since restic does that better.
    command = optionals (j.database != null) [
      "${config.services.postgresql.finalPackage}/bin/pg_dump"
      "--host=/run/postgresql"
      "--port=${toString j.database.port}"
      "--format=custom"
      "--compress=0"
      j.database.database
    ];
    dynamicFilesFrom = lib.mkIf (j.paths != [ ]) ''
      for path in ${lib.escapeShellArgs j.paths}; do
        if [ -e "$path" ]; then echo "$path"; fi
      done
    '';
    pruneOpts = [
      "--keep-last=${toString j.b.keep}"
      "--host=${host}"
      "--tag=${j.name}"
      "--group-by=host,tags"
      "--retry-lock=1h"
    ];
    # The password is where only the unit and root find it: see nimmer-backup-NAME.
    createWrapper = false;
  };

  unit =
    j:
    let
      needs = [
        "nimmer-backup-${j.b.name}-password.service"
      ]
      ++ optional (j.database != null) "postgresql.target";
    in
    {
      requires = needs;
      after = needs;
      unitConfig = lib.mkIf (j.paths != [ ]) { ConditionPathExists = map (p: "|${p}") j.paths; };
      serviceConfig =
        nimmer.hardening
        // {
          LoadCredential = "password:${passwordOf j.b}";
          ReadWritePaths = optional (isFolder j.b) (repositoryOf j.b);
        }
        // lib.optionalAttrs (j.paths != [ ]) {
          # It reads what belongs to others, and may do nothing else with it.
          AmbientCapabilities = [ "CAP_DAC_READ_SEARCH" ];
          CapabilityBoundingSet = [ "CAP_DAC_READ_SEARCH" ];
          PrivateUsers = false;
          ProtectHome = if lib.any (hasPrefix "/home/") j.paths then "read-only" else true;
        };
    };

  # Makes the password where there is none, and seals it for the declared recipient: whoever holds that key can open the
  # backups of a machine that is gone.
  password =
    b:
    nameValuePair "nimmer-backup-${b.name}-password" {
      description = "password of backup ${b.name}";
      documentation = [ "https://github.com/nimmerverse/nimmer" ];
      path = [ pkgs.age ];
      environment = {
        PASSWORD = passwordOf b;
        RECIPIENT = b.recipient;
      };
      script = ''
        umask 077
        if [ ! -s "$PASSWORD" ]; then
          if [ -z "$RECIPIENT" ]; then
            echo "$PASSWORD is missing: write a password into it and keep a copy elsewhere, or declare \`recipient\` in backup ${b.name}" >&2
            exit 1
          fi
          head -c 32 /dev/urandom | base64 -w 0 >"$PASSWORD.new"
          mv "$PASSWORD.new" "$PASSWORD"
          rm -f "$PASSWORD.age"
        fi
        if [ -n "$RECIPIENT" ] && [ ! -s "$PASSWORD.age" ]; then
          age --encrypt --armor --recipient "$RECIPIENT" --output "$PASSWORD.age.new" "$PASSWORD"
          mv "$PASSWORD.age.new" "$PASSWORD.age"
          echo "backup ${b.name}: its password, sealed for $RECIPIENT. Keep a copy elsewhere:"
          cat "$PASSWORD.age"
        fi
      '';
      serviceConfig = nimmer.hardening // {
        Type = "oneshot";
        ReadWritePaths = [ cfg.folder ];
        RestrictAddressFamilies = [ "AF_UNIX" ];
        PrivateNetwork = true;
      };
    };

  # restic as the units have it, for root: to look, to check, to restore.
  wrapper =
    b:
    pkgs.writeShellScriptBin "nimmer-backup-${b.name}" ''
      set -eu
      ${lib.optionalString (b.credentials != "") ''
        set -a
        . ${escapeShellArg b.credentials}
        set +a
      ''}
      export RESTIC_REPOSITORY=${escapeShellArg (repositoryOf b)}
      export RESTIC_PASSWORD_FILE=${escapeShellArg (passwordOf b)}
      exec ${lib.getExe pkgs.restic} "$@"
    '';

  unknown = lib.concatMap (
    b: map (what: { inherit b what; }) (filter (w: !known w) b.what)
  ) lab.backups;
in
{
  options.nimmer.backup = {
    enable = mkOption {
      type = types.bool;
      default = jobs != [ ];
      defaultText = lib.literalMD "whether something that a `backup` names lies on this host";
      description = "Back up what lies here.";
    };
    folder = mkOption {
      type = types.str;
      default = "/var/lib/nimmer/backup";
      description = ''
        Folder on this machine with the passwords of the repositories, `NAME.password` for `backup "NAME"`. It belongs to
        root. Where one is missing and a `recipient` is declared, it is made, and sealed for that recipient as
        `NAME.password.age`.
      '';
    };
  };

  config = lib.mkMerge [
    {
      assertions = map (u: {
        assertion = false;
        message = "nimmer: backup ${u.b.name} has ${builtins.toJSON u.what} in its what: name a path, a womb, a phoebe, \"phoebe\" for all of them, or \"streams\"";
      }) unknown;
    }
    (lib.mkIf (cfg.enable && jobs != [ ]) {
      users.users.${user} = {
        isSystemUser = true;
        group = user;
        description = "nimmer's backups";
      };
      users.groups.${user} = { };

      services.restic.backups = listToAttrs (map (j: nameValuePair j.name (restic j)) jobs);
      systemd.services =
        listToAttrs (map (j: nameValuePair "restic-backups-${j.name}" (unit j)) jobs)
        // listToAttrs (map password blocks);
      systemd.tmpfiles.rules = [
        "d ${cfg.folder} 0700 root root"
      ]
      ++ lib.concatMap (
        b:
        optionals (isFolder b) [
          "d ${b.to} 0711 root root"
          "d ${repositoryOf b} 0700 ${user} ${user}"
        ]
      ) blocks;
      environment.systemPackages = map wrapper blocks;
    })
    (lib.mkIf (cfg.enable && dumps != [ ]) {
      services.postgresql.ensureUsers = [ { name = user; } ];
      systemd.services.postgresql-setup.script = lib.mkAfter ''
        psql -tAc 'GRANT pg_read_all_data TO "${user}"'
        ${lib.concatMapStrings (j: ''
          psql -tAc 'GRANT CONNECT ON DATABASE "${j.database.database}" TO "${user}"'
        '') dumps}
      '';
    })
  ];
}

# phoebe: PostgreSQL with the declared databases, a role for each identity, and who may come from where.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.phoebe;
  inherit (config.nimmer) here lab;
  inherit (lib)
    concatMap
    concatMapStrings
    concatMapStringsSep
    elem
    mkDefault
    optionalString
    ;
  host = here.host.name;

  phoebes = map (
    p:
    p
    // {
      writer = if p.identity != "" then p.identity else "nimmer-phoebe";
      reader = "${p.database}_read";
      readers = map (i: i.name) (
        lib.filter (
          i: lib.any (e: elem e p.environments) i.environments && i.name != p.identity
        ) lab.identities
      );
    }
  ) here.phoebes;
  ports = lib.unique (map (p: p.port) phoebes);
  outside = cfg.address != "127.0.0.1";

  # pg_hba.conf of one database: its writer and its readers, from the hosts that share its environments.
  hba =
    p:
    let
      type = if cfg.tls.certificate != null then "hostssl" else "host";
      method =
        {
          scram-sha-256 = "scram-sha-256";
          gss = "gss include_realm=0 krb_realm=${lab.lab.ipa.realm or ""}";
          cert = "cert";
        }
        .${cfg.login};
    in
    concatMapStrings (
      a:
      "${type} ${p.database} ${p.writer},+${p.reader} ${a}/${
        if lib.hasInfix ":" a then "128" else "32"
      } ${method}\n"
    ) (nimmer.neighbours lab host (nimmer.busNetwork lab (lib.head p.environments)) p.environments);

  # What ensureUsers cannot say. Each statement may be repeated, and who is no longer declared loses its role.
  grants =
    p:
    pkgs.writeText "${p.database}-grants.sql" ''
      SELECT 'CREATE ROLE "${p.reader}" NOLOGIN'
        WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${p.reader}') \gexec
      ALTER DATABASE "${p.database}" OWNER TO "${p.writer}";
      REVOKE ALL ON DATABASE "${p.database}" FROM PUBLIC;
      GRANT CONNECT ON DATABASE "${p.database}" TO "${p.reader}";
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA public TO "${p.reader}";
      ALTER DEFAULT PRIVILEGES FOR ROLE "${p.writer}" GRANT USAGE ON SCHEMAS TO "${p.reader}";
      ALTER DEFAULT PRIVILEGES FOR ROLE "${p.writer}" GRANT SELECT ON TABLES TO "${p.reader}";
      ALTER DEFAULT PRIVILEGES FOR ROLE "${p.writer}" GRANT SELECT ON SEQUENCES TO "${p.reader}";
      ${optionalString (p.readers != [ ]) ''
        GRANT "${p.reader}" TO ${concatMapStringsSep ", " (r: ''"${r}"'') p.readers};
      ''}
      SELECT format('REVOKE %I FROM %I', r.rolname, m.rolname)
        FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        WHERE r.rolname = '${p.reader}' AND m.rolname NOT IN (${
          concatMapStringsSep ", " (r: "'${r}'") ([ "postgres" ] ++ p.readers)
        }) \gexec
    '';

  # A share of the machine's declared memory, in whole MiB.
  share = part: "${toString (here.host.memory / 1048576 * part / 100)}MB";

  credentials = lib.filterAttrs (_: path: path != null) {
    "server.crt" = cfg.tls.certificate;
    "server.key" = cfg.tls.key;
    "ca.crt" = cfg.tls.ca;
    "krb5.keytab" = cfg.keytab;
  };
  credential = name: "/run/credentials/postgresql.service/${name}";
in
{
  imports = [
    ./options.nix
    ./projector.nix
  ];

  config = lib.mkIf cfg.enable {
    services.postgresql = {
      enable = true;
      ensureDatabases = lib.unique (map (p: p.database) phoebes);
      ensureUsers = map (name: { inherit name; }) (
        lib.unique (concatMap (p: [ p.writer ] ++ p.readers) phoebes)
      );
      settings = {
        port = lib.head ports;
        listen_addresses = lib.mkForce (if outside then "127.0.0.1,${cfg.address}" else "127.0.0.1");
        password_encryption = "scram-sha-256";
        log_connections = mkDefault true;
        wal_compression = mkDefault "on";
        # What it stores came over the bus, in batches; the disks of this lab are flash.
        checkpoint_timeout = mkDefault "15min";
        max_wal_size = mkDefault "4GB";
        random_page_cost = mkDefault 1.1;
      }
      // lib.optionalAttrs (here.host.memory != 0) {
        shared_buffers = mkDefault (share 25);
        effective_cache_size = mkDefault (share 60);
        maintenance_work_mem = mkDefault (share 5);
      }
      // lib.optionalAttrs (cfg.tls.certificate != null) {
        ssl = true;
        ssl_cert_file = credential "server.crt";
        ssl_key_file = credential "server.key";
      }
      // lib.optionalAttrs (cfg.tls.ca != null) { ssl_ca_file = credential "ca.crt"; }
      // lib.optionalAttrs (cfg.keytab != null) {
        krb_server_keyfile = "FILE:${credential "krb5.keytab"}";
      };
      authentication = ''
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256
      ''
      + optionalString outside (concatMapStrings hba phoebes);
    };

    systemd.services.postgresql = {
      # It goes on without an address that is not there yet.
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      serviceConfig = {
        LoadCredential = lib.mapAttrsToList (name: path: "${name}:${path}") credentials;
        PrivateUsers = mkDefault true;
      };
    };
    systemd.services.postgresql-setup.script = lib.mkAfter (
      concatMapStrings (p: ''
        psql --no-psqlrc -v ON_ERROR_STOP=1 -d ${p.database} -f ${grants p}
      '') phoebes
    );

    networking.firewall = lib.mkIf cfg.openFirewall (
      nimmer.acceptAt config.networking (
        map (port: {
          inherit (cfg) address;
          inherit port;
        }) ports
      )
    );

    assertions = [
      {
        assertion = lib.length ports == 1;
        message = "nimmer: the phoebes of host ${host} have the ports ${
          concatMapStringsSep ", " toString ports
        }: one PostgreSQL serves them all, declare one port";
      }
      {
        assertion = cfg.login != "gss" || (cfg.keytab != null && lab.lab ? ipa);
        message = "nimmer.phoebe.login on host ${host} is gss: set nimmer.phoebe.keytab, and declare `ipa` in the lab";
      }
      {
        assertion = cfg.login != "cert" || lib.all (f: f != null) (lib.attrValues cfg.tls);
        message = "nimmer.phoebe.login on host ${host} is cert: set nimmer.phoebe.tls.certificate, key and ca";
      }
      {
        assertion = (cfg.tls.certificate == null) == (cfg.tls.key == null);
        message = "nimmer.phoebe.tls on host ${host}: certificate and key belong together, set both or neither";
      }
    ];
  };
}

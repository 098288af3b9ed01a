{ lib, eval, ... }:
let
  on = host: modules: (eval { inherit host modules; }).config;
  dev = on "phoebe-dev" [ ];
  pg = dev.services.postgresql;
  lines = config: lib.splitString "\n" config.services.postgresql.authentication;
  failed =
    modules:
    map (a: a.message) (
      lib.filter (a: !a.assertion && lib.hasPrefix "nimmer.phoebe" a.message)
        (on "phoebe-dev" modules).assertions
    );
  projector =
    (on "phoebe-dev" [
      (
        { pkgs, ... }:
        {
          nimmer.phoebe.package = pkgs.writeTextDir "bin/nimmer-phoebe" "";
        }
      )
    ]).systemd.services.nimmer-phoebe-dev;
in
{
  "it listens on loopback and in the bus's network" = {
    expr = lib.getAttrs [ "listen_addresses" "port" ] pg.settings;
    expected = {
      listen_addresses = "127.0.0.1,10.20.1.31";
      port = 5432;
    };
  };
  "a database, and a role for its writer and each identity of its environment" = {
    expr = [
      pg.ensureDatabases
      (lib.sort (a: b: a < b) (
        map (u: u.name) (lib.filter (u: u.name != "nimmer-backup") pg.ensureUsers)
      ))
    ];
    expected = [
      [ "nimmerverse" ]
      [
        "dafit"
        "nimmer-phoebe"
        "nyx-cognitive"
        "nyx-nervous"
        "nyx-organs"
        "nyx-training"
      ]
    ];
  };
  "no role is a superuser, none makes others" = {
    expr = lib.unique (map (u: u.ensureClauses.superuser or null) pg.ensureUsers);
    expected = [ null ];
  };
  "a host of the environment may come, one of another may not" = {
    expr = map (a: lib.any (lib.hasInfix " ${a}/32 ") (lines dev)) [
      "10.20.1.10" # theia
      "10.20.1.21" # nats-dev
      "10.20.1.23" # nats-prod
    ];
    expected = [
      true
      true
      false
    ];
  };
  "with passwords, unless it is told to ask for something better" = {
    expr = map (c: lib.findFirst (lib.hasInfix "10.20.1.10/32") "" (lines c)) [
      dev
      (on "phoebe-dev" [
        {
          nimmer.phoebe = {
            login = "gss";
            keytab = "/etc/postgres.keytab";
            tls.certificate = "/etc/ssl/phoebe.crt";
            tls.key = "/etc/ssl/phoebe.key";
          };
        }
      ])
    ];
    expected = [
      "host nimmerverse nimmer-phoebe,+nimmerverse_read 10.20.1.10/32 scram-sha-256"
      "hostssl nimmerverse nimmer-phoebe,+nimmerverse_read 10.20.1.10/32 gss include_realm=0 krb_realm=EACHPATH.LOCAL"
    ];
  };
  "its memory follows from the machine's" = {
    expr = pg.settings.shared_buffers;
    expected = "4096MB";
  };
  "a login without what it needs is refused" = {
    expr = failed [ { nimmer.phoebe.login = "cert"; } ];
    expected = [
      "nimmer.phoebe.login on host phoebe-dev is cert: set nimmer.phoebe.tls.certificate, key and ca"
    ];
  };
  "the projector is there with its package, and logs in as the writer" = {
    expr = {
      without = dev.systemd.services ? nimmer-phoebe-dev;
      inherit (projector.serviceConfig) User LoadCredential;
    };
    expected = {
      without = false;
      User = "nimmer-phoebe";
      LoadCredential = map (k: "dev_phoebe_${k}.creds:/var/lib/nimmer/creds/dev_phoebe_${k}.creds") [
        "infra"
        "real"
        "virtual"
      ];
    };
  };
  "nowhere else" = {
    expr = (on "iris-dev" [ ]).services.postgresql.enable;
    expected = false;
  };
}

{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  inherit (config.nimmer) here lab;
  inherit (lib) mkOption types;

  file =
    what:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "${what}: a file on this machine, which the server gets as a systemd credential.";
    };
in
{
  options.nimmer.phoebe = {
    enable = mkOption {
      type = types.bool;
      default = here.phoebes != [ ];
      defaultText = lib.literalMD "whether a `phoebe` is declared on this host";
      description = "Run PostgreSQL with the declared databases.";
    };
    address = mkOption {
      type = types.str;
      default = nimmer.addressOn lab here.host.name (
        nimmer.busNetwork lab (lib.head (lib.concatMap (p: p.environments) here.phoebes))
      );
      defaultText = lib.literalMD "this host's address in the network of its hub; loopback where it has none";
      description = "Where it listens beside loopback and its Unix socket.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = true;
      description = "Let others reach it at that address. Who they may be is in `pg_hba.conf`.";
    };
    login = mkOption {
      type = types.enum [
        "scram-sha-256"
        "gss"
        "cert"
      ];
      default = "scram-sha-256";
      description = ''
        How somebody from another host shows who it is: by a password that was set in the database, by a Kerberos ticket
        (FreeIPA's, with {option}`nimmer.phoebe.keytab`), or by a certificate (with {option}`nimmer.phoebe.tls`).
      '';
    };
    keytab = file "Keys of `postgres/HOST` for logins by Kerberos";
    tls = {
      certificate = file "The server's certificate";
      key = file "Its key";
      ca = file "The authority that signed clients' certificates";
    };
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
      description = "The package that has `nimmer-phoebe`, which projects the log into the database. Without it there is no such unit.";
    };
  };
}

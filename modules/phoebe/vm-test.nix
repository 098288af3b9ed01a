# The database of an environment: who owns it, who reads it and from where, and that its backup comes back.
{ pkgs, nimmerModule, ... }:
let
  address =
    ip:
    { lib, ... }:
    {
      networking.interfaces.eth1.ipv4.addresses = lib.mkForce [
        {
          address = ip;
          prefixLength = 24;
        }
      ];
      environment.systemPackages = [ pkgs.postgresql ];
    };
  repository = "/backup/phoebe-dev";
in
pkgs.testers.runNixOSTest {
  name = "nimmer-phoebe";

  nodes = {
    phoebe-dev =
      { lib, ... }:
      {
        imports = [
          nimmerModule
          (address "10.20.1.31")
        ];
        nimmer = {
          host = "phoebe-dev";
          topology = ../../topology;
        };
        virtualisation.memorySize = 2048;
        services.postgresql.settings.shared_buffers = "128MB"; # the declared machine has 16 GiB

        # The bucket is a folder here.
        services.restic.backups.nimmer-memory-phoebe-dev = {
          repository = lib.mkForce repository;
          environmentFile = lib.mkForce null;
        };
        systemd.services.restic-backups-nimmer-memory-phoebe-dev.serviceConfig.ReadWritePaths = [
          repository
        ];
        systemd.tmpfiles.rules = [ "d ${repository} 0700 nimmer-backup nimmer-backup" ];
        environment.systemPackages = [ pkgs.restic ];
      };
    # By their addresses: nats-dev, nats-prod and nobody.
    near = address "10.20.1.21";
    other = address "10.20.1.23";
    stranger = address "10.20.1.99";
  };

  testScript = ''
    from shlex import quote

    phoebe = phoebe_dev

    def local(user, sql, database="nimmerverse"):
        return f"sudo -u {user} psql -v ON_ERROR_STOP=1 -d {database} -tAc {quote(sql)}"

    def remote(role, sql):
        return f"PGPASSWORD=right PGCONNECT_TIMEOUT=10 psql -h 10.20.1.31 -U {role} -d nimmerverse -tAc {quote(sql)} 2>&1"

    start_all()
    phoebe.wait_for_unit("postgresql.target")
    for machine in [near, other, stranger]:
        machine.wait_for_unit("network.target")

    with subtest("the writer makes tables, and owns the database"):
        phoebe.succeed(local("nimmer-phoebe", "create schema log; create table log.seen (n int); insert into log.seen values (7)"))

    with subtest("who is no role does not come in"):
        phoebe.fail(local("nobody", "select 1"))

    with subtest("an identity of the environment reads, from a host of the environment, with its password"):
        near.fail(remote("nyx-organs", "select 1"))
        for role in ["nyx-organs", "postgres"]:
            phoebe.succeed(local("postgres", f"alter role \"{role}\" password 'right'"))
        assert near.succeed(remote("nyx-organs", "select n from log.seen")).strip() == "7"

    with subtest("and does nothing else"):
        for sql in ["insert into log.seen values (8)", "create table mine (n int)", "create table log.mine (n int)", "create role other"]:
            said = near.fail(remote("nyx-organs", sql))
            assert "permission denied" in said, said

    with subtest("the administrator is one of this machine alone, and other hosts have no line"):
        said = near.fail(remote("postgres", "select 1"))
        assert "no pg_hba.conf entry" in said, said
        for machine in [other, stranger]:
            said = machine.fail(remote("nyx-organs", "select 1"))
            assert "no pg_hba.conf entry" in said, said

    with subtest("who is no longer declared loses what it could read"):
        phoebe.succeed(local("postgres", "create role gone login password 'right'; grant nimmerverse_read to gone"))
        near.succeed(remote("gone", "select n from log.seen"))
        phoebe.succeed("systemctl restart postgresql-setup.service")
        near.fail(remote("gone", "select n from log.seen"))
        near.succeed(remote("nyx-organs", "select n from log.seen"))

    with subtest("the backup reads everything and writes nothing"):
        phoebe.fail(local("nimmer-backup", "delete from log.seen"))
        phoebe.succeed("systemctl start restic-backups-nimmer-memory-phoebe-dev.service")
        phoebe.succeed(local("nimmer-phoebe", "insert into log.seen values (8)"))

    with subtest("its password is root's, and sealed for the recipient"):
        phoebe.succeed("test $(stat -c %a:%U /var/lib/nimmer/backup/memory.password) = 600:root")
        phoebe.succeed("grep -q 'BEGIN AGE ENCRYPTED FILE' /var/lib/nimmer/backup/memory.password.age")
        phoebe.fail("sudo -u nimmer-backup cat /var/lib/nimmer/backup/memory.password")

    with subtest("what was there comes back"):
        restic = "RESTIC_REPOSITORY=${repository} RESTIC_PASSWORD_FILE=/var/lib/nimmer/backup/memory.password restic"
        phoebe.succeed("sudo -u postgres createdb back")
        phoebe.succeed(f"{restic} dump latest nimmerverse.dump > /tmp/dump && chmod 644 /tmp/dump")
        phoebe.succeed("sudo -u postgres pg_restore -d back /tmp/dump")
        assert phoebe.succeed(local("postgres", "select n from log.seen", "back")).split() == ["7"]
  '';
}

{
  lib,
  eval,
  pkgs,
  ...
}:
let
  on =
    host: settings:
    eval {
      inherit host;
      modules = [ { nimmer.deploy = settings; } ];
    };
  deployer = on "prometheus" { package = pkgs.hello; };
  unit = deployer.config.systemd.services.nimmer-deploy;
  failed =
    system:
    map (a: a.message) (
      lib.filter (a: !a.assertion && lib.hasPrefix "nimmer.deploy" a.message) system.config.assertions
    );
in
{
  "without a package there is no unit" = {
    expr = (eval { host = "prometheus"; }).config.systemd.services ? nimmer-deploy;
    expected = false;
  };
  "with one it runs where it is declared" = {
    expr = {
      clones = lib.hasInfix "git clone --quiet ssh://git@git.eachpath.local/nimmerverse/lab " unit.preStart;
      key = lib.last unit.serviceConfig.LoadCredential;
      logins = lib.length unit.serviceConfig.LoadCredential - 1;
    };
    expected = {
      clones = true;
      key = "ssh_key:/var/lib/nimmer/deploy/ssh_key";
      logins = 3;
    };
  };
  "nothing is wrong with it" = {
    expr = failed deployer;
    expected = [ ];
  };
  "switched on without a package it says what is missing" = {
    expr = failed (on "prometheus" { enable = true; });
    expected = [
      "nimmer.deploy.package on host prometheus is not set: name the package that has nimmer-deploy, or leave nimmer.deploy.enable off"
    ];
  };
  "switched on elsewhere it says where it is declared" = {
    expr = lib.head (
      failed (
        on "iris-dev" {
          enable = true;
          package = pkgs.hello;
        }
      )
    );
    expected = "nimmer.deploy.enable on host iris-dev: no `service` of process deploy is declared there; declare it, and emit again";
  };
}

{ lib, eval, ... }:
let
  units = host: (eval { inherit host; }).config.systemd.services;
  gate = (units "nats-dev").nimmer-gate-dev;
  credentials =
    unit: map (c: lib.head (lib.splitString ".creds:" c)) unit.serviceConfig.LoadCredential;
in
{
  "runs where it is declared" = {
    expr = (units "nats-dev") ? nimmer-gate-dev;
    expected = true;
  };
  "and nowhere else" = {
    expr = lib.filter (lib.hasPrefix "nimmer-gate") (lib.attrNames (units "prometheus"));
    expected = [ ];
  };
  "logs in as each of its users, with files of systemd's" = {
    expr = gate.serviceConfig.LoadCredential;
    expected = [
      "dev_gate_real.creds:/var/lib/nimmer/creds/dev_gate_real.creds"
      "dev_gate_virtual.creds:/var/lib/nimmer/creds/dev_gate_virtual.creds"
      "dev_boundary.creds:/var/lib/nimmer/creds/dev_boundary.creds"
    ];
  };
  "has no boundary's login where no event is declared" = {
    expr =
      credentials
        (eval {
          host = "cim-master-1";
          topology = ../../topology/examples/cim;
        }).config.systemd.services.nimmer-gate;
    expected = [
      "prod_gate_real"
      "prod_gate_virtual"
    ];
  };
  "finds the hub of its host, and listens where it is looked for" = {
    expr = {
      inherit (gate.environment) NATS_URL;
      listens = lib.hasSuffix " --env dev --http 10.20.0.21:7641" gate.serviceConfig.ExecStart;
    };
    expected = {
      NATS_URL = "nats://10.20.1.21:4222";
      listens = true;
    };
  };
  "goes on trying while the bus is away" = {
    expr = gate.startLimitIntervalSec;
    expected = 0;
  };
  "can be left out" = {
    expr =
      (eval {
        host = "nats-dev";
        modules = [ { nimmer.gate.enable = false; } ];
      }).config.systemd.services ? nimmer-gate-dev;
    expected = false;
  };
  "a host that is not declared is refused" = {
    expr = (builtins.tryEval ((units "nobody") ? nimmer-gate-dev)).success;
    expected = false;
  };
}

{ lib, eval, ... }:
let
  units = host: (eval { inherit host; }).config.systemd.services;
  gate = (units "nats-dev").nimmer-gate-dev;
in
{
  "runs where it is declared" = {
    expr = units "nats-dev" ? nimmer-gate-dev;
    expected = true;
  };
  "and nowhere else" = {
    expr = lib.filter (lib.hasPrefix "nimmer-gate") (lib.attrNames (units "prometheus"));
    expected = [ ];
  };
  "logs in as each of its users, with files of systemd's" = {
    expr = gate.serviceConfig.LoadCredential;
    expected = [
      "dev_gate_virtual.creds:/var/lib/nimmer/creds/dev_gate_virtual.creds"
      "dev_gate_real.creds:/var/lib/nimmer/creds/dev_gate_real.creds"
      "dev_boundary.creds:/var/lib/nimmer/creds/dev_boundary.creds"
    ];
  };
  "a host that is not declared is refused" = {
    expr = (builtins.tryEval (units "nobody" ? nimmer-gate-dev)).success;
    expected = false;
  };
}

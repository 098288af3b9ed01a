{ lib, eval, ... }:
let
  cim =
    host:
    eval {
      inherit host;
      topology = ../../topology/examples/cim;
    };
  units =
    system: lib.filter (lib.hasPrefix "nimmer-cell") (lib.attrNames system.config.systemd.services);
  command = unit: lib.last (lib.splitString " --host " unit.serviceConfig.ExecStart);
  workers = (cim "cim-worker-3").config.systemd.services.nimmer-workers;
  master = (cim "cim-master-1").config.systemd.services;
in
{
  "a service runs the cells that it names" = {
    expr = command workers;
    expected = "cim-worker-3 --http 10.0.0.13:7642 cell.cpu cell.disk cell.load cell.memory cell.network cell.process";
  };
  "each with its own login" = {
    expr = lib.length workers.serviceConfig.LoadCredential;
    expected = 6;
  };
  "what feels the machine sees it" = {
    expr = {
      inherit (workers.serviceConfig) ProcSubset ProtectProc;
    };
    expected = {
      ProcSubset = "all";
      ProtectProc = "default";
    };
  };
  "a nerve runs on the host that it names" = {
    expr = command master.nimmer-cell;
    expected = "cim-master-1 --http 127.0.0.1:7642 nerve.pressure";
  };
  "sensors that name a host are its agent's" = {
    expr = units (eval {
      host = "theia";
    });
    expected = [ ];
  };
  "what was placed in a cluster is not run beside the hub" = {
    expr = command (eval { host = "nats-dev"; }).config.systemd.services.nimmer-cell-dev;
    expected = "nats-dev --http 10.20.0.21:7642 nerve.math nerve.pressure";
  };
}

{ lib, eval, ... }:
let
  agent = host: (eval { inherit host; }).config.systemd.services.nimmer-host;
  theia = agent "theia";
  iris = agent "iris-dev";
  credentials =
    unit: map (c: lib.head (lib.splitString ".creds:" c)) unit.serviceConfig.LoadCredential;
in
{
  "each environment has its own bus: the leaf's where it joins, else the hub" = {
    expr = lib.last (lib.splitString ":7644 " theia.serviceConfig.ExecStart);
    expected = "--server 'dev=nats://127.0.0.1:4222' --server 'staging=nats://10.20.1.22:4222' --server 'prod=nats://127.0.0.1:4222'";
  };
  "it logs in as the host, and as each sensor" = {
    expr = lib.filter (lib.hasPrefix "dev_") (credentials theia);
    expected = [
      "dev_cell_cpu"
      "dev_cell_disk"
      "dev_cell_load"
      "dev_cell_memory"
      "dev_cell_network"
      "dev_cell_process"
      "dev_cell_temperature"
      "dev_host_theia"
    ];
  };
  "a host without cards and sensors opens no device and sees no process" = {
    expr = {
      inherit (iris.serviceConfig) PrivateDevices ProtectProc;
      groups = iris.serviceConfig ? SupplementaryGroups;
      credentials = credentials iris;
    };
    expected = {
      PrivateDevices = true;
      ProtectProc = "invisible";
      groups = false;
      credentials = [ "dev_host_iris-dev" ];
    };
  };
  "a card that is declared here may be asked" = {
    expr = lib.elem "/dev/nimmer/gpu-0 rw" theia.serviceConfig.DeviceAllow;
    expected = true;
  };
  "without sensors it has their logins no more" = {
    expr = lib.filter (lib.hasPrefix "dev_") (
      credentials
        (eval {
          host = "theia";
          modules = [ { nimmer.agent.sensors = false; } ];
        }).config.systemd.services.nimmer-host
    );
    expected = [ "dev_host_theia" ];
  };
}

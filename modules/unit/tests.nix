{
  lib,
  eval,
  pkgs,
  ...
}:
let
  on =
    modules:
    eval {
      host = "cim-worker-3";
      topology = ../../topology/examples/cim;
      inherit modules;
    };
  unit = system: system.config.systemd.services.cim;
  plain = unit (on [ ]);
in
{
  "runs as its identity, in its slice, with its logins and cards" = {
    expr = {
      inherit (plain.serviceConfig)
        ExecStart
        User
        Slice
        LoadCredential
        PrivateDevices
        ;
      card = lib.last plain.serviceConfig.DeviceAllow;
    };
    expected = {
      ExecStart = ''"ia" "--daemon"'';
      User = "cim";
      Slice = "nimmer-cim.slice";
      LoadCredential = [
        "prod_identity_cim_real.creds:/var/lib/nimmer/creds/prod_identity_cim_real.creds"
        "prod_identity_cim_virtual.creds:/var/lib/nimmer/creds/prod_identity_cim_virtual.creds"
      ];
      PrivateDevices = false;
      card = "/dev/nimmer/gpu-0 rw";
    };
  };
  "has what it is told, and which environment it is in" = {
    expr = lib.getAttrs [ "NATS_URL" "NIMMERVERSE_ENV" "RUST_LOG" ] plain.environment;
    expected = {
      NATS_URL = "nats://localhost:4222";
      NIMMERVERSE_ENV = "prod";
      RUST_LOG = "info";
    };
  };
  "its program may come from a package" = {
    expr =
      lib.hasPrefix "${pkgs.hello}/bin:"
        (unit (on [ { nimmer.units.cim.package = pkgs.hello; } ])).serviceConfig.ExecSearchPath;
    expected = true;
  };
  "what it needs can be opened" = {
    expr =
      (unit (on [ { systemd.services.cim.serviceConfig.MemoryDenyWriteExecute = false; } ]))
      .serviceConfig.MemoryDenyWriteExecute;
    expected = false;
  };
  "a unit that is not declared is refused" = {
    expr = map (a: a.message) (
      lib.filter (a: !a.assertion && lib.hasPrefix "nimmer.units" a.message)
        (on [ { nimmer.units.sim = { }; } ]).config.assertions
    );
    expected = [
      "nimmer.units.sim on host cim-worker-3: no such `unit` is declared here; there are cim"
    ];
  };
}

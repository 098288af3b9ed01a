{ lib, eval, ... }:
let
  on =
    host: modules:
    (eval {
      inherit host;
      modules = [
        (
          { pkgs, ... }:
          {
            nimmer.organ.backends = lib.genAttrs [ "boundary" "vllm" ] (name: {
              package = pkgs.writeTextDir "bin/${name}" "";
            });
          }
        )
      ]
      ++ modules;
    }).config;
  theia = on "theia" [ ];
  nyx = theia.systemd.services.vllm-nyx;
  args = lib.splitString " " (lib.replaceStrings [ "\"" ] [ "" ] nyx.serviceConfig.ExecStart);

  changed =
    f:
    on "theia" [
      (
        { config, lib, ... }@args:
        lib.recursiveUpdate (import ../topology args) {
          disabledModules = [ ../topology ];
          options.nimmer.lab.default =
            let
              lab = lib.importJSON ../../topology/topology.json;
            in
            lab // { cortexes = map f lab.cortexes; };
        }
      )
    ];
in
{
  "the unit is named for its engine and the mind" = {
    expr = lib.filter (lib.hasPrefix "vllm-") (lib.attrNames theia.systemd.services);
    expected = [ "vllm-nyx" ];
  };
  "it serves what is declared" = {
    expr = lib.drop 1 args;
    expected = [
      "serve"
      "/womb/cognitive/models/qwen3.5-27b"
      "--served-model-name"
      "nyx"
      "--host"
      "127.0.0.1"
      "--port"
      "31000"
      "--max-model-len"
      "32768"
      "--gpu-memory-utilization"
      "0.85"
      "--dtype"
      "bfloat16"
    ];
  };
  "as its identity, on its card, in its slice, on loopback" = {
    expr = {
      inherit (nyx.serviceConfig)
        User
        Slice
        DevicePolicy
        IPAddressAllow
        IPAddressDeny
        ;
      cards = lib.filter (lib.hasPrefix "/dev/nimmer/") nyx.serviceConfig.DeviceAllow;
    };
    expected = {
      User = "nyx-cognitive";
      Slice = "nimmer-nyx-cognitive.slice";
      DevicePolicy = "closed";
      IPAddressAllow = "localhost";
      IPAddressDeny = "any";
      cards = [ "/dev/nimmer/gpu-0 rw" ];
    };
  };
  "it is loaded at boot, unless somebody says otherwise" = {
    expr = map (c: c.systemd.services.vllm-nyx.wantedBy) [
      theia
      (on "theia" [ { nimmer.cortex.atBoot = false; } ])
    ];
    expected = [
      [ "multi-user.target" ]
      [ ]
    ];
  };
  "the dispatcher may start it, and finds it" = {
    expr = {
      units =
        map (e: e.unit)
          (builtins.fromJSON theia.environment.etc."nimmer/engines.json".text).engines;
      rule = lib.hasInfix "\"vllm-nyx.service\"" theia.security.polkit.extraConfig;
    };
    expected = {
      units = [
        "nimmer-organ-function-gemma.service"
        "vllm-nyx.service"
      ];
      rule = true;
    };
  };
  "memory that is declared becomes a share of the card" = {
    expr =
      let
        config = changed (
          c:
          c
          // {
            memory = 51539607552; # 48 of 96 GiB
            backend = c.backend // {
              gpu_memory_utilization = 0;
            };
          }
        );
      in
      lib.hasInfix "\"--gpu-memory-utilization\" \"0.5\"" config.systemd.services.vllm-nyx.serviceConfig.ExecStart;
    expected = true;
  };
  "an endpoint that somebody else runs makes no unit" = {
    expr =
      let
        config = changed (
          c:
          c
          // {
            backend = c.backend // {
              kind = "openai";
              url = "http://10.20.0.10:31000/v1";
            };
          }
        );
      in
      lib.filter (lib.hasSuffix "-nyx") (lib.attrNames config.systemd.services);
    expected = [ ];
  };
}

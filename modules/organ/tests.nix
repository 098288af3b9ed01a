{ lib, eval, ... }:
let
  # Names stand for what nobody builds here.
  engines =
    { pkgs, ... }:
    {
      nimmer.organ.backends = lib.genAttrs [ "llama-server" "boundary" "ollama" "vllm" ] (name: {
        package = pkgs.writeTextDir "bin/${name}" "";
      });
    };
  on =
    host: modules:
    (eval {
      inherit host;
      modules = [ engines ] ++ modules;
    }).config;
  dioscuri = on "dioscuri" [ ];
  theia = on "theia" [ ];
  unit = name: dioscuri.systemd.services.${name};
  vision = unit "nimmer-organ-vision";
  small = unit "nimmer-organ-gemma4-2b";
  speech = unit "nimmer-organ-text-to-speech";

  # The lab with something changed.
  changed =
    f: host:
    on host [
      (
        { config, lib, ... }@args:
        lib.recursiveUpdate (import ../topology args) {
          disabledModules = [ ../topology ];
          options.nimmer.lab.default = f (lib.importJSON ../../topology/topology.json);
        }
      )
    ];

  args = u: lib.splitString " " (lib.replaceStrings [ "\"" ] [ "" ] u.serviceConfig.ExecStart);
  failed =
    config:
    map (a: a.message) (
      lib.filter (a: !a.assertion && lib.hasPrefix "nimmer: organ" a.message) config.assertions
    );

  asUser = (on "dioscuri" [ { nimmer.organ.asUserServices = true; } ]).systemd;
  asUserUnit = asUser.user.services.nimmer-organ-text-to-speech;
in
{
  "a unit for each organ of the host, and for none of another" = {
    expr = {
      dioscuri = lib.filter (lib.hasPrefix "nimmer-organ-") (lib.attrNames dioscuri.systemd.services);
      theia = lib.filter (lib.hasPrefix "nimmer-organ-") (lib.attrNames theia.systemd.services);
      nats-dev = lib.filter (lib.hasPrefix "nimmer-organ-") (
        lib.attrNames (on "nats-dev" [ ]).systemd.services
      );
    };
    expected = {
      dioscuri = [
        "nimmer-organ-gemma4-26b-moe"
        "nimmer-organ-gemma4-2b"
        "nimmer-organ-gemma4-31b"
        "nimmer-organ-gemma4-4b"
        "nimmer-organ-speech-to-text"
        "nimmer-organ-text-to-speech"
        "nimmer-organ-vision"
        "nimmer-organ-vision-vectors"
      ];
      theia = [ "nimmer-organ-function-gemma" ];
      nats-dev = [ ];
    };
  };

  "it runs as its identity, in its slice" = {
    expr = {
      inherit (vision.serviceConfig) User Slice;
    };
    expected = {
      User = "nyx-organs";
      Slice = "nimmer-nyx-organs.slice";
    };
  };

  "it opens its card and no other" = {
    expr = {
      vision = lib.filter (lib.hasPrefix "/dev/nimmer/") vision.serviceConfig.DeviceAllow;
      speech = lib.filter (lib.hasPrefix "/dev/nimmer/") speech.serviceConfig.DeviceAllow;
      policy = vision.serviceConfig.DevicePolicy;
      groups = speech.serviceConfig.SupplementaryGroups;
    };
    expected = {
      vision = [ "/dev/nimmer/gpu-0 rw" ];
      speech = [ "/dev/nimmer/gpu-1 rw" ];
      policy = "closed";
      groups = [
        "nimmer-gpu"
        "nimmer-gpu-1"
      ];
    };
  };

  "one on the processor opens none, and its declared memory is the bound" = {
    expr =
      let
        s = theia.systemd.services.nimmer-organ-function-gemma.serviceConfig;
      in
      {
        device = s ? DeviceAllow;
        inherit (s) PrivateDevices MemoryMax;
      };
    expected = {
      device = false;
      PrivateDevices = true;
      MemoryMax = "2147483648";
    };
  };

  "memory on a card bounds nothing of the host" = {
    expr = vision.serviceConfig ? MemoryMax;
    expected = false;
  };

  "only a pinned one is there from the start, and comes back by itself" = {
    expr = lib.mapAttrs (_: u: [
      (u.wantedBy != [ ])
      u.serviceConfig.Restart
    ]) { inherit vision speech; };
    expected = {
      vision = [
        false
        "no"
      ];
      speech = [
        true
        "on-failure"
      ];
    };
  };

  "without a port it listens on a socket, and has no network" = {
    expr = {
      host = lib.elem "%t/nimmer-organ-gemma4-2b/engine.sock" (args small);
      inherit (small.serviceConfig)
        PrivateNetwork
        Group
        UMask
        RuntimeDirectoryMode
        ;
    };
    expected = {
      host = true;
      PrivateNetwork = true;
      Group = "nimmer-organ";
      UMask = "0007";
      RuntimeDirectoryMode = "0750";
    };
  };

  "with a port it listens on loopback, and speaks to nobody else" = {
    expr =
      let
        u = unit "nimmer-organ-gemma4-26b-moe";
      in
      {
        args = lib.drop 1 (args u);
        inherit (u.serviceConfig) IPAddressAllow IPAddressDeny;
      };
    expected = {
      args = [
        "--model"
        "/womb/organs/models/gemma-4-26b-moe-Q4_K_M.gguf"
        "--alias"
        "gemma4-26b-moe"
        "--host"
        "127.0.0.1"
        "--port"
        "8645"
        "--ctx-size"
        "8192"
        "--offline"
        "--metrics"
        "--slots"
        "--threads"
        "8"
      ];
      IPAddressAllow = "localhost";
      IPAddressDeny = "any";
    };
  };

  "ollama is told its port, its models and how long they stay" = {
    expr = lib.getAttrs [ "OLLAMA_HOST" "OLLAMA_MODELS" "OLLAMA_KEEP_ALIVE" ] vision.environment;
    expected = {
      OLLAMA_HOST = "127.0.0.1:11434";
      OLLAMA_MODELS = "/womb/organs/ollama";
      OLLAMA_KEEP_ALIVE = "5m0s";
    };
  };

  "weights are only read" = {
    expr = [
      small.serviceConfig.ProtectSystem
      small.serviceConfig.ReadOnlyPaths
      small.unitConfig.AssertPathExists
    ];
    expected = [
      "strict"
      [ "-/womb/organs/models/gemma-4-2b-it-Q4_K_M.gguf" ]
      "/womb/organs/models/gemma-4-2b-it-Q4_K_M.gguf"
    ];
  };

  "the dispatcher knows where each engine is" = {
    expr = lib.filter (
      e:
      lib.elem e.name [
        "vision"
        "gemma4-2b"
      ]
    ) (builtins.fromJSON dioscuri.environment.etc."nimmer/engines.json".text).engines;
    expected = [
      {
        name = "gemma4-2b";
        block = "organ";
        identity = "nyx-organs";
        kind = "llama-server";
        unit = "nimmer-organ-gemma4-2b.service";
        socket = "/run/nimmer-organ-gemma4-2b/engine.sock";
      }
      {
        name = "vision";
        block = "organ";
        identity = "nyx-organs";
        kind = "ollama";
        unit = "nimmer-organ-vision.service";
        url = "http://127.0.0.1:11434";
      }
    ];
  };

  "as a user service it has what a user's manager can enforce" = {
    expr = {
      system = lib.any (lib.hasPrefix "nimmer-organ-") (lib.attrNames asUser.services);
      inherit (asUserUnit.unitConfig) ConditionUser;
      inherit (asUserUnit) wantedBy;
      device = asUserUnit.serviceConfig ? DeviceAllow;
      cards = asUserUnit.environment.CUDA_VISIBLE_DEVICES;
      inherit (asUserUnit.serviceConfig) PrivateUsers ProtectHome;
    };
    expected = {
      system = false;
      ConditionUser = "nyx-organs";
      wantedBy = [ "default.target" ];
      device = false;
      cards = "1";
      PrivateUsers = true;
      ProtectHome = "read-only";
    };
  };

  "a kind without a package is refused, with the option's name" = {
    expr = failed (on "dioscuri" [ { nimmer.organ.backends.ollama.package = lib.mkForce null; } ]);
    expected = [
      "nimmer: organ vision on host dioscuri has backend ollama, and nimmer.organ.backends.ollama.package is null: set it to a package with that engine"
    ];
  };

  "a model that would have to be fetched is refused" = {
    expr = failed (
      changed (
        lab:
        lab
        // {
          organs = map (
            o:
            if o.name == "gemma4-2b" then
              o
              // {
                backend = o.backend // {
                  model = "google/gemma";
                };
              }
            else
              o
          ) lab.organs;
        }
      ) "dioscuri"
    );
    expected = [
      "nimmer: organ gemma4-2b on host dioscuri has the model \"google/gemma\": engines fetch nothing from the network, so declare the path where the model lies on that host"
    ];
  };
}

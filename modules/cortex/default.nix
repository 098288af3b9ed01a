# Minds: one unit for each cortex that this host runs, named BACKEND-NAME, as vllm-nyx.service.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.cortex;
  inherit (config.nimmer) here;
  inherit (lib) mkOption types;

  engine = import ../organ/engine.nix {
    inherit
      lib
      utils
      pkgs
      nimmer
      config
      ;
  };

  engines = map (
    c:
    engine.make {
      block = "cortex";
      unit = "${c.backend.kind}-${c.name}";
      declared = c;
      # ollama has no Unix socket.
      port = if c.backend.kind == "ollama" && c.backend.port == 0 then 11434 else c.backend.port;
    }
  ) (lib.filter engine.runs here.cortexes);
in
{
  options.nimmer.cortex = {
    enable = mkOption {
      type = types.bool;
      default = engines != [ ];
      defaultText = lib.literalMD "whether a `cortex` with an engine of its own is declared on this host";
      description = "Run the minds of this host.";
    };
    atBoot = mkOption {
      type = types.bool;
      default = true;
      description = "Load the minds when the machine starts. Otherwise the dispatcher of organs and minds loads them.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services = lib.listToAttrs (
      map (
        e:
        lib.nameValuePair e.unit (
          engine.unitOf {
            engine = e;
            start = cfg.atBoot || e.declared.pinned;
          }
        )
      ) engines
    );
    nimmer.organ.engines = map engine.endpoint engines;
    assertions = lib.concatMap engine.assertions engines;
  };
}

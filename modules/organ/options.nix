{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.nimmer) here;
  inherit (lib) literalExpression mkOption types;

  onCard =
    kind: lib.any (x: x.backend.kind or "" == kind && x.device == "gpu") (here.organs ++ here.cortexes);

  backend =
    {
      default,
      text,
      what,
    }:
    {
      package = mkOption {
        type = types.nullOr types.package;
        inherit default;
        defaultText = literalExpression text;
        description = "The package that has ${what}.";
      };
    };
in
{
  options.nimmer.organ = {
    enable = mkOption {
      type = types.bool;
      default = here.organs != [ ];
      defaultText = lib.literalMD "whether an `organ` is declared on this host";
      description = "Make a unit for each organ of this host.";
    };
    asUserServices = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Run organs under the service manager of their identity instead of the system's. Weaker: a user's manager cannot
        enforce which card is opened nor who is spoken to. The identity needs `linger`.
      '';
    };
    user = mkOption {
      type = types.str;
      default = "nimmer-organ";
      description = ''
        Who dispatches: this user may start and stop the units of organs and minds, and its group of the same name opens
        their sockets. `nimmer-organ` runs as it.
      '';
    };
    programs = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = ''
        Packages whose programs the commands of `exec` organs name. A program that is not found here is looked up in the
        identity's own profile and in the system's when the organ starts.
      '';
    };
    backends = {
      llama-server = backend {
        default =
          if onCard "llama-server" then pkgs.llama-cpp.override { cudaSupport = true; } else pkgs.llama-cpp;
        text = "pkgs.llama-cpp.override { cudaSupport = true; } # pkgs.llama-cpp where none is on a card";
        what = "`llama-server`";
      };
      boundary = backend {
        default =
          if onCard "boundary" then pkgs.llama-cpp.override { cudaSupport = true; } else pkgs.llama-cpp;
        text = "pkgs.llama-cpp # with cudaSupport where one is on a card";
        what = "`llama-server` for structured boundaries";
      };
      ollama = backend {
        default = if onCard "ollama" then pkgs.ollama-cuda else pkgs.ollama-cpu;
        text = "pkgs.ollama-cuda # pkgs.ollama-cpu where none is on a card";
        what = "`ollama`";
      };
      vllm = backend {
        default = if onCard "vllm" then pkgs.pkgsCuda.vllm else pkgs.vllm;
        text = "pkgs.pkgsCuda.vllm # pkgs.vllm where none is on a card";
        what = "`vllm`";
      };
    };
    engines = mkOption {
      type = types.listOf types.raw;
      internal = true;
      default = [ ];
      description = "What the dispatcher of this host may start and stop.";
    };
  };
}

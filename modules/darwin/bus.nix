# The leaf of this Mac, from its emitted configuration and the keys that are brought beside it, as on NixOS.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  daemon = import ./daemon.nix { inherit lib; };
  cfg = config.nimmer.bus;
  inherit (config.nimmer) here topology;
  inherit (lib) mkOption types;

  servers = import ../bus/servers.nix { inherit lib nimmer; } { inherit topology here; };
  targets = import ../monitoring/targets.nix { inherit config lib; };
  at = targets.listenOf "nats";
  scraped = if lib.elem "nats" targets.jobs then "${at.address}:${toString at.port}" else "none";

  start = pkgs.writeShellScript "nimmer-nats-start" ''
    PATH=${lib.makeBinPath [ pkgs.coreutils ]}
    ${builtins.readFile ../bus/start.sh}
  '';
  live = s: "${cfg.keys}/${s.folder}";
  watched = s: map (f: "${live s}/${f}") s.includes;

  server =
    s:
    lib.nameValuePair s.unit (daemon {
      name = s.unit;
      account = "_nimmer-bus";
      command = [
        start
        s.config
        (lib.getExe cfg.package)
        "bus"
        "serve"
        "-c"
        s.config
        "--http"
        scraped
      ];
      # Two for each stream, one for each client.
      more.SoftResourceLimits.NumberOfFiles = 65536;
      more.HardResourceLimits.NumberOfFiles = 65536;
    });

  reload =
    s:
    lib.nameValuePair "${s.unit}-keys" {
      command = "/bin/launchctl kill SIGHUP system/${config.launchd.labelPrefix}.${s.unit}";
      serviceConfig.WatchPaths = watched s;
    };

  files =
    s:
    [ (lib.nameValuePair "nimmer/nats/${s.folder}/${s.name}.conf" { inherit (s) source; }) ]
    ++ map (
      f: lib.nameValuePair "nimmer/nats/${s.folder}/${f}" { source = "${live s}/${f}"; }
    ) s.includes
    ++ lib.optional (s.kind == "leaf") (
      lib.nameValuePair "nimmer/nats/links" { source = "${live s}/creds"; }
    );
in
{
  options.nimmer.bus = {
    enable = mkOption {
      type = types.bool;
      default = servers != [ ];
      defaultText = lib.literalMD "whether a `leaf` is declared on this host";
      description = "Run the NATS servers that are declared on this host.";
    };
    package = nimmer.packageOption pkgs "nimmer";
    keys = mkOption {
      type = types.str;
      default = "/var/lib/nimmer/nats";
      description = ''
        Folder on this machine that holds what `nimmer bus keys apply` writes for its servers. When a file in it changes,
        the server reads it anew.
      '';
    };
  };

  config = lib.mkIf (cfg.enable && servers != [ ]) {
    nimmer.accounts._nimmer-bus = {
      id = lib.mkDefault 550;
      folders = map (s: s.store) servers;
    };
    system.activationScripts.launchd.text = lib.mkBefore ''
      install -d -m 0750 -o root -g _nimmer-bus ${lib.escapeShellArg cfg.keys}
    '';
    environment.etc = lib.listToAttrs (lib.concatMap files servers);
    launchd.daemons = lib.listToAttrs (map server servers ++ map reload servers);
  };
}

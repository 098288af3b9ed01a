# Organs: a unit for each one that is declared on this host, and who may start it.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.organ;
  inherit (config.nimmer) here;

  engine = import ./engine.nix {
    inherit
      lib
      utils
      pkgs
      nimmer
      config
      ;
  };

  declared = lib.filter engine.runs here.organs;
  isOllama = o: o.backend.kind == "ollama";

  # ollama has no Unix socket: those without a port get the first free ones from its usual one on.
  taken = lib.filter (p: p != 0) (map (x: x.backend.port or 0) (here.organs ++ here.cortexes));
  free = lib.filter (p: !lib.elem p taken) (lib.range 11434 11934);
  portless = map (o: o.name) (lib.filter (o: isOllama o && o.backend.port == 0) declared);
  portOf =
    o:
    let
      at = lib.lists.findFirstIndex (n: n == o.name) null portless;
    in
    if at == null then o.backend.port else lib.elemAt free at;

  engines = map (
    o:
    engine.make {
      block = "organ";
      unit = "nimmer-organ-${o.name}";
      declared = o;
      port = portOf o;
    }
  ) declared;

  units = lib.listToAttrs (
    map (
      e:
      lib.nameValuePair e.unit (
        engine.unitOf {
          engine = e;
          start = e.declared.pinned;
          user = cfg.asUserServices;
        }
      )
    ) engines
  );

  # An ollama for each organ, or the fence around its card would be everybody's.
  shared = lib.filter (l: lib.length l > 1) (
    lib.attrValues (lib.groupBy (e: toString e.port) (lib.filter (e: isOllama e) engines))
  );

  unlingering = lib.filter (
    e: !lib.any (i: i.name == e.declared.identity && i.linger) here.identities
  ) engines;
in
{
  imports = [
    ./options.nix
    ./dispatch.nix
  ];

  config = lib.mkIf cfg.enable {
    systemd.services = lib.mkIf (!cfg.asUserServices) units;
    systemd.user.services = lib.mkIf cfg.asUserServices units;
    nimmer.organ.engines = lib.mkIf (!cfg.asUserServices) (map engine.endpoint engines);

    assertions =
      lib.concatMap engine.assertions engines
      ++ map (l: {
        assertion = false;
        message = "nimmer: organs ${
          lib.concatMapStringsSep " and " (e: e.name) l
        } of host ${here.host.name} declare one port for ollama: each has a server and a card of its own, so give each another port, or none";
      }) shared
      ++ lib.optionals cfg.asUserServices (
        map (e: {
          assertion = false;
          message = "nimmer.organ.asUserServices: organ ${e.name} on host ${here.host.name} needs an identity that lives there with `linger = true`";
        }) unlingering
      );
  };
}

# The NATS servers that a host runs, as their emitted files say. Pure: modules for other systems read it, too.
{ lib, nimmer }:
{ topology, here }:
let
  inherit (lib)
    concatMap
    elemAt
    filter
    findFirst
    head
    ;

  # What the lines of a configuration that match a pattern say.
  said = pattern: lines: filter (m: m != null) (map (builtins.match pattern) lines);

  # A hub's site is called like the first of the hubs that gateways join: its folder is the one with the file.
  siteOf =
    file:
    let
      folder = topology + "/nats/hub";
      sites = lib.attrNames (lib.optionalAttrs (builtins.pathExists folder) (builtins.readDir folder));
    in
    findFirst (site: builtins.pathExists (folder + "/${site}/${file}")) "SITE" sites;

  server =
    {
      kind,
      site,
      name,
      unit,
      declared,
    }:
    let
      folder = "${kind}/${site}";
      file = nimmer.emitted topology "nats/${folder}/${name}.conf";
      lines = lib.splitString "\n" (builtins.readFile file);
      listen = m: {
        address = lib.removeSuffix "]" (lib.removePrefix "[" (head m));
        port = lib.toInt (elemAt m 1);
      };
    in
    {
      inherit
        kind
        site
        name
        unit
        declared
        folder
        ;
      # In the store by itself: what else is emitted restarts no server.
      source = "${file}";
      config = "/etc/nimmer/nats/${folder}/${name}.conf";
      listens = map listen (said ''[[:space:]]*listen: "(.*):([0-9]+)"'' lines);
      store = head (head (said ''[[:space:]]*store_dir: "(.*)"'' lines));
      # Live files, which are written with the keys.
      includes = concatMap lib.id (said ''[[:space:]]*include "(.*)"'' lines);
      # With others in a cluster, clients go there when it stops.
      member = lib.length (declared.hosts or [ ]) > 1;
    };
in
map (
  hub:
  server rec {
    kind = "hub";
    name = "${hub.name}_${here.host.name}";
    site = siteOf "${name}.conf";
    unit = "nimmer-nats-${hub.name}";
    declared = hub;
  }
) here.hubs
++ map (
  leaf:
  server {
    kind = "leaf";
    name = here.host.name;
    site = leaf.name;
    unit = "nimmer-nats-leaf";
    declared = leaf;
  }
) here.leaves

# Which interface carries which network: pure, from the declaration and `nimmer.network`.
#
# A link is { key, match | vlan, networks, bridge }: `match` finds a card, `vlan` is a tag on the link `over`.
{
  lib,
  lab,
  host,
  cfg,
}:
let
  nimmer = import ../lib { inherit lib; };
  inherit (lib) findFirst optional unique;

  own = nimmer.networksOf lab host;
  guests = builtins.filter (h: h.parent == host.name) lab.hosts;
  bridged = lib.optionals cfg.bridges (
    builtins.filter (n: lib.any (g: g.addresses ? ${n.name}) guests) lab.networks
  );
  networks = unique (own ++ bridged);

  # The deployment network first: its interface is the trunk, its gateway the default route.
  ordered =
    let
      parts = lib.partition (n: n.name == host.deploy.network) own;
    in
    parts.right ++ parts.wrong;

  byName = name: {
    key = name;
    match.Name = name;
  };
  # A VLAN or a bridge on a card shows the card's address, too: only the card has it by birth.
  byMac = network: mac: {
    key = network.name;
    match.PermanentMACAddress = mac;
  };

  cardOf =
    n:
    if cfg.interfaces ? ${n.name} then
      byName cfg.interfaces.${n.name}
    else if host.macs ? ${n.name} then
      byMac n host.macs.${n.name}
    else
      null;

  trunk =
    if cfg.trunk != null then byName cfg.trunk else findFirst (c: c != null) null (map cardOf ordered);

  vlanOf =
    n:
    if trunk == null || n.vlan == 0 then
      null
    else
      {
        key = "vlan${toString n.vlan}";
        inherit (n) vlan;
        over = trunk;
      };

  placeOf =
    n:
    findFirst (p: p != null) null (
      [ (cardOf n) ]
      ++ optional (cfg.trunk != null) (vlanOf n)
      # A hypervisor gives its guest a card for each network, with this address.
      ++ optional (host.parent != "" && host.addresses ? ${n.name}) (
        byMac n (nimmer.macOf lab host n.name)
      )
      ++ [ (vlanOf n) ]
    );

  placed = map (n: {
    network = n;
    place = placeOf n;
  }) networks;
  found = builtins.filter (p: p.place != null) placed;

  links = lib.mapAttrs (
    key: list:
    let
      here = map (p: p.network) (builtins.filter (p: p ? network) list);
      toBridge = builtins.filter (n: lib.elem n bridged) here;
    in
    (head list).place
    // {
      networks = builtins.filter (n: host.addresses ? ${n.name}) here;
      bridge = if toBridge == [ ] then null else bridgeName (head toBridge).name;
    }
  ) (lib.groupBy (p: p.place.key) (found ++ trunks));

  # A trunk is there for what it carries, though no network may be on it untagged.
  trunks = lib.concatMap (p: optional (p.place ? over) { place = p.place.over; }) found;

  inherit (builtins) head stringLength substring;

  # The kernel has room for 15 characters.
  bridgeName =
    network:
    let
      whole = "br-${network}";
    in
    if stringLength whole <= 15 then
      whole
    else
      "br-${substring 0 7 network}-${substring 0 4 (builtins.hashString "sha256" network)}";
in
{
  inherit
    links
    networks
    ordered
    own
    ;
  missing = map (p: p.network) (builtins.filter (p: p.place == null) placed);
}

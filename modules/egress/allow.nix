# What an `egress` block allows, as addresses. Pure: the tests call it with a made-up lab.
#
#   "10.0.0.0/8"   "10.0.0.0/8:443"   "2001:db8::/32"   "[2001:db8::/32]:443"   "theia"   "theia.eachpath.local:22"
#
# A name is a declared host's, or one of its aliases: neither the firewall nor systemd follows what a name means elsewhere.
{ lib }:
let
  inherit (lib)
    all
    concatMap
    elem
    elemAt
    filter
    hasInfix
    ;

  number = text: builtins.match "0|[1-9][0-9]{0,4}" text != null;
  within = max: text: number text && lib.toInt text <= max;

  isFour =
    text:
    let
      parts = builtins.match "([0-9]+)\\.([0-9]+)\\.([0-9]+)\\.([0-9]+)(/([0-9]+))?" text;
    in
    parts != null
    && all (within 255) (lib.take 4 parts)
    && (elemAt parts 5 == null || within 32 (elemAt parts 5));
  isSix =
    text:
    let
      parts = builtins.match "([0-9A-Fa-f:]*:[0-9A-Fa-f:]*)(/([0-9]+))?" text;
    in
    parts != null && (elemAt parts 2 == null || within 128 (elemAt parts 2));

  # Where it goes, and the port, null without one.
  split =
    text:
    let
      bracket = builtins.match "\\[([^]]*)](:(.*))?" text;
      plain = builtins.match "([^:]*)(:([^:]*))?" text;
      parts = if bracket != null then bracket else plain;
    in
    if parts == null then
      {
        where = text;
        port = null;
      }
    else
      {
        where = elemAt parts 0;
        port = elemAt parts 2;
      };
in
rec {
  isV6 = hasInfix ":";

  # lab: the declaration; egress: the block's name; text: one entry of allow.
  parse =
    lab: egress: text:
    let
      inherit (split text) where port;
      says = what: throw "egress ${egress} of lab ${lab.lab.name} allows \"${text}\": ${what}";
      named = filter (
        h: h.name == where || "${h.name}.${lab.lab.domain}" == where || elem where h.aliases
      ) lab.hosts;
      addresses = concatMap (h: lib.attrValues h.addresses) named;
    in
    {
      port =
        if port == null then
          null
        else if within 65535 port && port != "0" then
          lib.toInt port
        else
          says "${port} is no port";
      addresses =
        if isFour where || isSix where then
          [ where ]
        else if named == [ ] then
          says "${where} is neither a prefix nor a declared host; write its prefix, as \"203.0.113.0/24:443\""
        else if addresses == [ ] then
          says "host ${where} has no declared address; write its prefix"
        else
          addresses;
    };
}

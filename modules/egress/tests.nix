{ lib, ... }:
let
  fences = import ../../tests/nix/fences { inherit lib; };
  inherit (import ./allow.nix { inherit lib; }) parse;

  box = (fences.eval { host = "box"; }).config;
  rules = lib.splitString "\n" box.networking.nftables.tables.nimmer-egress.content;
  about = text: map lib.trim (lib.filter (lib.hasInfix text) rules);

  lab = {
    lab.name = "made";
    lab.domain = "example.org";
    hosts = [
      {
        name = "theia";
        aliases = [ "mind.example.org" ];
        addresses.lan = "10.0.0.10";
      }
      {
        name = "nowhere";
        aliases = [ ];
        addresses = { };
      }
    ];
  };
  entry = parse lab "closed";
  refused = text: !(builtins.tryEval (lib.deepSeq (entry text) true)).success;
in
{
  "an entry is a prefix or a declared host, with a port or without" = {
    expr = map entry [
      "10.0.0.0/8"
      "10.0.0.0/8:443"
      "192.0.2.1:53"
      "2001:db8::/32"
      "[2001:db8::/32]:443"
      "theia"
      "theia.example.org:22"
      "mind.example.org"
    ];
    expected =
      let
        to = address: port: {
          addresses = [ address ];
          inherit port;
        };
      in
      [
        (to "10.0.0.0/8" null)
        (to "10.0.0.0/8" 443)
        (to "192.0.2.1" 53)
        (to "2001:db8::/32" null)
        (to "2001:db8::/32" 443)
        (to "10.0.0.10" null)
        (to "10.0.0.10" 22)
        (to "10.0.0.10" null)
      ];
  };
  "anything else is refused" = {
    expr = map refused [
      "pypi.org:443"
      "nowhere"
      "10.0.0.0/33"
      "10.0.0.300"
      "10.0.0.1:0"
      "10.0.0.1:70000"
      "10.0.0.1:https"
      "[2001:db8::/129]:1"
      "2001:db8::1; accept"
      ""
    ];
    expected = lib.genList (_: true) 10;
  };
  "who is bound is known by its number" = {
    expr = about "elements";
    expected = [ "elements = { 2001 }" ];
  };
  "or put in when it has one" = {
    expr = lib.hasInfix "nftables.service" (toString box.systemd.services.nimmer-egress.partOf);
    expected = true;
  };
  "the lab and its resolvers can be reached" = {
    expr = lib.take 3 (about "accept");
    expected = [
      "type filter hook output priority filter; policy accept;"
      ''oifname "lo" accept''
      "ip daddr { 192.168.1.0/24 } accept"
    ];
  };
  "resolvers elsewhere for names only" = {
    expr = about "10.9.9.9";
    expected = [ "ip daddr { 192.168.1.2, 10.9.9.9 } meta l4proto { tcp, udp } th dport 53 accept" ];
  };
  "what is allowed, with its port" = {
    expr = about "203.0.113.8";
    expected = [
      "meta skuid @uid-closed ip daddr { 203.0.113.8 } meta l4proto { tcp, udp } th dport 443 accept"
    ];
  };
  "the rest is logged and refused, in this order, at the end" = {
    expr = lib.drop (lib.length (about "meta skuid") - 2) (about "meta skuid");
    expected = [
      ''meta skuid @uid-closed limit rate 10/minute burst 20 packets log prefix "nimmer-egress closed: " level info flags skuid''
      "meta skuid @uid-closed counter reject with icmpx admin-prohibited"
    ];
  };
  "the slices of an identity say the same of addresses" = {
    expr = map (name: box.systemd.slices.${name}.sliceConfig.IPAddressDeny) [
      "nimmer-alpha"
      "nimmer-beta"
      "user-2001"
    ];
    expected = [
      "any"
      "any"
      "any"
    ];
  };
  "and allow the lab" = {
    expr = box.systemd.slices.nimmer-alpha.sliceConfig.IPAddressAllow;
    expected = [
      "127.0.0.0/8"
      "::1/128"
      "192.168.1.0/24"
      "192.168.1.2"
      "10.9.9.9"
      "203.0.113.8"
      "2001:db8::/32"
      "2001:db8:1::1"
      "192.168.1.4"
      "198.51.100.0/24"
    ];
  };
  "a host where nobody is bound has no rules" = {
    expr = (fences.eval { host = "guest"; }).config.networking.nftables.enable;
    expected = false;
  };
  "without nftables it is said what is lost" = {
    expr = map (lib.hasPrefix "networking.nftables.enable is off on host box, and egress closed") (
      fences.failed (
        fences.eval {
          host = "box";
          modules = [ { networking.nftables.enable = false; } ];
        }
      )
    );
    expected = [ true ];
  };
}

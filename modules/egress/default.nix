# Identities that speak to the lab and to nobody else: by number in the firewall, by slice in the kernel's control groups.
{ config, lib, ... }:
let
  cfg = config.nimmer.egress;
  inherit (config.nimmer) here lab;
  inherit (lib)
    concatMap
    concatMapStringsSep
    elem
    filter
    mkOption
    types
    ;
  inherit (import ./allow.nix { inherit lib; }) isV6 parse;

  host = here.host.name;
  blocks = filter (e: elem host e.hosts) lab.egresses;

  # Without identities it is for all that live here.
  boundBy = e: filter (i: e.identities == [ ] || elem i.name e.identities) here.identities;
  bound = lib.unique (concatMap boundBy blocks);

  # systemctl set-property knows no words in a list.
  loopback = [
    "127.0.0.0/8"
    "::1/128"
  ];
  subnets = map (n: n.subnet) lab.networks;
  resolvers = lib.unique (concatMap (n: n.dns) lab.networks);
  allowed = e: map (parse lab e.name) e.allow;

  six = filter isV6;
  four = filter (a: !isV6 a);
  braces = list: "{ ${lib.concatStringsSep ", " list} }";

  # The rules of one destination; without addresses of a family none.
  to =
    addresses: more:
    lib.optional (four addresses != [ ]) "ip daddr ${braces (four addresses)} ${more}"
    ++ lib.optional (six addresses != [ ]) "ip6 daddr ${braces (six addresses)} ${more}";
  port = p: lib.optionalString (p != null) "meta l4proto { tcp, udp } th dport ${toString p} ";

  # A block may be named as one of nft's own words.
  nameOf = e: "uid-${e.name}";

  setOf =
    e:
    let
      uids = map (i: toString i.uid) (filter (i: i.uid != 0) (boundBy e));
    in
    ''
      set ${nameOf e} {
        type uid
        ${lib.optionalString (uids != [ ]) "elements = ${braces uids}"}
      }
    '';

  accept =
    e:
    map (rule: "meta skuid @${nameOf e} ${rule}") (
      concatMap (a: to a.addresses "${port a.port}accept") (allowed e)
    );

  deny =
    e:
    lib.optional e.log ''meta skuid @${nameOf e} limit rate 10/minute burst 20 packets log prefix "nimmer-egress ${e.name}: " level info flags skuid''
    ++ [ "meta skuid @${nameOf e} counter reject with icmpx admin-prohibited" ];

  # Who is in two blocks may go where either lets it.
  chain = [
    "type filter hook output priority filter; policy accept;"
    ''oifname "lo" accept''
  ]
  ++ to subnets "accept"
  ++ to resolvers "${port 53}accept"
  ++ concatMap accept blocks
  ++ concatMap deny blocks;

  # Numbers that are not declared are known once the machine or FreeIPA gave them.
  later = concatMap (
    e:
    map (i: {
      set = nameOf e;
      user = i.name;
    }) (filter (i: i.uid == 0) (boundBy e))
  ) blocks;

  openFor = i: filter (e: elem i (boundBy e)) blocks;
in
{
  options.nimmer.egress.enable = mkOption {
    type = types.bool;
    default = bound != [ ];
    defaultText = lib.literalMD "whether an `egress` is declared for an identity of this host";
    description = "Let the identities of the declared `egress` blocks reach the lab and what the blocks allow, and nothing else.";
  };

  imports = [ ./numbers.nix ];

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = config.networking.nftables.enable;
        message = "networking.nftables.enable is off on host ${host}, and egress ${
          concatMapStringsSep ", " (e: e.name) blocks
        } of the declaration is made of nftables rules: leave it on, or set nimmer.egress.enable = false";
      }
    ];

    networking.nftables.enable = lib.mkDefault true;
    networking.nftables.tables.nimmer-egress = {
      family = "inet";
      content = ''
        ${lib.concatMapStrings setOf blocks}
        chain output {
          ${lib.concatStringsSep "\n  " chain}
        }
      '';
    };
    nimmer.egress.later = later;

    # Ports are the firewall's; a slice knows addresses only.
    nimmer.identity.properties = lib.listToAttrs (
      map (
        i:
        lib.nameValuePair i.name {
          IPAddressDeny = "any";
          IPAddressAllow = lib.unique (
            loopback ++ subnets ++ resolvers ++ concatMap (a: a.addresses) (concatMap allowed (openFor i))
          );
        }
      ) bound
    );
  };
}

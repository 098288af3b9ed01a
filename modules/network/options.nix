# What the declaration does not say of this machine's interfaces.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  inherit (config.nimmer) here lab;
  inherit (lib) mkOption types;
in
{
  options.nimmer.network = {
    enable = mkOption {
      type = types.bool;
      default = nimmer.networksOf lab here.host != [ ];
      defaultText = lib.literalMD "whether this host has an address in a declared network";
      description = "Give the declared addresses to this machine's interfaces, by systemd-networkd.";
    };
    interfaces = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        management = "enp1s0";
      };
      description = "Interface by network, where no hardware address is declared in `macs`.";
    };
    macs = mkOption {
      type = types.attrsOf types.str;
      readOnly = true;
      default = lib.filterAttrs (_: mac: mac != null) (
        lib.mapAttrs (network: _: nimmer.macOf lab here.host network) here.host.addresses
      );
      defaultText = lib.literalMD "the declared ones; a guest's others follow from its name";
      description = "Hardware address by network: a hypervisor gives its guests cards with these.";
    };
    trunk = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "enp65s0f0";
      description = ''
        Interface that carries the networks with a `vlan` as tagged VLANs. Unless set, it is the one of the first
        network that has an interface of its own, the deployment network's before others.
      '';
    };
    bridges = mkOption {
      type = types.bool;
      default = config.nimmer.machine.hypervisor;
      defaultText = lib.literalExpression "config.nimmer.machine.hypervisor";
      description = "Make a bridge of each network that a guest of this host has an address in.";
    };
    mtu = mkOption {
      type = types.attrsOf types.ints.positive;
      default = { };
      example = {
        womb = 9000;
      };
      description = "Largest packet by network. What carries it gets the largest of those it carries.";
    };
    dhcp = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "enp2s0" ];
      description = "Interfaces outside of the declared networks that ask for an address: a router's uplink, say.";
    };
  };
}

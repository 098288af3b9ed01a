# Options of the cards of this machine.
{ config, lib, ... }:
let
  inherit (config.nimmer) here lab;
  inherit (lib) mkOption types;
  inherit (import ./cards.nix { inherit lib; }) plan;
in
{
  options.nimmer.gpu = {
    enable = mkOption {
      type = types.bool;
      default = lib.any (c: !c.metal) here.host.gpus;
      defaultText = lib.literalMD "whether a `gpu` is declared for this host";
      description = "Set up the declared cards: NVIDIA's driver for those that stay, vfio for those that a guest has.";
    };
    open = mkOption {
      type = types.bool;
      default = (plan lab.hosts here.host).open;
      defaultText = lib.literalMD "whether no card is older than Turing (compute capability 7.5)";
      description = ''
        NVIDIA's open kernel modules. Blackwell needs them. With a card that they do not know, the closed ones and the last
        driver that knows it (580) are taken for all cards of the host.
      '';
    };
    allowUnfree = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Allow the driver and what has one of CUDA's licences, and nothing else that is unfree. Switch it off where the
        configuration is given its `nixpkgs.pkgs` from outside, or has an `allowUnfreePredicate` of its own, of which there
        can be one: both are then allowed there.
      '';
    };
    containers = mkOption {
      type = types.bool;
      default = false;
      description = "Describe the cards to Docker and Podman (NVIDIA's container toolkit, CDI).";
    };
    powerLimits = mkOption {
      type = types.attrsOf types.ints.positive;
      default = { };
      example = {
        "0" = 450;
      };
      description = "The most watts a card may draw, by its declared name.";
    };
    iommu = mkOption {
      type = types.nullOr (
        types.enum [
          "amd"
          "intel"
        ]
      );
      default = null;
      description = "Whose processor it is, for the kernel's parameters where a card is passed through. Null: those of both.";
    };
    passed = mkOption {
      type = types.listOf types.str;
      default = [ ];
      internal = true;
      description = "Slots of the cards that guests have, as \"0000:41:00\".";
    };
  };
}

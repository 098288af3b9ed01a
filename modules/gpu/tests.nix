{ lib, ... }:
let
  fences = import ../../tests/nix/fences { inherit lib; };
  inherit (import ./cards.nix { inherit lib; }) plan;

  config = host: (fences.eval { inherit host; }).config;
  box = config "box";
  hypervisor = config "hypervisor";
  guest = config "guest";
  vfioRule = ''ACTION=="add", SUBSYSTEM=="pci", KERNEL=="0000:41:00.[0-7]", ATTR{driver_override}="vfio-pci"'';

  # A made-up host with these cards.
  card = {
    name = "0";
    model = "RTX 4000 Ada";
    compute_capability = "8.9";
    pci = "";
    uuid = "";
    to = "";
    from = "";
    vgpus = [ ];
    metal = false;
  };
  made =
    cards:
    let
      host = {
        name = "made";
        gpus = map (c: card // c) cards;
      };
    in
    plan [ host ] host;
  begins = cards: map (lib.substring 0 42) (made cards).problems;
in
{
  "a host without cards gets nothing" = {
    expr =
      let
        c =
          (fences.eval {
            host = "saturn";
            topology = ../../topology;
          }).config;
      in
      [
        c.nimmer.gpu.enable
        c.hardware.nvidia.enabled
      ];
    expected = [
      false
      false
    ];
  };
  "a Mac's card is not NDIA's" = {
    expr = (made [ { metal = true; } ]).own;
    expected = [ ];
  };
  "the driver is there, open, without X" = {
    expr = {
      inherit (box.hardware.nvidia) open nvidiaPersistenced;
      inherit (box.services.xserver) enable videoDrivers;
      driver = lib.versionAtLeast box.hardware.nvidia.package.version "590";
    };
    expected = {
      open = true;
      nvidiaPersistenced = true;
      enable = false;
      videoDrivers = [ "nvidia" ];
      driver = true;
    };
  };
  "each card has a group of those who have it, whole or in part" = {
    expr = lib.mapAttrs (_: g: g.members) (
      lib.filterAttrs (name: _: lib.hasPrefix "nimmer-gpu" name) box.users.groups
    );
    expected = {
      nimmer-gpu = [
        "beta"
        "alpha"
      ];
      nimmer-gpu-0 = [ "beta" ];
      nimmer-gpu-1 = [ "alpha" ];
    };
  };
  "cards are found as they are declared" = {
    expr = lib.hasSuffix " open '0=uuid:GPU-5c1d2a5e-5a0e-4d5e-9f0a-2b7c3d4e5f60' '1=pci:0000:61:00.0'" box.systemd.services.nimmer-gpu.serviceConfig.ExecStart;
    expected = true;
  };
  "the driver's tools leave the nodes alone" = {
    expr = lib.hasInfix "options nvidia NVreg_ModifyDeviceFiles=0" box.boot.extraModprobeConfig;
    expected = true;
  };
  "our rule makes the nodes before one that opens them to everybody" = {
    expr =
      let
        lines = lib.filter (lib.hasInfix ''KERNEL=="nvidia'') (
          lib.splitString "\n" box.services.udev.extraRules
        );
      in
      [
        (lib.hasInfix "nimmer-gpu-nodes closed" (lib.head lines))
        (lib.hasInfix "mknod -m 666" (lib.elemAt lines 1))
      ];
    expected = [
      true
      true
    ];
  };
  "nothing else that is unfree is allowed" = {
    expr = [
      box.nixpkgs.config.allowUnfreePackages
      (box.nixpkgs.config.allowUnfree or false)
    ];
    expected = [
      [
        "nvidia-x11"
        "nvidia-persistenced"
      ]
      false
    ];
  };
  "a card that a guest has is held by vfio, by its address" = {
    expr = {
      rule = lib.hasInfix vfioRule hypervisor.services.udev.extraRules;
      early = lib.hasInfix vfioRule hypervisor.boot.initrd.services.udev.rules;
      modules = lib.filter (lib.hasPrefix "vfio") hypervisor.boot.initrd.kernelModules;
      iommu = lib.filter (lib.hasInfix "iommu") hypervisor.boot.kernelParams;
    };
    expected = {
      rule = true;
      early = true;
      modules = [
        "vfio_iommu_type1"
        "vfio_pci"
      ];
      iommu = [
        "iommu=pt"
        "intel_iommu=on"
      ];
    };
  };
  "the guest has the driver and the card's group" = {
    expr = [
      guest.hardware.nvidia.enabled
      guest.users.groups.nimmer-gpu-0.members
      (guest.nimmer.gpu.passed)
    ];
    expected = [
      true
      [ "gamma" ]
      [ ]
    ];
  };
  "an old card gets the last driver that knows it" = {
    expr = [
      hypervisor.hardware.nvidia.open
      (lib.versions.major hypervisor.hardware.nvidia.package.version)
    ];
    expected = [
      false
      "580"
    ];
  };
  "a power limit is set by what the card is found by" = {
    expr =
      map (lib.hasSuffix "nvidia-smi --id=0000:61:00.0 --power-limit=130")
        (fences.eval {
          host = "box";
          modules = [ { nimmer.gpu.powerLimits."1" = 130; } ];
        }).config.systemd.services.nimmer-gpu-power.serviceConfig.ExecStart;
    expected = [ true ];
  };
  "a power limit of a card that is not there is refused" = {
    expr = fences.failed (
      fences.eval {
        host = "box";
        modules = [ { nimmer.gpu.powerLimits."7" = 130; } ];
      }
    );
    expected = [ "nimmer.gpu.powerLimits.7 of host box: it has no card of this name; it has 0, 1" ];
  };
  "an address is written as the kernel does" = {
    expr = (made [ { pci = "00000000:C1:00.0"; } ]).find;
    expected = [
      {
        name = "0";
        by = "pci";
        value = "0000:c1:00.0";
      }
    ];
  };
  "another address is refused" = {
    expr = (builtins.tryEval (lib.deepSeq (made [ { pci = "41:00"; } ]).find true)).success;
    expected = false;
  };
  "a card that is passed on needs its address" = {
    expr = begins [ { to = "guest"; } ];
    expected = [ "card made/0 is passed to guest and has no " ];
  };
  "and then the others need theirs" = {
    expr = begins [
      {
        to = "guest";
        pci = "0000:41:00.0";
      }
      { name = "1"; }
    ];
    expected = [ "card made/1 has neither pci nor uuid: the " ];
  };
  "slices of a card are refused with what to do instead" = {
    expr = begins [
      {
        vgpus = [
          {
            name = "a";
            to = "guest";
          }
        ];
      }
    ];
    expected = [ "card made/0 is given away in slices: NVIDI" ];
  };
  "a slice that nobody has is nobody's trouble" = {
    expr = begins [
      {
        vgpus = [
          {
            name = "a";
            to = "";
          }
        ];
      }
    ];
    expected = [ ];
  };
  "another maker's card is refused" = {
    expr = begins [ { model = "AMD Instinct MI300X"; } ];
    expected = [ "card made/0 (AMD Instinct MI300X) is not N" ];
  };
}

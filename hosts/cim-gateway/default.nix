# The router that boots the others. The values are an example: `nixos-generate-config` finds yours.
{ lib, modulesPath, ... }:
{
  imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];

  boot.initrd.availableKernelModules = [
    "ahci"
    "nvme"
    "usbhid"
    "xhci_pci"
  ];
  boot.kernelModules = [ "kvm-intel" ];
  hardware.cpu.intel.updateMicrocode = lib.mkDefault true;

  # No disk of it is declared: file systems are given by hand.
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  fileSystems."/boot" = {
    device = "/dev/disk/by-label/ESP";
    fsType = "vfat";
    options = [ "umask=0077" ];
  };

  nimmer.network.interfaces.management = "enp1s0";

  # The uplink.
  nimmer.network.dhcp = [ "enp2s0" ];
  networking.nat = {
    enable = true;
    externalInterface = "enp2s0";
    internalInterfaces = [ "enp1s0" ];
  };
}

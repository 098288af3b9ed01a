# The master. Values as `nixos-generate-config` finds them on such a board; take yours from your machine.
{ lib, modulesPath, ... }:
{
  imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];

  boot.initrd.availableKernelModules = [
    "ahci"
    "nvme"
    "usbhid"
    "xhci_pci"
  ];
  boot.kernelModules = [ "kvm-amd" ];

  # Ryzen 9
  hardware.cpu.amd.updateMicrocode = lib.mkDefault true;
}

# What only this machine knows. `nixos-generate-config --show-hardware-config --no-filesystems` says it of yours.
{ modulesPath, ... }:
{
  imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];

  boot.initrd.availableKernelModules = [
    "ahci"
    "nvme"
    "usbhid"
    "xhci_pci"
  ];

  # Who may log in as root: public keys, of yours.
  nimmer.machine.adminKeys = [ ];

  # The release it was first installed with. It stays as it is at upgrades.
  system.stateVersion = "26.05";
}

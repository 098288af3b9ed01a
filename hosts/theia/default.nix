# The brain: a Threadripper PRO 7955WX and one large card. The values are an example: `nixos-generate-config` finds yours.
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
  hardware.cpu.amd.updateMicrocode = lib.mkDefault true;

  # nixpkgs marks its vLLM as insecure for faults that are open there. It hears loopback alone, as a user of its own.
  nixpkgs.config.allowInsecurePredicate = package: lib.getName package == "vllm";
}

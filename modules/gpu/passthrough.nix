# Cards that a guest has: the kernel keeps its hands off and vfio holds them until the guest starts.
#
# They are bound by address and not by vendor and device number, which two cards of one model share.
{ config, lib, ... }:
let
  cfg = config.nimmer.gpu;

  rules = lib.concatMapStringsSep "\n" (
    slot:
    ''ACTION=="add", SUBSYSTEM=="pci", KERNEL=="${slot}.[0-7]", ATTR{driver_override}="vfio-pci", RUN+="/bin/sh -c 'echo $kernel > /sys/bus/pci/drivers_probe'"''
  ) cfg.passed;
in
{
  config = lib.mkIf (cfg.enable && cfg.passed != [ ]) {
    # Intel's is off unless asked for; AMD's is on. Translation only for what is passed on.
    boot.kernelParams = [ "iommu=pt" ] ++ lib.optional (cfg.iommu != "amd") "intel_iommu=on";

    # Claimed before the root file system is there, so before any other driver can be loaded.
    boot.initrd.kernelModules = [
      "vfio_iommu_type1"
      "vfio_pci"
    ];
    boot.initrd.services.udev.rules = rules;
    services.udev.extraRules = rules;
  };
}

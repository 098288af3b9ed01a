# What every NixOS machine of the example labs has in common: who may log in, and the release it was installed with.
{ lib, ... }:
{
  nimmer.machine.adminKeys = [
    # An example: nobody has its private half.
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIuyCMx+kyMXvJzZkFaLotT+awu/sgD4G4Z8eBod49yT admin@example"
  ];

  # The release of a machine's first install: a machine that is older says so in its own folder. It stays as it is at upgrades.
  system.stateVersion = lib.mkDefault "26.05";
}

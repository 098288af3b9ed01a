{
  lib,
  eval,
  flake,
  ...
}:
let
  disko = lib.optional (flake.inputs ? disko) flake.inputs.disko.nixosModules.disko;
  systemOf = host: modules: (eval { inherit host modules; }).config;
  cim =
    host: modules:
    (eval {
      inherit host modules;
      topology = ../../topology/examples/cim;
    }).config;
  faults = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  ours = config: lib.filter (lib.hasPrefix "nimmer.disks") (faults config);
in
{
  "without disko a root file system is asked for" = {
    expr = ours (systemOf "theia" [ ]);
    expected = [
      (
        "nimmer.disks: host theia has no root file system: import disko's NixOS module, or set "
        + "fileSystems.\"/\" in hosts/theia"
      )
    ];
  };
  "and disko cannot be asked for" = {
    expr = lib.last (ours (systemOf "theia" [ { nimmer.disks.enable = true; } ]));
    expected =
      "nimmer.disks.enable: host theia has no disko: import its NixOS module (nimmer.lib.lab does), or leave it off and "
      + "set fileSystems in hosts/theia";
  };
  "file systems of one's own will do" = {
    expr = ours (
      systemOf "theia" [
        {
          fileSystems."/" = {
            device = "/dev/disk/by-label/nixos";
            fsType = "ext4";
          };
        }
      ]
    );
    expected = [ ];
  };
}
// lib.optionalAttrs (disko != [ ]) {
  "the root disk is known by its id" = {
    expr =
      let
        inherit ((systemOf "theia" disko).disko.devices.disk) root;
      in
      {
        inherit (root) device;
        partitions = lib.attrNames root.content.partitions;
        mounted = root.content.partitions.root.content.mountpoint;
      };
    expected = {
      device = "/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_S7HENX0W";
      partitions = [
        "ESP"
        "root"
      ];
      mounted = "/";
    };
  };
  "a guest's is the first of its hypervisor's, and grows" = {
    expr =
      let
        config = systemOf "nats-dev" disko;
      in
      [
        config.disko.devices.disk.root.device
        config.boot.growPartition
        config.fileSystems."/".autoResize
      ];
    expected = [
      "/dev/vda"
      true
      true
    ];
  };
  "other disks are mounted by their role" = {
    expr = lib.mapAttrs (_: d: d.fsType) (
      lib.filterAttrs (_: d: d.fsType != "vfat")
        (cim "cim-worker-1" (disko ++ [ { nimmer.disks.fileSystem = "xfs"; } ])).fileSystems
    );
    expected = {
      "/" = "xfs";
      "/var/lib/nats" = "xfs";
    };
  };
  "swap where it is asked for" = {
    expr = lib.length (systemOf "theia" (disko ++ [ { nimmer.disks.swapSize = "16G"; } ])).swapDevices;
    expected = 1;
  };
  "a machine whose root disk is not declared is asked for one" = {
    expr = ours (cim "cim-gateway" disko);
    expected = [
      (
        "nimmer.disks: host cim-gateway has no root file system: declare `disk \"root\" { id = ... }` for it, or set "
        + "fileSystems.\"/\" in hosts/cim-gateway"
      )
    ];
  };
}

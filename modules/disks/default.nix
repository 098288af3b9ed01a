# Partitions and file systems of the declared disks, by disko.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.nimmer.disks;
  inherit (config.nimmer) here;
  inherit (lib) mkOption types;
  inherit (here) host;

  guest = host.parent != "";
  disks = builtins.filter (d: deviceOf d != null) host.disks;
  root = lib.findFirst (d: d.name == "root" || d.role == "root") null host.disks;
  data = builtins.filter (d: d != root) host.disks;

  deviceOf =
    disk:
    if cfg.devices ? ${disk.name} then
      cfg.devices.${disk.name}
    else if disk.id != "" then
      "/dev/disk/by-id/${disk.id}"
    else if guest && disk == root then
      cfg.guestDevice
    else
      null;

  fileSystem = mountpoint: {
    type = "filesystem";
    format = cfg.fileSystem;
    inherit mountpoint;
    mountOptions = [ "noatime" ];
  };

  rootPartitions = {
    ESP = {
      priority = 1;
      size = cfg.bootSize;
      type = "EF00";
      content = {
        type = "filesystem";
        format = "vfat";
        mountpoint = "/boot";
        # The boot loader's random seed is nobody's to read.
        mountOptions = [ "umask=0077" ];
      };
    };
    root = {
      priority = 100; # the last one: it can grow
      size = "100%";
      content = fileSystem "/";
    };
  }
  // lib.optionalAttrs (cfg.swapSize != null) {
    swap = {
      priority = 50;
      size = cfg.swapSize;
      content.type = "swap";
    };
  };

  dataPartition = disk: {
    data = {
      size = "100%";
      content = fileSystem cfg.mountpoints.${disk.name};
    };
  };
in
{
  options.nimmer.disks = {
    enable = mkOption {
      type = types.bool;
      default = options ? disko && root != null;
      defaultText = lib.literalMD "whether the disko module is imported and a `disk \"root\"` is declared for this host";
      description = "Lay out the declared disks with disko. Without it `fileSystems` are yours to write.";
    };
    devices = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        root = "/dev/disk/by-path/pci-0000:01:00.0-nvme-1";
      };
      description = "Device by name of the declared disk, where it is not `/dev/disk/by-id/` with the declared `id`.";
    };
    guestDevice = mkOption {
      type = types.str;
      default = "/dev/vda";
      description = "Root disk of a virtual machine whose declared disk has no `id`.";
    };
    fileSystem = mkOption {
      type = types.enum [
        "ext4"
        "xfs"
      ];
      default = "ext4";
      description = "File system of the root and of the data disks.";
    };
    bootSize = mkOption {
      type = types.str;
      default = "1G";
      description = "Size of the EFI system partition: kernels and initial ramdisks of every generation lie there.";
    };
    swapSize = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "16G";
      description = "Size of a swap partition on the root disk; null is none.";
    };
    mountpoints = mkOption {
      type = types.attrsOf types.str;
      description = ''
        Where the other declared disks are mounted, by their name. By their role: `jetstream` at `/var/lib/nats`,
        `data` at `/data`, `backup` at `/backup`; others at `/data/NAME`.
      '';
    };
  };

  config = lib.mkMerge [
    {
      nimmer.disks.mountpoints = lib.listToAttrs (
        map (
          d:
          lib.nameValuePair d.name (
            lib.mkDefault (
              {
                jetstream = "/var/lib/nats";
                data = "/data";
                backup = "/backup";
              }
              .${d.role} or "/data/${d.name}"
            )
          )
        ) data
      );

      assertions = [
        {
          assertion = cfg.enable || config.boot.isContainer || config.fileSystems ? "/";
          message =
            "nimmer.disks: host ${host.name} has no root file system: "
            + (
              if !(options ? disko) then
                "import disko's NixOS module, or set fileSystems.\"/\" in hosts/${host.name}"
              else if root == null then
                "declare `disk \"root\" { id = ... }` for it, or set fileSystems.\"/\" in hosts/${host.name}"
              else
                "leave nimmer.disks.enable on, or set fileSystems.\"/\" in hosts/${host.name}"
            );
        }
        {
          assertion = cfg.enable -> options ? disko;
          message = "nimmer.disks.enable: host ${host.name} has no disko: import its NixOS module (nimmer.lib.lab does), or leave it off and set fileSystems in hosts/${host.name}";
        }
      ]
      ++ map (d: {
        assertion = cfg.enable -> deviceOf d != null;
        message = "nimmer.disks: disk ${d.name} of host ${host.name} has no id: declare `id` as /dev/disk/by-id names it, or set nimmer.disks.devices.${d.name} in hosts/${host.name}";
      }) host.disks;
    }

    (lib.optionalAttrs (options ? disko) {
      disko.devices.disk = lib.mkIf cfg.enable (
        lib.listToAttrs (
          map (
            d:
            lib.nameValuePair d.name {
              type = "disk";
              device = deviceOf d;
              content = {
                type = "gpt";
                partitions = if d == root then rootPartitions else dataPartition d;
              };
            }
          ) disks
        )
      );
    })

    (lib.mkIf (guest && cfg.enable) {
      # A hypervisor may give the disk more room later.
      boot.growPartition = lib.mkDefault true;
      fileSystems."/".autoResize = lib.mkDefault true;
    })
  ];
}

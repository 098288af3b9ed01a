# The NVIDIA cards of this machine: their driver, who may open which, and which of them a guest has instead.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.gpu;
  inherit (config.nimmer) here lab;
  inherit (lib) elem filter;

  inherit (import ./cards.nix { inherit lib; }) plan;
  host = here.host.name;
  cards = plan lab.hosts here.host;
  names = map (c: c.name) cards.own;
  driven = cfg.enable && names != [ ];

  # Who has a card, whole or in part.
  usersOf =
    name: map (i: i.name) (filter (i: elem "${host}/${name}" (nimmer.cardsOf i)) here.identities);

  nodes = pkgs.writeShellScript "nimmer-gpu-nodes" ''
    export PATH=${
      lib.makeBinPath [
        pkgs.coreutils
        pkgs.gnused
        config.hardware.nvidia.package.bin
      ]
    }
    ${builtins.readFile ./nodes.sh}
  '';

  # Loads modules, makes nodes and asks the driver: it keeps what that takes, and all devices.
  setup =
    removeAttrs nimmer.hardening [
      "DevicePolicy"
      "MemoryDenyWriteExecute"
      "PrivateDevices"
      "PrivateUsers"
      "ProcSubset"
      # It allows the clock's device, and thereby no other.
      "ProtectClock"
      "ProtectKernelModules"
      "ProtectProc"
    ]
    // nimmer.alone
    // {
      Type = "oneshot";
      RemainAfterExit = true;
      CapabilityBoundingSet = [
        "CAP_CHOWN"
        "CAP_DAC_OVERRIDE"
        "CAP_FOWNER"
        "CAP_MKNOD"
        "CAP_SYS_ADMIN"
        "CAP_SYS_MODULE"
      ];
      SystemCallFilter = [
        "@system-service"
        "@module"
      ];
      UMask = "0022"; # the folder of the links is for everybody
    };

  smi = lib.getExe' config.hardware.nvidia.package.bin "nvidia-smi";
in
{
  imports = [
    ./options.nix
    ./passthrough.nix
  ];

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        assertions =
          map (message: {
            assertion = false;
            inherit message;
          }) cards.problems
          ++ lib.mapAttrsToList (name: _: {
            assertion = elem name names;
            message = "nimmer.gpu.powerLimits.${name} of host ${host}: it has no card of this name; it has ${lib.concatStringsSep ", " names}";
          }) cfg.powerLimits;
        nimmer.gpu.passed = cards.passed;
      }

      (lib.mkIf driven {
        nixpkgs.config = lib.mkIf cfg.allowUnfree {
          allowUnfreePackages = [
            "nvidia-x11"
            "nvidia-persistenced"
          ];
          # What the engines are built with: all that has one of CUDA's licences.
          allowUnfreePredicate = package: pkgs._cuda.lib.allowUnfreeCudaPredicate package;
        };

        # No X: the name only says which driver is built.
        services.xserver.videoDrivers = lib.mkDefault [ "nvidia" ];
        hardware.graphics.enable = lib.mkDefault true;
        hardware.nvidia = {
          inherit (cfg) open;
          package = lib.mkDefault (
            let
              drivers = config.boot.kernelPackages.nvidiaPackages;
            in
            if cards.open then drivers.production else drivers.legacy_580
          );
          nvidiaPersistenced = lib.mkDefault true;
          nvidiaSettings = lib.mkDefault false;
          # Its display nodes are one more way to a card.
          modesetting.enable = lib.mkDefault false;
        };
        hardware.nvidia-container-toolkit.enable = lib.mkIf cfg.containers true;

        # The driver's tools, run by root, would open every node to everybody again.
        boot.extraModprobeConfig = "options nvidia NVreg_ModifyDeviceFiles=0";

        # Before the rules of nixpkgs, which make nodes for everybody where there are none.
        services.udev.extraRules = lib.mkBefore ''
          KERNEL=="nvidia|nvidia_modeset|nvidia_uvm", RUN+="${nodes} closed"
          SUBSYSTEM=="drm", KERNEL=="card*|renderD*", DRIVERS=="nvidia", GROUP="root", MODE="0600"
        '';

        users.groups = lib.mkMerge (
          [ { nimmer-gpu.members = lib.unique (lib.concatMap usersOf names); } ]
          ++ map (name: { "nimmer-gpu-${name}".members = usersOf name; }) names
        );

        systemd.services.nimmer-gpu = {
          description = "Each card for those who have it";
          wantedBy = [ "multi-user.target" ];
          after = [
            "systemd-modules-load.service"
            # nvidia-smi, which knows the cards by uuid, answers at once when it is up.
            "nvidia-persistenced.service"
          ];
          serviceConfig = setup // {
            ExecStartPre = "${lib.getExe' pkgs.kmod "modprobe"} -a nvidia nvidia-uvm";
            ExecStart = lib.escapeShellArgs (
              [
                "${nodes}"
                "open"
              ]
              ++ map (f: "${f.name}=${f.by}:${f.value}") cards.find
            );
          };
        };
      })

      (lib.mkIf (driven && cfg.powerLimits != { }) {
        systemd.services.nimmer-gpu-power = {
          description = "Power limits of the cards";
          wantedBy = [ "multi-user.target" ];
          requires = [ "nimmer-gpu.service" ];
          after = [ "nimmer-gpu.service" ];
          serviceConfig = setup // {
            ExecStart = lib.mapAttrsToList (
              name: watts:
              let
                card = lib.findFirst (f: f.name == name) { value = name; } cards.find;
              in
              "${smi} --id=${card.value} --power-limit=${toString watts}"
            ) cfg.powerLimits;
          };
        };
      })
    ]
  );
}

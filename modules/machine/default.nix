# A machine as such: its name, its boot loader, its clock, who may log in, what it is as a guest or a hypervisor.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.machine;
  inherit (config.nimmer) here lab;
  inherit (lib) mkDefault mkOption types;
  inherit (here) host;
  inherit (host) deploy;

  guest = host.parent != "";
  guests = builtins.filter (h: h.parent == host.name) lab.hosts;

  # The users that can become root: who of them could come in?
  admins = [ "root" ] ++ lib.optional (deploy.user != "root") deploy.user;
  open =
    name:
    let
      user = config.users.users.${name};
    in
    user.openssh.authorizedKeys.keys != [ ]
    || user.openssh.authorizedKeys.keyFiles != [ ]
    || user.hashedPassword != null
    || user.hashedPasswordFile != null
    || user.password != null;
in
{
  options.nimmer.machine = {
    adminKeys = mkOption {
      type = types.listOf types.singleLineStr;
      default = [ ];
      example = [ "ssh-ed25519 AAAA... admin@example" ];
      description = "Public SSH keys that may log in as the declared `deploy.user`, root unless declared otherwise.";
    };
    names = mkOption {
      type = types.bool;
      default = nimmer.networksOf lab host != [ ];
      defaultText = lib.literalMD "whether this host has an address in a declared network";
      description = "Resolve the names and aliases of all declared hosts without DNS, by `networking.hosts`.";
    };
    hypervisor = mkOption {
      type = types.bool;
      default = guests != [ ];
      defaultText = lib.literalMD "whether a declared host names this one as its `parent`";
      description = "Run libvirt with KVM, and a bridge for each network of the guests (`nimmer.network.bridges`).";
    };
  };

  config = lib.mkMerge [
    {
      networking.hostName = mkDefault host.name;
      networking.domain = mkDefault lab.lab.domain;
      networking.firewall.enable = mkDefault true;
      networking.hosts = lib.mkIf cfg.names (
        nimmer.names lab host.name // { "127.0.0.2" = lib.mkForce [ ]; }
      );

      boot.loader.systemd-boot.enable = mkDefault true;
      boot.loader.systemd-boot.configurationLimit = mkDefault 20;
      boot.loader.efi.canTouchEfiVariables = mkDefault true;

      # Gates weigh signals of several machines by their times.
      services.chrony.enable = mkDefault true;

      services.openssh = {
        enable = mkDefault true;
        ports = mkDefault [ deploy.port ];
        settings = {
          PasswordAuthentication = mkDefault false;
          KbdInteractiveAuthentication = mkDefault false;
          PermitRootLogin = mkDefault "prohibit-password";
        };
      };

      users.users.${deploy.user} = {
        openssh.authorizedKeys.keys = cfg.adminKeys;
      }
      // lib.optionalAttrs (deploy.user != "root") {
        isNormalUser = mkDefault true;
        extraGroups = [ "wheel" ];
      };

      nix.settings.experimental-features = mkDefault [
        "nix-command"
        "flakes"
      ];

      assertions = [
        {
          assertion = pkgs.stdenv.hostPlatform.system == host.system;
          message = "nimmer.host: host ${host.name} is declared with system ${host.system} and built for ${pkgs.stdenv.hostPlatform.system}: set nixpkgs.hostPlatform, or declare its `system`";
        }
      ];

      warnings = lib.optional (config.services.openssh.enable && !lib.any open admins) (
        "nimmer.machine.adminKeys: nobody can log in to host ${host.name}: ${lib.concatStringsSep " and " admins} "
        + "${
          if lib.length admins == 1 then "has" else "have"
        } no key and no password; name a public key there"
      );
    }

    # A deployer that is not root activates as root and brings store paths that nobody signed.
    (lib.mkIf (deploy.user != "root") {
      security.sudo.extraRules = [
        {
          users = [ deploy.user ];
          commands = [
            {
              command = "ALL";
              options = [ "NOPASSWD" ];
            }
          ];
        }
      ];
      nix.settings.trusted-users = [ deploy.user ];
    })

    (lib.mkIf guest {
      boot.initrd.availableKernelModules = [
        "virtio_blk"
        "virtio_net"
        "virtio_pci"
        "virtio_scsi"
        "xhci_pci"
      ];
      boot.initrd.kernelModules = [
        "virtio_balloon"
        "virtio_console"
        "virtio_rng"
      ];
      # `virsh console` shows it.
      boot.kernelParams = mkDefault [
        "console=tty0"
        (if host.system == "aarch64-linux" then "console=ttyAMA0" else "console=ttyS0,115200")
      ];
      services.qemuGuest.enable = mkDefault true;
    })

    (lib.mkIf cfg.hypervisor {
      virtualisation.libvirtd = {
        enable = mkDefault true;
        # Guests are shut down in order before the hypervisor is.
        onShutdown = mkDefault "shutdown";
        qemu.runAsRoot = mkDefault false;
      };
    })
  ];
}

# An installer of the lab: a small NixOS that runs from memory and waits for nixos-anywhere. It is built as an image and
# is no host: images.nix puts it together, nothing else imports it.
{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.installer;
  inherit (config.nimmer) lab topology;
  inherit (lib) mkForce mkOption types;

  hosts = map (nimmer.hostOf lab) cfg.hosts;
  placeOf =
    host: network: address:
    "${host.name}: ${network} ${address}${
      lib.optionalString (host.macs ? ${network}) " (${host.macs.${network}})"
    }";
  places = lib.concatMap (host: lib.mapAttrsToList (placeOf host) host.addresses) hosts;
in
{
  imports = [
    (modulesPath + "/profiles/minimal.nix")
    ../topology
  ];

  options.nimmer.installer = {
    name = mkOption {
      type = types.str;
      description = "The name of the `installer` block.";
    };
    hosts = mkOption {
      type = types.listOf types.str;
      description = "The hosts it is for.";
    };
    adminKeys = mkOption {
      type = types.listOf types.singleLineStr;
      description = "Public SSH keys that may log in as root: those of the hosts that it is for, unless told otherwise.";
    };
  };

  config = {
    networking.hostName = lib.mkDefault "installer";
    system.stateVersion = lib.mkDefault lib.trivial.release;

    # A key opens it over the network; at its screen it is open, as whoever stands there owns the machine.
    services.openssh = {
      enable = true;
      settings = {
        PasswordAuthentication = false;
        KbdInteractiveAuthentication = false;
        PermitRootLogin = "prohibit-password";
      };
    };
    users.users.root.openssh.authorizedKeys.keys = cfg.adminKeys;
    assertions = [
      {
        assertion = cfg.adminKeys != [ ];
        message = "installer ${cfg.name} of lab ${lab.lab.name}: nobody could log in to it: set nimmer.machine.adminKeys for its hosts (${toString cfg.hosts}), or nimmer.installer.adminKeys in installerModules";
      }
    ];

    # Machines of a lab have a cable, whose other end gives addresses. Some cards need firmware before they do anything.
    networking.networkmanager.enable = mkForce false;
    hardware.enableRedistributableFirmware = mkForce true;
    boot.kernelParams = [
      "console=ttyS0,115200"
      "console=tty0"
    ];

    environment.systemPackages = [
      pkgs.disko
      pkgs.nixos-facter
    ];
    environment.etc."nimmer/topology.json".source = nimmer.topologyFile topology;
    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];

    # It is installed from a flake and switched to nothing: no channel, no manual, no switching.
    system.switch.enable = false;
    documentation.enable = mkForce false;
    documentation.nixos.enable = mkForce false;

    services.getty.helpLine = mkForce ''

      Installer ${cfg.name} of lab ${lab.lab.name}, at \4. Nothing is written to a disk before you say so:

        nixos-anywhere --flake .#HOST root@\4

      for one of
      ${lib.concatMapStrings (place: "  ${place}\n") places}
    '';
  };
}

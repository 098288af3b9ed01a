# A Mac that serves: its name, how it is reached, no sleep, and its own figures for Prometheus.
{ config, lib, ... }:
let
  inherit (config.nimmer) here;
  inherit (lib) mkDefault;
  targets = import ../monitoring/targets.nix { inherit config lib; };
  node = targets.listenOf "node";
in
{
  options.nimmer.machine.awake = lib.mkOption {
    type = lib.types.bool;
    default = true;
    description = "Never sleep, wake for the network, and come back after a power cut or a freeze.";
  };

  config = lib.mkMerge [
    {
      networking.hostName = mkDefault here.host.name;
      networking.localHostName = mkDefault here.host.name;
      networking.computerName = mkDefault here.host.name;
      # Remote Login: Apple's own server, for the accounts that the Mac has.
      services.openssh.enable = mkDefault true;
      nix.settings.experimental-features = mkDefault [
        "nix-command"
        "flakes"
      ];
    }

    (lib.mkIf config.nimmer.machine.awake {
      power = {
        sleep.computer = mkDefault "never";
        sleep.display = mkDefault "never";
        sleep.harddisk = mkDefault "never";
        restartAfterPowerFailure = mkDefault true;
        restartAfterFreeze = mkDefault true;
      };
      # What nix-darwin has no options for.
      system.activationScripts.power.text = lib.mkAfter ''
        pmset -a womp 1 powernap 0
      '';
    })

    (lib.mkIf (lib.elem "node" targets.jobs) {
      services.prometheus.exporters.node = {
        enable = mkDefault true;
        listenAddress = mkDefault node.address;
        port = mkDefault node.port;
      };
    })
  ];
}

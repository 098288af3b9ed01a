# A machine's name, its addresses and how it is reached: from the declaration.
{ config, lib, modulesPath, ... }:
let
  inherit (config.nimmer) here lab;
in
{
  config = {
    networking.hostName = lib.mkDefault here.host.name;
    networking.domain = lib.mkDefault lab.lab.domain;
    services.openssh = {
      enable = lib.mkDefault true;
      ports = lib.mkDefault [ here.host.deploy.port ];
      settings = {
        PasswordAuthentication = lib.mkDefault false;
        KbdInteractiveAuthentication = lib.mkDefault false;
        PermitRootLogin = lib.mkDefault "prohibit-password";
      };
    };
    system.stateVersion = lib.mkDefault "26.05";
    nix.settings.experimental-features = lib.mkDefault [
      "nix-command"
      "flakes"
    ];
  };
}

# The lab robot for nix-topology: add this file to the modules of its topology.
# Emitted by "nimmer topology emit". What a host defines itself wins over what is weak here.
{ lib, ... }:
let
  weak = lib.mkOverride 900;
in
{
  networks = {
    loopback = {
      cidrv4 = weak "127.0.0.0/8";
      name = weak "loopback";
      style = {
        pattern = "solid";
        primaryColor = "#2563eb";
        secondaryColor = null;
      };
    };
  };
  nodes = {
    localhost = {
      deviceType = weak "nixos";
      hardware = {
        info = weak "x86_64-linux";
      };
      interfaces = {
        loopback = {
          addresses = [
            "127.0.0.1"
          ];
          network = "loopback";
        };
      };
      name = weak "localhost";
      services = {
        cell = {
          info = "collision-avoidance distance-front distance-left distance-right exploration motor";
          name = weak "cell";
        };
        gate = {
          info = "gate core";
          name = weak "gate";
        };
        hub = {
          info = ":4222";
          name = weak "hub";
        };
        mind = {
          info = "mind · what answers on loopback, else simulated";
          name = weak "mind";
        };
      };
    };
  };
}

{ lib, ... }:
let
  fences = import ../../tests/nix/fences { inherit lib; };
  box = (fences.eval { host = "box"; }).config;
  unit = box.systemd.services.nimmer-womb;

  inherit (import ./rules.nix { inherit lib; }) tmpfiles;
  groups = [ "womb-models" ];
  models = {
    name = "models";
    identity = "nyx";
    path = "/womb/models";
    target = "/data/models";
    mode = "0750";
  };
in
{
  "a folder belongs to its identity and the group of its name" = {
    expr = tmpfiles groups models;
    expected = ''
      d /data/models 2750 nyx womb-models - -
      a+ /data/models - - - - default:user::rwx,default:group::r-x,default:other::---
    '';
  };
  "without such a group, to its identity alone" = {
    expr = lib.head (lib.splitString "\n" (tmpfiles [ ] models));
    expected = "d /data/models 2750 nyx nyx - -";
  };
  "without a target the path is the folder" = {
    expr = tmpfiles groups (
      models
      // {
        target = "";
        mode = "0770";
      }
    );
    expected = ''
      d /womb/models 2770 nyx womb-models - -
      a+ /womb/models - - - - default:user::rwx,default:group::rwx,default:other::---
    '';
  };
  "the path is a link where there is a target" = {
    expr = map (text: lib.hasInfix text unit.script) [
      "link /womb/shared /data/womb/shared\n"
      "link /womb/read"
    ];
    expected = [
      true
      false
    ];
  };
  "storage is mounted first" = {
    expr = unit.unitConfig.RequiresMountsFor;
    expected = [
      "/womb/read"
      "/data/womb/shared"
    ];
  };
  "a host without wombs has no unit" = {
    expr = (fences.eval { host = "guest"; }).config.systemd.services ? nimmer-womb;
    expected = false;
  };
}

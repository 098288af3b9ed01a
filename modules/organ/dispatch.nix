# What the dispatcher (nimmer-organ) is given: which units it may start and stop, and where each engine listens.
{ config, lib, ... }:
let
  cfg = config.nimmer.organ;
  engines = lib.sort (a: b: a.unit < b.unit) cfg.engines;
in
{
  config = lib.mkIf (engines != [ ]) {
    users.users.${cfg.user} = {
      isSystemUser = true;
      group = cfg.user;
      description = "nimmer's dispatcher of organs and minds";
    };
    users.groups.${cfg.user} = { };

    security.polkit.enable = true;
    # These units, these verbs, this user: nothing else of the manager.
    security.polkit.extraConfig = ''
      polkit.addRule(function (action, subject) {
        var units = ${builtins.toJSON (map (e: e.unit) engines)};
        var verbs = ["start", "stop", "restart", "reset-failed"];
        if (action.id == "org.freedesktop.systemd1.manage-units" &&
            subject.user == ${builtins.toJSON cfg.user} &&
            units.indexOf(action.lookup("unit")) >= 0 &&
            verbs.indexOf(action.lookup("verb")) >= 0) {
          return polkit.Result.YES;
        }
      });
    '';

    environment.etc."nimmer/engines.json".text = builtins.toJSON {
      format_version = 1;
      inherit engines;
    };
  };
}

# Puts the identities whose numbers are not declared into the firewall's sets, whenever it was loaded anew.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.egress;

  add = pkgs.writeShellScript "nimmer-egress" ''
    set -u
    missing=0
    # number SET USER
    number() {
      if uid=$(${lib.getExe' pkgs.coreutils "id"} -u "$2"); then
        ${lib.getExe pkgs.nftables} add element inet nimmer-egress "$1" "{ $uid }" || missing=1
      else
        echo "$2 is not known on this host, so the firewall does not know its number" >&2
        missing=1
      fi
    }
    ${lib.concatMapStringsSep "\n" (
      l:
      "number ${
        lib.escapeShellArgs [
          l.set
          l.user
        ]
      }"
    ) cfg.later}
    exit "$missing"
  '';
in
{
  options.nimmer.egress.later = lib.mkOption {
    type = lib.types.listOf lib.types.raw;
    default = [ ];
    internal = true;
    description = "Sets, and the users whose numbers belong into them.";
  };

  config = lib.mkIf (cfg.enable && cfg.later != [ ]) {
    systemd.services.nimmer-egress = {
      description = "Numbers of the identities that may not leave the lab";
      wantedBy = [ "multi-user.target" ];
      requires = [ "nftables.service" ];
      wants = [ "nimmer-identities.service" ];
      after = [
        "nftables.service"
        "nimmer-identities.service"
      ];
      # A reload makes the table anew, with empty sets.
      partOf = [ "nftables.service" ];
      unitConfig.ReloadPropagatedFrom = [ "nftables.service" ];
      serviceConfig = nimmer.hardening // {
        # The firewall is the whole machine's.
        PrivateUsers = false;
        CapabilityBoundingSet = [ "CAP_NET_ADMIN" ];
        ProcSubset = "all";
        RestrictAddressFamilies = [
          "AF_NETLINK"
          "AF_UNIX"
        ];
        Type = "oneshot";
        RemainAfterExit = true;
        Restart = "on-failure";
        RestartSec = 30;
        ExecStart = add;
        ExecReload = add;
      };
    };
  };
}

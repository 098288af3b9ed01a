# launchd hands out no credentials: a job of root's copies each daemon its own, readable by it alone, at every start of
# the Mac and whenever the folder changes.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.nimmer.handed;
  inherit (lib) mkOption types;
  run = "/var/run/nimmer";

  hand = user: files: ''
    rm -rf ${run}/${user}.new
    install -d -m 0500 -o ${user} ${run}/${user}.new
    for name in ${lib.escapeShellArgs files}; do
      if [ -f "$from/$name.creds" ]; then
        install -m 0400 -o ${user} "$from/$name.creds" "${run}/${user}.new/$name.creds"
      fi
    done
    # The daemon notices by itself: it reads its files at each connection.
    rm -rf ${run}/${user}
    mv ${run}/${user}.new ${run}/${user}
  '';
in
{
  options.nimmer.handed = mkOption {
    type = types.attrsOf (types.listOf types.str);
    internal = true;
    default = { };
    description = "Users of the bus whose credentials each account of this Mac is handed.";
  };

  config = lib.mkIf (cfg != { }) {
    launchd.daemons.nimmer-credentials = {
      path = [ pkgs.coreutils ];
      script = ''
        set -eu
        umask 077
        from=${lib.escapeShellArg config.nimmer.credentials}
        install -d -m 0700 "$from"
        install -d -m 0711 ${run}
        ${lib.concatStrings (lib.mapAttrsToList hand cfg)}
      '';
      serviceConfig = {
        RunAtLoad = true;
        WatchPaths = [ config.nimmer.credentials ];
        StandardErrorPath = "/var/log/nimmer-credentials.log";
      };
    };
  };
}

# Which declaration this machine belongs to, and which of its hosts it is. Everything else follows.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer;
  inherit (lib) mkOption types;
in
{
  options.nimmer = {
    topology = mkOption {
      type = types.path;
      example = lib.literalExpression "./topology";
      description = "The folder that `nimmer topology emit` wrote: it holds `topology.json` and what else follows from the declaration.";
    };
    host = mkOption {
      type = types.str;
      example = "theia";
      description = "Which of the declared hosts this machine is.";
    };
    credentials = mkOption {
      type = types.str;
      default = "/var/lib/nimmer/creds";
      description = ''
        Folder on this machine that holds the bus credentials of what runs here, a file `USER.creds` for each user, as
        `nimmer bus keys apply` writes them. It belongs to root with mode 0700; units get their files through systemd's
        `LoadCredential`, nobody else reads them.
      '';
    };
    lab = mkOption {
      type = types.raw;
      internal = true;
      readOnly = true;
      default = nimmer.read cfg.topology;
      description = "The declaration.";
    };
    here = mkOption {
      type = types.raw;
      internal = true;
      readOnly = true;
      default = nimmer.hereOf cfg.lab cfg.host;
      description = "What of the declaration this machine runs.";
    };
  };
}

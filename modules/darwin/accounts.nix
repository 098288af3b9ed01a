# Accounts of our daemons: no password, no shell, and the folders that are theirs. macOS gives no numbers by itself.
{ config, lib, ... }:
let
  cfg = config.nimmer.accounts;
  inherit (lib) mapAttrs mkOption types;

  account = types.submodule {
    options = {
      id = mkOption {
        type = types.ints.between 400 999;
        description = "Number of the account and of its group, one that is free on the Mac.";
      };
      folders = mkOption {
        type = types.listOf types.str;
        internal = true;
        default = [ ];
        description = "Folders that belong to it.";
      };
    };
  };
in
{
  options.nimmer.accounts = mkOption {
    type = types.attrsOf account;
    default = { };
    example = {
      _nimmer-host.id = 561;
    };
    description = "Accounts of nimmer's daemons; set `id` where another program has taken the number.";
  };

  config = {
    users.knownUsers = lib.attrNames cfg;
    users.knownGroups = lib.attrNames cfg;
    users.users = mapAttrs (name: a: {
      uid = a.id;
      gid = a.id;
      home = "/var/empty";
      shell = "/usr/bin/false";
      description = "nimmer: ${lib.removePrefix "_nimmer-" name}";
    }) cfg;
    users.groups = mapAttrs (_: a: { gid = a.id; }) cfg;

    # launchd opens the logs itself, as root.
    system.activationScripts.launchd.text = lib.mkBefore (
      ''
        install -d -m 0755 /var/log/nimmer
      ''
      + lib.concatStrings (
        lib.mapAttrsToList (
          name: a:
          lib.concatMapStrings (folder: ''
            mkdir -p ${lib.escapeShellArg (dirOf folder)}
            install -d -m 0700 -o ${name} -g ${name} ${lib.escapeShellArg folder}
          '') a.folders
        ) cfg
      )
    );
  };
}

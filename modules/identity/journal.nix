# Everybody reads their own journal and nobody else's: journald keeps a file for each user above the system's numbers,
# which only that user may read. What is left to see to is who is in a group that reads them all.
{ config, lib, ... }:
let
  cfg = config.nimmer.identity;
  inherit (config.nimmer) here;

  readers = [
    "adm"
    "systemd-journal"
    "wheel"
  ];

  groupsOf =
    u:
    u.groups
    ++ (config.users.users.${u.name}.extraGroups or [ ])
    ++ lib.filter (g: lib.elem u.name (config.users.groups.${g}.members or [ ])) readers;
in
{
  config = lib.mkIf cfg.enable {
    assertions = map (
      u:
      let
        found = lib.filter (g: lib.elem g (groupsOf u)) readers;
      in
      {
        assertion = found == [ ];
        message = "nimmer.identity: ${u.name} runs things on host ${here.host.name} and is in the group ${lib.concatStringsSep ", " found}, whose members read everybody's journal: take it out, and give such rights to people";
      }
    ) cfg.living;
  };
}

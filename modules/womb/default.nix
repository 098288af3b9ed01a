# Paths that stay, whatever they point to: where models and adapters lie, and who may read and write there.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.womb;
  inherit (config.nimmer) here topology;
  inherit (lib) mkOption types;

  inherit (import ./rules.nix { inherit lib; }) folderOf tmpfiles;
  groups = map (g: g.name) (lib.importJSON (nimmer.emitted topology "ipa/local.json")).groups;

  rules = pkgs.writeText "nimmer-womb.conf" (lib.concatMapStrings (tmpfiles groups) here.wombs);

  link =
    w:
    lib.optionalString (w.target != "")
      "link ${
        lib.escapeShellArgs [
          w.path
          w.target
        ]
      }\n";
in
{
  options.nimmer.womb.enable = mkOption {
    type = types.bool;
    default = here.wombs != [ ];
    defaultText = lib.literalMD "whether a `womb` belongs to an identity of this host";
    description = "Make the declared paths, with their owner, group and mode.";
  };

  config = lib.mkIf cfg.enable {
    systemd.services.nimmer-womb = {
      description = "Paths of models and adapters";
      wantedBy = [ "multi-user.target" ];
      wants = nimmer.identityUnits "all";
      after = nimmer.identityUnits "all";
      # A target may lie on storage of its own: nothing is made where that will be mounted.
      unitConfig.RequiresMountsFor = map folderOf here.wombs;
      path = [ config.systemd.package ];
      serviceConfig =
        nimmer.hardening
        // nimmer.alone
        // {
          # Folders anywhere but in the system's own, given to users, with the group's bit and an access list.
          PrivateUsers = false;
          CapabilityBoundingSet = [
            "CAP_CHOWN"
            "CAP_DAC_OVERRIDE"
            "CAP_FOWNER"
            "CAP_FSETID"
          ];
          SystemCallFilter = [ "@system-service" ];
          ProtectHome = false;
          ProtectSystem = "full";
          RestrictSUIDSGID = false;
          ProtectProc = "default";
          ProcSubset = "all";
          UMask = "0022";
          Type = "oneshot";
          RemainAfterExit = true;
          # FreeIPA may not have said yet who the owner is.
          Restart = "on-failure";
          RestartSec = 30;
        };
      script = ''
        systemd-tmpfiles --create ${rules}

        # link PATH TARGET
        link() {
          if [ -e "$1" ] && [ ! -L "$1" ]; then
            echo "$1 is no link: move what is in it to $2 and remove it" >&2
            exit 1
          fi
          mkdir -p "$(dirname "$1")"
          ln -sfn "$2" "$1.new"
          mv -Tf "$1.new" "$1"
        }
        ${lib.concatMapStrings link here.wombs}
      '';
    };
  };
}

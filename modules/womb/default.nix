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

  declared = lib.importJSON (nimmer.emitted topology "ipa/local.json");

  # The folder itself. Without a target the path is the folder.
  folderOf = w: if w.target != "" then w.target else w.path;

  # Those who read or write beside the owner are a group of the womb's name, where one is declared.
  groupOf =
    w: if lib.any (g: g.name == "womb-${w.name}") declared.groups then "womb-${w.name}" else w.identity;

  # "750" of "0750".
  digits = w: lib.stringToCharacters (lib.substring (lib.stringLength w.mode - 3) 3 w.mode);

  letters = digit: lib.elemAt [ "---" "--x" "-w-" "-wx" "r--" "r-x" "rw-" "rwx" ] (lib.toInt digit);

  # What is made there belongs to the group as well (2), and is as open as the folder whatever the umask of who made it.
  tmpfiles =
    w:
    let
      folder = folderOf w;
      d = map letters (digits w);
      acl = "default:user::${lib.elemAt d 0},default:group::${lib.elemAt d 1},default:other::${lib.elemAt d 2}";
    in
    ''
      d ${folder} 2${lib.concatStrings (digits w)} ${w.identity} ${groupOf w} - -
      a+ ${folder} - - - - ${acl}
    '';

  rules = pkgs.writeText "nimmer-womb.conf" (lib.concatMapStrings tmpfiles here.wombs);

  link = w: lib.optionalString (w.target != "") "link ${lib.escapeShellArgs [ w.path w.target ]}\n";
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
      serviceConfig = {
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

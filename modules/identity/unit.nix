# What can only be done once a user has a number: the home and the lingering of those that FreeIPA knows, and the limits
# of user slices whose number is not declared.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.identity;

  # set-property takes lists as one word.
  settings = lib.mapAttrsToList (
    name: value: "${name}=${lib.concatStringsSep " " (lib.toList value)}"
  );

  call =
    u:
    lib.escapeShellArgs (
      [
        "identity"
        u.name
        u.home
        (lib.boolToString u.linger)
      ]
      ++ lib.optionals (!u ? uid) (settings (cfg.properties.${u.name} or { }))
    );

  remedy =
    if cfg.ipa.enable then
      "enrol the host with ipa-join, and make the user with 'nimmer identity apply'"
    else
      "another part of this configuration takes it away";

  # Of local users, NixOS does both.
  homeAndLinger = ''
    install -d -m 0700 -o "$uid" -g "$gid" "$home"
    if [ "$linger" = true ]; then
      loginctl enable-linger "$name"
      touch "$name"
    fi
  '';

  # Who lingers by our word and is no longer declared to.
  forget = ''
    for name in *; do
      case " * ${lib.concatMapStringsSep " " (u: u.name) (lib.filter (u: u.linger) cfg.living)} " in
        *" $name "*) ;;
        *)
          loginctl disable-linger "$name" || rm -f "/var/lib/systemd/linger/$name"
          rm -f "$name"
          ;;
      esac
    done
  '';
in
{
  config = lib.mkIf (cfg.enable && cfg.living != [ ]) {
    systemd.services.nimmer-identities = {
      description = "Homes, lingering and limits of the identities of this host";
      wantedBy = [ "multi-user.target" ];
      wants = [ "nss-user-lookup.target" ];
      after = [
        "nss-user-lookup.target"
        "systemd-logind.service"
        # It forgets the lingering of users that nobody knows yet.
        "linger-users.service"
      ];
      path = [ config.systemd.package ];
      # One that is not known yet does not hold up the others: the host may not be enrolled, or FreeIPA not have it yet.
      serviceConfig =
        nimmer.hardening
        // nimmer.alone
        // {
          # Homes are given to their users; systemd and logind do what they are asked for by who may do it anyway.
          PrivateUsers = false;
          CapabilityBoundingSet = [
            "CAP_CHOWN"
            "CAP_FOWNER"
            "CAP_SYS_ADMIN"
          ];
          SystemCallFilter = [ "@system-service" ];
          ProtectHome = false;
          ReadWritePaths = [
            "/home"
            "-/var/lib/systemd/linger"
          ];
          # systemctl asks whether it runs in a chroot by looking at process 1.
          ProtectProc = "default";
          ProcSubset = "all";
          Type = "oneshot";
          RemainAfterExit = true;
          Restart = "on-failure";
          RestartSec = 30;
          StateDirectory = "nimmer-identities";
          StateDirectoryMode = "0700";
          WorkingDirectory = "/var/lib/nimmer-identities";
        };
      script = ''
        missing=0

        # identity NAME HOME LINGER [PROPERTY...]
        identity() {
          local name=$1 home=$2 linger=$3 uid gid
          shift 3
          if ! uid=$(id -u "$name") || ! gid=$(id -g "$name"); then
            echo "$name is not known on this host: ${remedy}" >&2
            missing=1
            return
          fi
          # Before the user's manager starts.
          if [ $# -gt 0 ]; then
            systemctl set-property --runtime "user-$uid.slice" "$@"
          fi
          ${lib.optionalString cfg.ipa.enable homeAndLinger}
        }

        ${lib.concatMapStringsSep "\n" call cfg.living}
        ${lib.optionalString cfg.ipa.enable forget}
        exit "$missing"
      '';
    };
  };
}

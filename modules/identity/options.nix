# Options of the users of this machine.
{ config, lib, ... }:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.identity;
  inherit (config.nimmer) here topology;
  inherit (lib) mkOption types;

  declared = lib.importJSON (nimmer.emitted topology "ipa/local.json");
  internal =
    type: description:
    mkOption {
      inherit type description;
      internal = true;
    };
in
{
  options.nimmer.identity = {
    enable = mkOption {
      type = types.bool;
      default = cfg.ipa.enable || lib.any (u: lib.elem here.host.name u.hosts) declared.users;
      defaultText = lib.literalMD "whether the lab has a FreeIPA, or this host must know one of the declared users";
      description = "Make the declared users, their homes and their slices.";
    };

    ipa = {
      enable = mkOption {
        type = types.bool;
        default = declared.users_from == "freeipa";
        defaultText = lib.literalMD "whether the lab declares an `ipa`";
        description = ''
          Take users, groups, access and sudo rules from FreeIPA through sssd. Off in a lab that declares one, this
          machine makes the users itself, with numbers of its own where none is declared.
        '';
      };
      certificate = mkOption {
        type = types.nullOr types.path;
        default =
          let
            file = topology + "/ipa-ca.crt";
          in
          if builtins.pathExists file then file else null;
        defaultText = lib.literalMD "`ipa-ca.crt` in the folder of the declaration, when it is there";
        example = lib.literalExpression "./ipa-ca.crt";
        description = ''
          The certificate of FreeIPA's authority, as `http://SERVER/ipa/config/ca.crt` serves it. It is public, and it
          becomes part of the system: sssd, Kerberos and TLS clients trust it from the first boot on.
        '';
      };
    };

    sudo = mkOption {
      type = types.attrsOf (types.listOf (types.either types.str types.attrs));
      default = { };
      example = {
        gpu-admin = [
          {
            command = "/run/current-system/sw/bin/nvidia-smi";
            options = [ "NOPASSWD" ];
          }
        ];
      };
      description = ''
        What the declared sudo rules allow, by the rule's name, as `commands` of `security.sudo.extraRules`. Who may is
        declared. Only without FreeIPA: there it is a group of commands.
      '';
    };

    properties = mkOption {
      type = types.attrsOf (types.attrsOf (types.either types.str (types.listOf types.str)));
      default = { };
      internal = true;
      description = "Properties of an identity's slices: of the one of its system services, and of its user's.";
    };
    declared = internal types.raw "What ipa/local.json says.";
    known = internal (types.listOf types.raw) "The users that this machine must know.";
    living = internal (types.listOf types.raw) "Those of them that run something here.";
  };
}

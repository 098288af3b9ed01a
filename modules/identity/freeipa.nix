# A lab with FreeIPA: sssd brings its users, groups, access and sudo rules, once the host is enrolled.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.nimmer.identity;
  inherit (config.nimmer) here lab;
  ipa = lab.lab.ipa;
in
{
  config = lib.mkIf (cfg.enable && cfg.ipa.enable) {
    assertions = [
      {
        assertion = lab.lab ? ipa;
        message = "nimmer.identity.ipa.enable is on for host ${here.host.name}, and lab ${lab.lab.name} declares no ipa: add `ipa { server, realm }` to its lab block and emit again, or leave the option alone";
      }
      {
        assertion = cfg.ipa.certificate != null;
        message = "nimmer.identity.ipa.certificate of host ${here.host.name} is not set: the declaration names a file on the machines (${ipa.ca_file or ""}), but the system is built with the certificate inside. Fetch http://${ipa.server or "SERVER"}/ipa/config/ca.crt, compare it with the server's, and put it beside the declaration as ipa-ca.crt";
      }
    ];

    security.ipa = lib.mkIf (lab.lab ? ipa && cfg.ipa.certificate != null) {
      enable = true;
      certificate = pkgs.writeText "ipa-ca.crt" (builtins.readFile cfg.ipa.certificate);
      inherit (ipa) realm server;
      domain = lab.lab.domain;
      # FreeIPA's own rule: the suffix of its directory is the realm.
      basedn = lib.concatMapStringsSep "," (part: "dc=${part}") (
        lib.splitString "." (lib.toLower ipa.realm)
      );
      # Addresses are declared, and no desktop reads the rest.
      dyndns.enable = lib.mkDefault false;
      chromiumSupport = lib.mkDefault false;
      shells = lib.mkDefault [ pkgs.bash ];
    };

    # Access rules hold through sssd's access provider; keys and sudo rules have to be asked for.
    services.sssd.sshAuthorizedKeysIntegration = lib.mkDefault true;
    security.sudo.package = lib.mkDefault (pkgs.sudo.override { withSssd = true; });
    system.nssDatabases.sudoers = [ "sss" ];

    # People get their home at their first login, identities from nimmer-identities.service.
    security.pam.makeHomeDir.umask = lib.mkDefault "0077";
    security.pam.services.sshd.makeHomeDir = lib.mkDefault true;
    security.pam.services.login.makeHomeDir = lib.mkDefault true;
  };
}

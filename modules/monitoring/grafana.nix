# Grafana with the emitted data sources and dashboards.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  nimmer = import ../lib { inherit lib; };
  cfg = config.nimmer.monitoring;
  inherit (config.nimmer) here;
  inherit (lib) mkDefault;
  targets = import ./targets.nix { inherit config lib; };
  block = lib.head here.monitoring;
  folder = targets.folderOf "grafana" block;

  files = {
    admin_password = cfg.grafanaPasswordFile;
    secret_key = cfg.grafanaSecretKeyFile;
  };
  # Those that nobody has put elsewhere are made here.
  made = lib.attrNames (
    lib.filterAttrs (name: file: file == "/var/lib/nimmer/grafana/${name}") files
  );
  secret = name: "$__file{/run/credentials/grafana.service/${name}}";
in
{
  config = lib.mkIf cfg.enable {
    services.grafana = {
      enable = true;
      settings = {
        server = {
          http_addr = mkDefault (targets.listenOf "grafana").address;
          http_port = block.grafana_port;
          domain = mkDefault config.networking.fqdnOrHostName;
        };
        security = {
          admin_password = mkDefault (secret "admin_password");
          secret_key = mkDefault (secret "secret_key");
          disable_gravatar = mkDefault true;
        };
        users.allow_sign_up = mkDefault false;
        "auth.anonymous".enabled = mkDefault false;
        # Nothing leaves the lab.
        analytics = {
          reporting_enabled = mkDefault false;
          check_for_updates = mkDefault false;
          check_for_plugin_updates = mkDefault false;
        };
        news.news_feed_enabled = mkDefault false;
        plugins.preinstall_disabled = mkDefault true;
      };
      provision = {
        enable = true;
        datasources.path = "${folder}/provisioning/datasources";
        dashboards.path = "${folder}/provisioning/dashboards";
      };
    };
    environment.etc."nimmer/grafana/dashboards".source = "${folder}/dashboards";

    # A password and a key of this machine's own, where the operator has put none.
    systemd.services.nimmer-grafana-secrets = lib.mkIf (made != [ ]) {
      description = "Grafana's password and key, made once";
      before = [ "grafana.service" ];
      requiredBy = [ "grafana.service" ];
      serviceConfig = nimmer.hardening // {
        Type = "oneshot";
        RemainAfterExit = true;
        StateDirectory = "nimmer/grafana";
        StateDirectoryMode = "0700";
        RestrictAddressFamilies = [ "none" ];
      };
      path = [ pkgs.coreutils ];
      script = ''
        cd "$STATE_DIRECTORY"
        for name in ${toString made}; do
          [ -s "$name" ] && continue
          head -c 32 /dev/urandom | base64 --wrap=0 | tr '+/' '-_' > "$name.new"
          sync "$name.new"
          mv "$name.new" "$name"
        done
      '';
    };
    systemd.services.grafana.serviceConfig.LoadCredential = lib.mapAttrsToList (
      name: file: "${name}:${file}"
    ) files;
  };
}

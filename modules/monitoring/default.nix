# Monitoring: Prometheus, Grafana and Loki on the host of a `monitoring` block; exporters and the journal's shipper on
# every host that it watches. What they read was emitted, and is used as it is.
{
  imports = [
    ./options.nix
    ./prometheus.nix
    ./grafana.nix
    ./loki.nix
    ./exporters.nix
    ./dcgm.nix
    ./logs.nix
  ];
}

monitoring "cim" {
  host            = host.cim-master-1
  prometheus_port = 9090
  grafana_port    = 3000
  loki_port       = 3100

  exporter "node" {
    port  = 9100
    hosts = local.machines
  }

  exporter "nats" {
    port  = 7777
    hosts = local.machines
  }

  exporter "nvidia" {
    port  = 9835
    hosts = local.cards
  }

  exporter "dcgm" {
    port  = 9400
    hosts = local.cards
    fields = [
      "DCGM_FI_DEV_GPU_UTIL",
      "DCGM_FI_DEV_MEM_COPY_UTIL",
      "DCGM_FI_DEV_FB_FREE",
      "DCGM_FI_DEV_FB_USED",
      "DCGM_FI_DEV_GPU_TEMP",
      "DCGM_FI_DEV_POWER_USAGE",
    ]
  }
}

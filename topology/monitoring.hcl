monitoring "spine" {
  host      = host.prometheus
  retention = "30d"

  exporter "node" { port = 9100 }

  exporter "nats" {
    port  = 7777
    hosts = values(host.nats)
  }

  exporter "nvidia" {
    port  = 9835
    hosts = [host.theia, host.dioscuri]
  }

  exporter "dcgm" {
    port  = 9400
    hosts = [host.theia, host.dioscuri]
    fields = [
      "DCGM_FI_DEV_GPU_UTIL",
      "DCGM_FI_DEV_FB_FREE",
      "DCGM_FI_DEV_FB_USED",
      "DCGM_FI_DEV_GPU_TEMP",
      "DCGM_FI_DEV_POWER_USAGE",
    ]
  }
}

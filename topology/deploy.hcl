# A new configuration goes to theia first, then one machine after the other, with a pause between them.
rollout "lab" {
  max_unavailable = 1
  soak            = "5m"
  failure_budget  = 0
}

# The first install, over the network or from a stick.
installer "metal" {
  hosts   = [host.theia, host.dioscuri, host.saturn]
  formats = ["iso", "netboot"]
}

pxe "metal" {
  host         = host.prometheus
  network      = network.management
  first        = "10.20.0.200"
  last         = "10.20.0.249"
  router       = "10.20.0.1"
  installer    = installer.metal
  reservations = [host.theia, host.dioscuri, host.saturn]
}

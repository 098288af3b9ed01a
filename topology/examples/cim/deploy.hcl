service "deploy" {
  hosts = [host.cim-master-1]
  flake = "git+ssh://git@git.cim.internal/cim"
}

# Who may send the deployment commands.
identity "operator" {
  may = ["deploy", "update", "scale", "gpu-agent", "install", "rollback"]
}

installer "node" {
  hosts   = local.cards
  formats = ["iso", "netboot"]
}

# Network boot: the range is for machines that nobody declared yet.
pxe "node" {
  host         = host.cim-gateway
  network      = network.management
  first        = "10.0.0.100"
  last         = "10.0.0.200"
  router       = "10.0.0.1"
  installer    = installer.node
  reservations = [host.cim-master-1]
}

# Two workers at a time, never the master with them.
rollout "nodes" {
  max_unavailable = 2
  batch           = 2
  soak            = "5m"
}

backup "state" {
  what     = ["streams", "/var/lib/nats"]
  to       = "/backup/cim-state"
  schedule = "daily"
  keep     = 7
}

# The cluster at cluster.cim.internal:7422 is run by others; every machine here is a leaf of it.

nats "cluster" {
  urls      = ["nats://cluster.cim.internal:7422"]
  address   = "cluster.cim.internal"
  network   = network.nats-cluster
  leaf_port = 7422
}

locals {
  machines = concat([host.cim-master-1], host.worker, [host.cim-mac-studio])
  cards    = concat([host.cim-master-1], host.worker)
}

leaf "cim-master-1" {
  host        = host.cim-master-1
  credentials = "/var/lib/nats/leaf.creds"

  jetstream {
    memory = "4GiB"
    store  = "100GiB"
  }
}

leaf "worker" {
  for_each = range(1, 11)

  name        = "cim-worker-${each.value}"
  host        = host.worker[each.key]
  credentials = "/var/lib/nats/leaf.creds"

  jetstream {
    memory = "4GiB"
    store  = "100GiB"
  }
}

leaf "cim-mac-studio" {
  host        = host.cim-mac-studio
  credentials = "/var/lib/nats/leaf.creds"

  jetstream {
    memory = "4GiB"
    store  = "100GiB"
  }
}

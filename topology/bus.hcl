# One hub per environment. The brains connect as leaves, so that what happens
# on a machine stays there until somebody elsewhere listens.

locals {
  hubs = {
    dev     = "50GiB"
    staging = "50GiB"
    prod    = "100GiB"
  }
}

nats "hub" {
  for_each = local.hubs

  name         = each.key
  environments = [each.key]
  hosts        = [host.nats[each.key]]
  network      = network.nervous
  address      = "nats-${each.key}.eachpath.local"
  durable      = each.key == "prod" ? "power-loss" : "process"

  jetstream {
    memory = "4GiB"
    store  = each.value
  }
}

leaf "theia" {
  host         = host.theia
  environments = ["dev", "prod"]
  jetstream { store = "100GiB" }
}

leaf "dioscuri" {
  host         = host.dioscuri
  environments = ["dev", "prod"]
  jetstream { store = "100GiB" }
}

# What a distance sensor said stays readable for a day, for replay and for curiosity.
stream "distance" {
  subjects  = ["*.nervous.cells.distance-front.wave", "*.nervous.cells.distance-left.wave", "*.nervous.cells.distance-right.wave"]
  account   = "virtual"
  max_age   = "1d"
  max_bytes = "2GiB"
}

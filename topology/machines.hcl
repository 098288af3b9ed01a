# The virtual machines on Saturn.

locals {
  # One machine of each kind for every environment; the number ends its addresses.
  machines = {
    dev     = 21
    staging = 22
    prod    = 23
  }
}

host "nats" {
  for_each = local.machines

  system       = "x86_64-linux"
  parent       = host.saturn
  environments = [each.key]
  addresses = {
    management = "10.20.0.${each.value}"
    nervous    = "10.20.1.${each.value}"
  }
  roles  = ["bus"]
  cores  = 4
  memory = "16GiB"

  disk "root" { size = "160GiB" }
}

host "phoebe" {
  for_each = local.machines

  system       = "x86_64-linux"
  parent       = host.saturn
  environments = [each.key]
  addresses = {
    management = "10.20.0.${each.value + 10}"
    nervous    = "10.20.1.${each.value + 10}"
    womb       = "10.20.2.${each.value + 10}"
  }
  aliases = each.key == "prod" ? ["phoebe.eachpath.local"] : []
  roles   = ["memory"]
  cores   = 4
  memory  = "16GiB"

  disk "root" { size = "500GiB" }
}

host "iris" {
  for_each = local.machines

  system       = "x86_64-linux"
  parent       = host.saturn
  environments = [each.key]
  addresses = {
    management = "10.20.0.${each.value + 20}"
    nervous    = "10.20.1.${each.value + 20}"
  }
  aliases = each.key == "prod" ? ["iris.eachpath.local"] : []
  roles   = ["memory"]
  cores   = 2
  memory  = "8GiB"

  disk "root" { size = "200GiB" }
}

# The cluster that carries cells and nerves: one control plane, three workers.
host "k8s" {
  for_each = {
    control  = 50
    worker-1 = 51
    worker-2 = 52
    worker-3 = 53
  }

  system = "x86_64-linux"
  parent = host.saturn
  addresses = {
    management = "10.20.0.${each.value}"
    nervous    = "10.20.1.${each.value}"
  }
  roles  = ["kubernetes"]
  cores  = 8
  memory = "32GiB"

  disk "root" { size = "200GiB" }
}

# The spine: deployer, dashboards, probes.
host "prometheus" {
  system = "x86_64-linux"
  parent = host.saturn
  addresses = {
    management = "10.20.0.5"
    nervous    = "10.20.1.5"
    womb       = "10.20.2.5"
  }
  roles  = ["spine"]
  cores  = 8
  memory = "32GiB"

  disk "root" { size = "500GiB" }
}

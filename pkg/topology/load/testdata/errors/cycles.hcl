lab "t" {}

locals {
  a = local.b
  b = [local.c, 1]
  c = "${local.a}!" # ERROR: Cycle
}

cell "x" {
  for_each = cell.x # ERROR: Cycle
}

network "n" {
  subnet  = cidrsubnet("${network.n.gateway}/16", 8, 1)
  gateway = cidrhost(network.n.subnet, 1) # ERROR: Cycle
}

host "a" { parent = host.b } # ERROR: Cycle
host "b" { parent = host.c }
host "c" { parent = host.a }

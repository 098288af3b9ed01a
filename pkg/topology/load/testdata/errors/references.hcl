lab "t" {}

host "theia" {
  gpu "0" { memory = "96GiB" }
  parent = "dioscuri" # ERROR: Reference expected
}
host "worker" { for_each = range(3) }
host "named" {
  for_each = { a = 1, b = 2 }
}
network "management" { subnet = "10.0.0.0/24" }

identity "a" { hosts = [host.thea] }                     # ERROR: Unknown host
identity "b" { hosts = [network.management] }            # ERROR: Wrong kind of reference
identity "c" { hosts = [theia] }                         # ERROR: Unknown name
identity "d" { hosts = [host.worker[3]] }                # ERROR: No such instance
identity "e" { hosts = [host.named["c"]] }               # ERROR: No such instance
identity "f" { gpus = [gpu.theia.1] }                    # ERROR: Unknown card
identity "g" { hosts = [host.theia.name] }               # ERROR: Reference goes too far
identity "h" { hosts = ["theia"] }                       # ERROR: Reference expected
identity "i" { token_file = network.management.sbnet }   # ERROR: Unknown attribute
identity "j" { token_file = local.nothing }              # ERROR: Unknown local value
identity "k" { token_file = each.key }                   # ERROR: each outside of for_each
identity "l" { environments = ["prdo"] }                 # ERROR: Unknown environment
identity "m" { token_file = lab.domainn }                # ERROR: Unknown attribute
identity "n" { hosts = [host.worker-7] }                 # ERROR: Unknown host
identity "o" { token_file = nofunction("x") }            # ERROR: Call to unknown function
identity "p" { token_file = host.theia }                 # ERROR: Wrong type

leaf "one" { host = host.worker } # ERROR: Reference expected
leaf "two" { host = cortex.nyx }  # ERROR: Unknown cortex
leaf "ok" { host = host.worker-2 }

# A whole block that is misspelt does not break what refers to it.
cotrex "mind" { host = host.theia } # ERROR: Unknown block
event "e" {
  gates = [gate.g]
  mind  = cortex.mind
}
cell "c" {}
gate "g" { cells = [cell.c] }

# What try forgives is forgiven.
locals {
  maybe = try(host.nowhere, host.theia)
  known = can(host.theia)
}
identity "z" { hosts = [local.maybe] }

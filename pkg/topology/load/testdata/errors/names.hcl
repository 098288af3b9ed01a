lab "t" {
  environments = ["dev", "Prod", "dev"] # ERROR: Invalid name; ERROR: Duplicate name
}

environment "staging" { clock = "stream" } # ERROR: Unknown environment

host "Theia" {}     # ERROR: Invalid name
host "nats_prod" {} # ERROR: Invalid name
host "a-" {}        # ERROR: Invalid name

identity "0day" {}                                 # ERROR: Invalid name
identity "a-name-longer-than-useradd-will-take" {} # ERROR: Invalid name

cell "a_b" {}
cell "a-b" {} # ERROR: Duplicate name
cell "real" {} # ERROR: Reserved name
cell "Math" {} # ERROR: Invalid name

cortex "boundary" { host = host.h } # ERROR: Reserved name
organ "state" { # ERROR: Reserved name
  host     = host.h
  identity = identity.i
  device   = "cpu"
  verbs    = ["detect", "state", "Speak"] # ERROR: Reserved name; ERROR: Invalid name
}

# Reserved is a matter of subjects: these names stand in none.
boundary "boundary" {}
network "state" { subnet = "10.0.0.0/24" }

host "h" {
  gpu "x_1" { memory = "8GiB" }
  gpu "x-1" { memory = "8GiB" } # ERROR: Duplicate name
}
identity "i" { hosts = [host.h] }

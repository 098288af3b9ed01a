lab "t" {}

host "a" {}
host "b" {}
identity "i" { hosts = [host.a] }
identity "person" {}
cell "c" { builtin = "cpu" }

service "gates" { hosts = [host.a] } # ERROR: Unknown choice
service "gate" {}                    # ERROR: Nowhere to run
service "console" {
  hosts = [host.a]
  cells = [cell.c] # ERROR: Attribute without effect
}
service "deploy" { identity = identity.i }
unit "u" { # ERROR: Nowhere to run
  identity = identity.person
  command  = ["true"]
}
unit "v" { # ERROR: Missing attribute
  identity = identity.i
}
organ "o" { device = "cpu" } # ERROR: Nowhere to run
organ "p" {
  host   = host.a
  device = "cpu"
  backend "openai" { url = "localhost:8000" } # ERROR: Not a URL
}
organ "q" {
  host   = host.a
  device = "cpu"
  backend "openai" {} # ERROR: Missing attribute
}
organ "r" {
  host   = host.a
  device = "cpu"
  backend "exec" {} # ERROR: Missing attribute
}
cortex "x" { host = host.a }
cortex "y" { host = host.b }
probe "p" { kind = "drift" } # ERROR: Which mind

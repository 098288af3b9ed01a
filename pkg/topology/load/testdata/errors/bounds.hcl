lab "t" {
  attention {
    beat   = "0s" # ERROR: Value out of range
    budget = -1   # ERROR: Value out of range
  }
}

network "n" {
  subnet = "10.0.0.0/24"
  vlan   = 4095 # ERROR: Value out of range
}

host "h" {
  memory = "0B" # ERROR: Value out of range
  deploy { port = 70000 } # ERROR: Value out of range
}

cell "c" { cost = -0.5 } # ERROR: Value out of range

gate "g" {
  cells      = [cell.c]
  window     = "61s" # ERROR: Value out of range
  refractory = "-1s" # ERROR: Value out of range
  open       = 0     # ERROR: Value out of range
  close      = 0.1   # ERROR: Value out of range
  tier       = 6     # ERROR: Value out of range
  neighbours = 1     # ERROR: Value out of range
  weight     = 1.5   # ERROR: Value out of range
  memory     = "1B"  # ERROR: Value out of range
}

nats "bus" {
  hosts    = [host.h]
  replicas = 0 # ERROR: Value out of range
}

cell "zero" {
  cost = 0 # zero is a value, not nothing
}

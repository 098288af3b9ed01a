lab "t" {
  environments = "dev" # ERROR: Wrong type
}

host "a" {
  memory    = 96          # ERROR: Unit missing
  cores     = 2.5         # ERROR: Wrong type
  roles     = "brain"     # ERROR: Wrong type
  addresses = ["10.0.0.1"] # ERROR: Wrong type
  system    = "arm"       # ERROR: Unknown choice
  aliases   = [true]      # ERROR: Wrong type
  deploy {
    canary = "yes"        # ERROR: Wrong type
    port   = "ssh"        # ERROR: Wrong type
  }
  disk "d" { size = "12 GiGs" } # ERROR: Not a size
  gpu "g" { memory = ["8GiB"] } # ERROR: Wrong type
}

cell "c" {}

gate "g" {
  cells     = [cell.c]
  window    = "1 minute"  # ERROR: Not a duration
  half_life = 1500        # ERROR: Unit missing
  open      = "high"      # ERROR: Wrong type
  chance    = 1           # ERROR: Wrong type
}

unit "u" {
  identity = identity.i
  hosts    = [host.a]
  command  = "sh -c 'echo $HOME'" # ERROR: Command needs a list
  env      = { A = [1] }          # ERROR: Wrong type
}
identity "i" {
  hosts = [host.a]
  uid   = null
}

event "e" {
  gates  = [gate.g]
  schema = "{\"type\":" # ERROR: Not JSON
}
event "f" {
  gates  = [gate.g]
  schema = "missing.json" # ERROR: File cannot be read
}

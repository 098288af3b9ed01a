# A hub and two leaves, for the test in ../bus.nix. Addresses are those that the test driver gives its machines.
lab "trio" {}

network "bus" { subnet = "192.168.1.0/24" }

host "hub" { addresses = { bus = "192.168.1.1" } }
host "left" { addresses = { bus = "192.168.1.2" } }
host "right" { addresses = { bus = "192.168.1.3" } }

nats "spine" {
  hosts   = [host.hub]
  address = "192.168.1.1"

  jetstream {
    memory = "64MiB"
    store  = "512MiB"
  }
}

leaf "west" {
  host = host.left
  jetstream { store = "256MiB" }
}

leaf "east" {
  host = host.right
  jetstream { store = "256MiB" }
}

service "gate" { hosts = [host.hub] }

# They hear a text wherever it is said, and what they make of it meets in the gate.
cell "text" {
  builtin = "text"
  on      = [host.left]
}

cell "math" {
  builtin = "math"
  on      = [host.right]
}

gate "sum" {
  cells = [cell.text, cell.math]
  tier  = 4
}

# What is noted in the west stays there, and is copied to the hub when it can be reached.
cell "note" {
  builtin = "text"
  on      = [host.left]
}

stream "notes" {
  subjects = ["*.nervous.cells.note.wave"]
  at       = leaf.west
}

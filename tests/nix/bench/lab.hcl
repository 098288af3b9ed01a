# One machine with everything that debian-vm-check.sh looks at: a hub, gate core, cells, the host's agent, and two
# identities with a card each.

lab "bench" {}

network "here" { subnet = "127.0.0.0/8" }

host "vm" {
  system    = "x86_64-linux"
  addresses = { here = "127.0.0.1" }

  gpu "0" {
    model  = "stand-in"
    memory = "8GiB"
  }
  gpu "1" {
    model  = "stand-in"
    memory = "8GiB"
  }
}

nats "hub" {
  hosts   = [host.vm]
  network = network.here

  jetstream {
    memory = "64MiB"
    store  = "1GiB"
  }
}

cell "cpu" { builtin = "cpu" }
cell "load" { builtin = "load" }

# One that names the host: its agent runs it.
cell "process" {
  builtin = "process"
  on      = [host.vm]
}

gate "pressure" { cells = [cell.cpu, cell.load, cell.process] }

# A program of somebody's own speaks for the door; the check is the camera.
cell "door" {
  command  = ["/bin/sh", "/opt/nimmer/door.sh"]
  on       = [host.vm]
  identity = identity.eye
}
cell "camera" {}
gate "visitor" {
  cells  = [cell.door, cell.camera]
  window = "60s"
}

identity "eye" {
  hosts = [host.vm]
  gpus  = [gpu.vm.0]
  limits { memory = "128MiB" }
}

identity "ear" {
  hosts = [host.vm]
  gpus  = [gpu.vm.1]
  limits { memory = "128MiB" }
}

# What each of them can reach of the other, and of the cards.
unit "eye" {
  identity = identity.eye
  command  = ["/bin/sh", "/opt/nimmer/probe.sh", "eye", "0", "ear", "1"]
}

unit "ear" {
  identity = identity.ear
  command  = ["/bin/sh", "/opt/nimmer/probe.sh", "ear", "1", "eye", "0"]
}

lab "t" {}

network "m" {
  subnet  = "10.0.0.0/24"
  gateway = "10.0.0.1"
}
network "n" { subnet = "10.1.0.0/24" }

host "a" { addresses = { m = "10.0.0.10" } }
host "b" {
  addresses = { m = "10.0.0.150" }
  macs      = { m = "52:54:00:12:34:56" }
}

pxe "ok" {
  host         = host.a
  network      = network.m
  first        = "10.0.0.200"
  last         = "10.0.0.220"
  reservations = [host.b]
}
pxe "holds" {
  host    = host.a
  network = network.m
  first   = "10.0.0.100" # ERROR: Static address in a DHCP range
  last    = "10.0.0.160"
}
pxe "backwards" {
  host    = host.a
  network = network.m
  first   = "10.0.0.50"
  last    = "10.0.0.40" # ERROR: Empty range
}
pxe "outside" {
  host         = host.a # ERROR: Host outside the network
  network      = network.n
  first        = "10.1.0.1"
  last         = "10.2.0.1" # ERROR: Address outside its network
  router       = "nobody"   # ERROR: Not an address
  reservations = [host.b]   # ERROR: Reservation incomplete
}

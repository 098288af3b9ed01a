lab "t" { environments = ["dev", "prod"] } # WARNING: Environment without a bus

network "m" { subnet = "10.0.0.0/24" }
network "n" { subnet = "10.1.0.0/24" }

host "hub" {
  addresses = { m = "10.0.0.1" }
}
host "theia" { addresses = { m = "10.0.0.2" } }
host "far" { addresses = { n = "10.1.0.2" } }

nats "theia" { # ERROR: Name taken
  environments = ["dev"]
  hosts        = [host.hub]
  network      = network.m
}

leaf "a" {
  host         = host.theia
  environments = ["dev"]
}
leaf "again" {
  host         = host.theia # ERROR: Two leaves on one host
  environments = ["dev"]
}
leaf "b" {
  host         = host.far # ERROR: No shared network
  environments = ["dev", "prod"] # ERROR: Leaf without a hub
}

lab "t" {
  environments = [
    "dev",
    "prod",
    "lost", # WARNING: Environment without a bus
  ]
}

network "m" { subnet = "10.0.0.0/24" }
network "n" { subnet = "10.1.0.0/24" }

host "a" { addresses = { m = "10.0.0.1" } }
host "b" { addresses = { m = "10.0.0.2" } }
host "c" { addresses = { n = "10.1.0.3" } }

nats "pair" {
  environments = ["dev"]
  hosts        = [host.a, host.b] # WARNING: Even number of hub hosts
  replicas     = 3                # ERROR: More replicas than hosts
  peers        = [nats.pair]      # ERROR: Peer of itself
}
nats "second" {
  environments = ["dev"] # ERROR: Two buses in one environment
  urls         = ["nats://elsewhere:4222"]
}
nats "apart" {
  environments = ["prod"]
  hosts        = [host.a, host.b, host.c] # ERROR: No shared network
  network      = network.m
  port         = 4223
  cluster_port = 6223
  leaf_port    = 7423
  monitor_port = 8223
}
nats "nowhere" { environments = ["prod"] } # ERROR: Hub without a place; ERROR: Two buses in one environment

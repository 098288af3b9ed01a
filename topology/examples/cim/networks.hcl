network "management" {
  description = "installs and deployment"
  subnet      = "10.0.0.0/24"
  vlan        = 10
  gateway     = "10.0.0.1"
}

network "cim-internal" {
  description = "what the machines say to one another"
  subnet      = "10.1.0.0/24"
  vlan        = 20
}

network "nats-cluster" {
  description = "leaves to the cluster"
  subnet      = "10.2.0.0/24"
  vlan        = 30
}

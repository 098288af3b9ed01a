lab "ten" {
  domain       = "example.org"
  environments = ["dev", "prod"]
}

network "management" {
  subnet = "10.20.0.0/24"
  vlan   = 10
}

network "storage" {
  subnet = "10.20.0.128/25" # ERROR: Overlapping subnets
  vlan   = 10
}

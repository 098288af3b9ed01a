lab "t" {}

network "a" {
  subnet  = "10.0.0.0/24"
  vlan    = 10
  gateway = "10.0.1.1" # ERROR: Address outside its network
}
network "b" {
  subnet = "10.0.0.128/25" # ERROR: Overlapping subnets
  vlan   = 10
}
network "c" {
  subnet = "10.0.0.0/24" # another VLAN: no clash
  vlan   = 11
  dns    = ["10.0.0.53", "ns1"] # ERROR: Not an address
}
network "d" { subnet = "10.1.0.7/24" } # ERROR: Not a subnet
network "e" { subnet = "10.1.0.0" }    # ERROR: Not a subnet
network "f" {
  subnet  = "10.3.0.0/24"
  gateway = "gateway" # ERROR: Not an address
}
network "v6" { subnet = "fd00:1::/64" }

host "x" {
  addresses = {
    a  = "10.0.0.10"
    c  = "10.9.0.1"   # ERROR: Address outside its network
    f  = "10.3.0.1/24" # ERROR: Not an address
    v6 = "fd00:1::10"
  }
  macs    = { a = "52:54:00:12:34" } # ERROR: Not a MAC address
  aliases = ["x.example.org", "-bad-"] # ERROR: Not a DNS name
}
host "y" {
  addresses = { a = "10.0.0.10" } # ERROR: Duplicate address
  macs      = { a = "52:54:00:12:34:56" }
  aliases   = ["X.example.org"] # ERROR: Duplicate alias
}
host "z" {
  addresses = { a = "10.0.0.255", aa = "10.0.0.9" } # ERROR: Address not usable; ERROR: Unknown network
  macs      = { a = "52-54-00-12-34-56" } # ERROR: Duplicate MAC address
}
host "router" {
  addresses = { f = "10.3.0.254" }
}

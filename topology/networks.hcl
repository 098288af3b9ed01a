network "management" {
  description = "administration, installs, deployment"
  subnet      = "10.20.0.0/24"
  vlan        = 10
  gateway     = "10.20.0.1"
  dns         = ["10.20.0.2"]
}

network "nervous" {
  description = "the bus: hubs, leaves, cells, databases"
  subnet      = "10.20.1.0/24"
  vlan        = 20
}

network "womb" {
  description = "storage: models, adapters, backups"
  subnet      = "10.20.2.0/24"
  vlan        = 30
}
